"""One output of a codec process, for all transcoders that want just this."""

from dataclasses import asdict

from tinyice.core.quality import Quality
from tinyice.core.tags import Tags
from tinyice.core.wanting import LINGER_S
from tinyice.formats.frozen import State
from tinyice.transcoding.session import OutputMount


class SharedOutput:
    """The output ``number``: what it makes goes to all of ``mounts``."""

    def __init__(self, number: int, asked: Quality) -> None:
        self.number = number
        self.asked = asked
        self.quality: Quality | None = None
        """What it is for the input that plays; None: nothing was heard yet."""
        self.mounts: list[OutputMount] = []
        self.is_wanted = False
        self.error = ""
        """Why it can't be made."""
        self.seconds = 0.0
        self.bytes_out = 0
        self._heard_at = 0.0

    def freeze(self) -> State:
        """How it stands, but for its mounts."""
        return {
            "number": self.number,
            "asked": asdict(self.asked),
            "quality": None if self.quality is None else asdict(self.quality),
            "is_wanted": self.is_wanted,
            "error": self.error,
            "seconds": self.seconds,
            "bytes_out": self.bytes_out,
            "heard_at": self._heard_at,
        }

    @classmethod
    def thawed(cls, state: State) -> "SharedOutput":
        """One that goes on from ``state``."""
        output = cls(state["number"], Quality(**state["asked"]))
        if state["quality"] is not None:
            output.quality = Quality(**state["quality"])
        output.is_wanted, output.error = state["is_wanted"], state["error"]
        output.seconds, output.bytes_out = state["seconds"], state["bytes_out"]
        output._heard_at = state["heard_at"]
        return output

    def take(self, data: bytes, seconds: float) -> None:
        """The codec process has made this."""
        self.seconds += seconds
        self.bytes_out += len(data)
        for mount in self.mounts:
            mount.take(data)
            if not self.is_wanted:
                # Headers of what plays: who comes is given those that are in force.
                mount.rest()

    def play(self, tags: Tags) -> None:
        """From here on this plays."""
        for mount in self.mounts:
            mount.play(tags)

    def look(self, now: float) -> bool:
        """See whether anybody hears it; whether that is another answer than before."""
        if any(mount.is_heard for mount in self.mounts):
            self._heard_at = now
            changed, self.is_wanted = not self.is_wanted, True
            return changed
        if self.is_wanted and now - self._heard_at >= LINGER_S:
            self.is_wanted = False
            for mount in self.mounts:
                mount.rest()
            return True
        return False
