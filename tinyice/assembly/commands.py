"""What Icecast's commands and pages change the station with."""

from collections.abc import Callable
from datetime import datetime

from tinyice.config.inforce import InForce
from tinyice.config.writer import ConfigWriter
from tinyice.core.events import Event
from tinyice.core.station import Station
from tinyice.web.changes import Reload
from tinyice.web.icecast_ports import Administration
from tinyice.work.passwords import Passwords


def make_administration(
    station: Station,
    writer: ConfigWriter,
    reloading: Reload,
    in_force: InForce,
    passwords: Passwords,
    *,
    publish: Callable[[Event], None],
    now: Callable[[], datetime],
) -> Administration:
    """Bring it together, for ``tinyice.web.site.make_resource``."""
    return Administration(
        audience=station,
        changes=writer,
        reload=reloading,
        config=lambda: in_force.config,
        hash_password=passwords.hash,
        publish=publish,
        now=now,
    )
