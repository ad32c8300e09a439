"""The story of an upgrade in the process that is to take over.

Everything is built and begun but the ports; then the predecessor is told, and what
it gives becomes this station in one step. If anything fails, the process ends at
once, without a word to anybody but its predecessor.
"""

import os
import socket
import sys
import time
from collections.abc import Callable
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IReactorFDSet
from twisted.logger import Logger

from tinyice import __version__
from tinyice.assembly.belongings import belongings_of
from tinyice.assembly.build import Parts
from tinyice.core.events import ServerUpgraded
from tinyice.handover.hearing import when_heard
from tinyice.handover.line import Line
from tinyice.handover.taking import say_ready, take
from tinyice.options import Options
from tinyice.work.successor import LINE, get_terminal_back


class Succession:
    """Takes over from the predecessor that has begun this process."""

    _log = Logger(namespace="tinyice")

    def __init__(self, options: Options) -> None:
        os.set_inheritable(LINE, False)
        self._line = Line(socket.socket(fileno=LINE))
        self._options = options

    async def perform(self, parts: Parts, reactor: ReactorBase, begin: Callable[[], None]) -> None:
        """Take everything; ``begin`` is called when this process serves.

        Does not return if that fails.
        """
        is_ours = False
        try:
            say_ready(self._line, __version__)
            await when_heard(self._line, cast("IReactorFDSet", reactor))
            self._take(parts, reactor)
            is_ours = True
        finally:
            if not is_ours:
                error = sys.exc_info()[1]
                os.write(2, f"{type(error).__name__}: {error}\n".encode())
                # Whatever came belongs to the predecessor: nothing may be shut down here.
                os._exit(1)
        get_terminal_back()
        begin()
        try:
            self._options.serve_on()
        except OSError as error:
            self._log.error("the PID file can't be written: {reason}", reason=error.strerror)

    def _take(self, parts: Parts, reactor: ReactorBase) -> None:
        began = time.monotonic()
        arrived = take(self._line, belongings_of(parts, reactor))
        self._line.close()
        seconds = round(time.monotonic() - began, 3)
        parts.hub.publish(
            ServerUpgraded(
                __version__, arrived.previous, arrived.listeners, arrived.sources, seconds
            )
        )
