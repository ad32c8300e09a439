"""Tells twistd of tinyice.

Nothing of tinyice is imported before it is asked for: twistd reads every
plugin, also when it only lists them.
"""

from typing import TYPE_CHECKING

from twisted.application.service import IService, IServiceMaker
from twisted.plugin import IPlugin
from zope.interface import implementer

if TYPE_CHECKING:
    from tinyice.options import Options


@implementer(IPlugin, IServiceMaker)
class TinyIceMaker:
    """Makes the station when ``twistd tinyice`` asks for it."""

    tapname = "tinyice"
    description = "An internet-radio server, compatible with Icecast."

    @property
    def options(self) -> "type[Options]":
        """The options of the command line; twistd calls this only for tinyice itself."""
        from tinyice.options import Options

        return Options

    def makeService(self, options: "Options") -> IService:
        """Assemble the whole station."""
        from tinyice.service import make_service

        return make_service(options)


tinyice = TinyIceMaker()
