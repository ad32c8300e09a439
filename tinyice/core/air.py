"""What feeds a mount at this moment, and which of it is heard."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from tinyice.core.feeds import Feeds
from tinyice.core.haste import Haste
from tinyice.core.inputs import Input, Inputs
from tinyice.core.programme import Programme
from tinyice.core.silence import Silence
from tinyice.core.source import Source, StreamFormat
from tinyice.core.switching import Switching
from tinyice.core.tags import Tags
from tinyice.formats.base import AudioInfo, Chunk, FormatKind
from tinyice.formats.frozen import State

if TYPE_CHECKING:
    from tinyice.core.mount import Mount


class Tap(Protocol):
    """Where the programme of a mount goes besides its listeners: another mount."""

    def took(self, mount: "Mount", chunk: Chunk) -> None:
        """``chunk`` is about to be written there."""

    def tagged(self, tags: Tags, origin: str) -> None:
        """Something else plays there."""

    def ended(self) -> None:
        """Whoever listens there is let go."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is on air, and who listens waits for the input of that slot, so long."""

    slot: str
    until: float


class Air:
    """The inputs of a mount, the one on air, and the way from there to the feeds."""

    __slots__ = (
        "engaged_at",
        "feeds",
        "haste",
        "heard",
        "hold",
        "info",
        "inputs",
        "is_closing",
        "is_known",
        "last_slot",
        "live_from",
        "on_air",
        "played",
        "programme",
        "silence",
        "switching",
        "taps",
        "understood",
    )

    def __init__(self, feeds: Feeds, now: float) -> None:
        self.feeds = feeds
        self.haste = Haste(now)
        self.inputs = Inputs()
        self.on_air: Input | None = None
        self.programme = Programme(feeds)
        self.switching = Switching()
        self.silence = Silence()
        """Of the live input."""
        self.hold: Hold | None = None
        self.taps: list[Tap] = []
        self.live_from = 0
        """What was written before this offset is too old for anybody who comes."""
        self.understood: StreamFormat | None = None
        """What players here understood when that was known last."""
        self.heard: StreamFormat | None = None
        """What its players understood before the input on air came."""
        self.info = AudioInfo()
        """What was known of the audio before."""
        self.is_known = False
        """Whether the input on air has been found to be what players understand."""
        self.is_closing = False
        """Whether nothing is to take the place of what ends."""
        self.played: WeakKeyDictionary[Source, float] = WeakKeyDictionary()
        """Until when each was heard, by where its audio came from in the end: two inputs
        may bring the same. Who is gone matters for as long as another one has its audio."""
        self.last_slot = ""
        """Which input was on air last, as long as who heard it is there; "": none."""
        self.engaged_at: float | None = None
        """Since when a fallback is on air."""

    @property
    def source(self) -> Source | None:
        """What is heard."""
        return None if self.on_air is None else self.on_air.source

    @property
    def format(self) -> StreamFormat | None:
        """What players here understand; None: nothing was ever heard."""
        if self.on_air is not None:
            self.understood = self.on_air.source.format or self.understood
        return self.understood

    def plays(self, origin: Source, now: float) -> None:
        """Audio that comes from ``origin`` is heard now."""
        self.played[origin] = now

    def begin_burst(self) -> None:
        """Whoever comes hears nothing from before this moment."""
        self.live_from = self.feeds.ring.head

    def begin_fresh(self) -> None:
        """Whoever comes hears only what comes from now on, and waits for it."""
        self.begin_burst()
        self.feeds.begin_session(None)

    def freeze(self) -> State:
        """How it goes on, but for the inputs; see ``formats/frozen.py``."""
        hold = self.hold
        return {
            "programme": self.programme.freeze(),
            "switching": self.switching.freeze(),
            "silence": self.silence.freeze(),
            "hold": None if hold is None else [hold.slot, hold.until],
            "live_from": self.live_from,
            "understood": _frozen(self.format),
            "heard": _frozen(self.heard),
            "info": self.info.freeze(),
            "is_known": self.is_known,
            "last_slot": self.last_slot,
            "engaged_at": self.engaged_at,
        }

    def thaw(self, state: State) -> None:
        """Go on from ``state``; the inputs come after this."""
        self.programme.thaw(state["programme"])
        self.switching.thaw(state["switching"])
        self.silence.thaw(state["silence"])
        self.hold = None if state["hold"] is None else Hold(*state["hold"])
        self.live_from = state["live_from"]
        self.understood, self.heard = _thawed(state["understood"]), _thawed(state["heard"])
        self.info = AudioInfo(*state["info"])
        self.is_known, self.last_slot = state["is_known"], state["last_slot"]
        self.engaged_at = state["engaged_at"]

    def close(self) -> None:
        """The mount is forgotten."""
        self.taps = []


def _frozen(known: StreamFormat | None) -> list[str] | None:
    return None if known is None else [known.kind.value, known.codec]


def _thawed(known: list[str] | None) -> StreamFormat | None:
    return None if known is None else StreamFormat(FormatKind(known[0]), known[1])
