"""What a child says on its standard error, as bounded lines of text."""

MAX_LINE_BYTES = 500
MAX_LINES = 200


class SpokenLines:
    """Cuts bytes into lines; long ones are cut short, and after many it is enough.

    ``last`` is the newest line: for a Python child that died, the exception.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._count = 0
        self.last = ""

    def feed(self, data: bytes) -> list[str]:
        """The lines completed by ``data``, as far as they are to be shown."""
        *whole, self._rest = (self._rest + data).split(b"\n")
        self._rest = self._rest[:MAX_LINE_BYTES]
        lines = [self._text(line) for line in whole if line.strip()]
        if lines:
            self.last = lines[-1]
        room = max(0, MAX_LINES - self._count)
        self._count += len(lines)
        if room and len(lines) >= room:
            return [*lines[:room], "(further lines of this process are left out)"]
        return lines[:room]

    @staticmethod
    def _text(line: bytes) -> str:
        return line[:MAX_LINE_BYTES].decode("utf-8", "replace").rstrip()
