"""A connection of an MPD client in memory."""

from twisted.internet.testing import StringTransport


class Wire(StringTransport):
    """A connection in memory."""

    def setTcpKeepAlive(self, enabled: bool) -> None:
        self.is_kept_alive = enabled

    def setTcpNoDelay(self, enabled: bool) -> None:
        self.is_prompt = enabled

    def said(self) -> bytes:
        """What was sent since the last call."""
        said = self.value()
        self.clear()
        return said

    @property
    def is_closing(self) -> bool:
        return bool(self.disconnecting or self.disconnected)
