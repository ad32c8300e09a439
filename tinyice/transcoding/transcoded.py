"""An input of transcoders: a mount whose programme goes to a codec process.

Rules of this file:

- as long as nobody hears any output, nothing goes to the process: the newest seconds
  are kept here, and the first listener begins with them;
- a title goes where it stands among the bytes;
- outputs are claimed when the input is heard, and let go when it is silent for long.
"""

from collections.abc import Callable, Sequence

from twisted.internet.defer import Deferred, succeed

from tinyice.codec.messages import (
    Add,
    Begin,
    Encoded,
    End,
    NewTitle,
    Refused,
    Remove,
    Titled,
    ToCodec,
    Unwant,
    Want,
)
from tinyice.core.backlog import Backlog
from tinyice.core.codec_events import CodecLost, CodecRestarted
from tinyice.core.events import Event
from tinyice.core.mount import Mount
from tinyice.core.quality import Quality, resolved
from tinyice.core.snapshots import StationHeaders
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.formats.base import Chunk, FormatKind
from tinyice.formats.frozen import State
from tinyice.transcoding.link import CodecLink
from tinyice.transcoding.session import OutputMount
from tinyice.transcoding.shared import SharedOutput
from tinyice.work.passing import LeavingChild

START_S = 2.0
"""With so much of the newest audio the first listener begins: players wait for about as much."""

UNKNOWN = "the format of the input is not understood"


class TranscodedInput:
    """Taps the mount ``path``; ``new_link`` makes what runs its codec process."""

    def __init__(
        self,
        path: str,
        *,
        new_link: Callable[["TranscodedInput"], CodecLink],
        publish: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._path = path
        self._new_link = new_link
        self._publish = publish
        self._clock = clock
        self.link: CodecLink | None = None
        self.outputs: dict[Quality, SharedOutput] = {}
        self._last_number = 0
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._kind: FormatKind | None = None
        self._tags = Tags()
        self._backlog = Backlog(is_whole=False)
        self._is_fed = False
        self._heard_at = clock()
        self._was_lost = False
        self._lost_at: float | None = None
        """Since when the process misses what is heard."""

    @property
    def is_on_air(self) -> bool:
        """Whether something is heard there."""
        return self._kind is not None

    @property
    def is_wanted(self) -> bool:
        """``Sleepy``: whether anybody hears any output."""
        return any(output.is_wanted for output in self.outputs.values())

    def add(self, mount: OutputMount) -> SharedOutput:
        """Feed ``mount``, too."""
        asked = mount.settings.quality
        output = self.outputs.get(asked)
        if output is None:
            self._last_number += 1
            output = self.outputs[asked] = SharedOutput(self._last_number, asked)
            self._resolve(output)
            self._add(output)
        output.mounts.append(mount)
        if self.is_on_air:
            self._begin_on(output, (mount,))
        return output

    def remove(self, mount: OutputMount, reason: str = "") -> None:
        """Feed ``mount`` no more; without a reason it is to go on with another output."""
        for asked, output in list(self.outputs.items()):
            if mount in output.mounts:
                output.mounts.remove(mount)
                if not output.mounts:
                    del self.outputs[asked]
                    self._tell(Remove(output.number))
        if reason:
            mount.leave(reason)

    def leaving(self) -> tuple[State, LeavingChild] | None:
        """How it stands, and its child, for another process; None: it begins anew there."""
        found = None if self.link is None or self._kind is None else self.link.leaving()
        if found is None or self._kind is None:
            return None
        link, child = found
        state: State = {
            "link": link,
            "kind": self._kind.value,
            "tags": [self._tags.artist, self._tags.title, self._tags.url],
            "is_fed": self._is_fed,
            "heard_at": self._heard_at,
            "outputs": [output.freeze() for output in self.outputs.values()],
            "last_number": self._last_number,
        }
        return state, child

    def forsake(self) -> None:
        """Another process has the child."""
        if self.link is not None:
            self.link.forsake()
        self.link, self._is_fed = None, False

    def take_over(self, state: State, mount: Mount, adopt: Callable[[CodecLink], None]) -> None:
        """Go on from ``state`` on ``mount``; ``adopt`` gives a link its child."""
        self._mount, self._source = mount, mount.source
        self._kind, self._tags = FormatKind(state["kind"]), Tags(*state["tags"])
        self._is_fed, self._heard_at = state["is_fed"], state["heard_at"]
        self._last_number = state["last_number"]
        for each in state["outputs"]:
            output = SharedOutput.thawed(each)
            self.outputs[output.asked] = output
        self.link = self._new_link(self)
        adopt(self.link)
        self._new_backlog()

    def prune(self) -> None:
        """Make no output that nobody has asked for."""
        for asked, output in list(self.outputs.items()):
            if not output.mounts:
                del self.outputs[asked]
                self._tell(Remove(output.number))

    def stop(self) -> Deferred[None]:
        """Have no codec process any more; fires when there is none."""
        link, self.link = self.link, None
        self._is_fed = False
        return succeed(None) if link is None else link.stop()

    def meet(self, mount: Mount) -> None:
        """Something may be heard there already."""
        if mount.source is not None and mount.source.is_framed:
            self._heard_at = self._clock()
            self._other_source(mount)

    def took(self, mount: Mount, chunk: Chunk) -> None:
        """``Tap.took``: that is about to be heard there."""
        if mount.source is not self._source or self._kind is None:
            self._other_source(mount)
        now = self._heard_at = self._clock()
        if self._is_fed and not self._begins_anew(chunk):
            self._give(chunk.data)
        elif self._kind is not None:
            self._backlog.add(chunk, now)
            if self.is_wanted:
                self._feed(now)

    def tagged(self, tags: Tags, origin: str) -> None:
        """``Tap.tagged``: something else plays there."""
        self._tags = tags
        self._tell_title()

    def ended(self) -> None:
        """``Tap.ended``: nothing is heard there for now."""
        self._kind = self._source = None
        self._pause()
        for output in self.outputs.values():
            for mount in output.mounts:
                mount.rest()

    def look(self, now: float) -> None:
        """See who hears the outputs: encode for them, and for nobody else."""
        for output in self.outputs.values():
            if output.look(now):
                self._tell(Want(output.number) if output.is_wanted else Unwant(output.number))
        if not self.is_wanted:
            self._pause()
        elif not self._is_fed:
            self._feed(now)

    def sweep(self, now: float) -> None:
        """Once a second."""
        if self.link is not None:
            self.link.sweep(now)
        silent_s = now - self._heard_at
        for output in self.outputs.values():
            for mount in output.mounts:
                if not mount.is_there and self.is_on_air and mount.claim():
                    self._tell_title()
                rests = self.is_on_air and not output.is_wanted
                mount.wait(now, 0.0 if rests else silent_s, is_over=not self.is_on_air)
        self.look(now)

    def began(self) -> None:
        """``LinkUser.began``: the process knows nothing yet."""
        self._tell_title()
        for output in self.outputs.values():
            self._add(output)
            if output.is_wanted:
                self._tell(Want(output.number))
        if self._was_lost:
            self._was_lost = False
            self._publish(CodecRestarted(self._path))
        self._feed(self._clock())

    def encoded(self, message: Encoded) -> None:
        """``LinkUser.encoded``."""
        output = self._by_number(message.output)
        if output is not None:
            output.take(message.data, message.seconds)

    def titled(self, message: Titled) -> None:
        """``LinkUser.titled``."""
        output = self._by_number(message.output)
        if output is None:
            return
        tags = Tags(artist=message.artist, title=message.title)
        same = (tags.artist, tags.title) == (self._tags.artist, self._tags.title)
        output.play(self._tags if same else tags)

    def refused(self, message: Refused) -> None:
        """``LinkUser.refused``."""
        output = self._by_number(message.output)
        if output is not None:
            output.error = message.reason
            for mount in output.mounts:
                mount.refuse(message.reason)

    def lost(self, reason: str, pause_s: float) -> None:
        """``LinkUser.lost``."""
        self._was_lost = True
        if self._is_fed:
            self._lost_at = self._clock()
        self._is_fed = False
        self._new_backlog()
        self._publish(CodecLost(self._path, reason, pause_s))

    def _other_source(self, mount: Mount) -> None:
        """Something begins to be heard, or goes on with another source."""
        source = mount.source
        stream = None if source is None else source.stream
        if source is None or stream is None:
            return
        self._mount, self._source, self._tags = mount, source, mount.tags
        if stream.kind is FormatKind.RAW:
            self._refuse()
            return
        if stream.kind is not self._kind:
            self._kind = stream.kind
            self._pause()
            self._new_backlog()
        if self.link is None:
            self.link = self._new_link(self)
            self.link.start()
        self._tell_title()
        for output in self.outputs.values():
            if output.quality is None:
                self._resolve(output)
                self._add(output)
            self._begin_on(output, output.mounts)

    def _refuse(self) -> None:
        self._kind = None
        self._pause()
        for output in self.outputs.values():
            for mount in output.mounts:
                mount.refuse(UNKNOWN)

    def _begin_on(self, output: SharedOutput, mounts: Sequence[OutputMount]) -> None:
        station = StationHeaders() if self._source is None else self._source.station
        claimed = [mount.begin(station, output.quality or output.asked) for mount in mounts]
        if any(claimed):
            # Whoever begins needs the stream's headers, and the title.
            self._tell_title()
        if output.look(self._clock()):
            self._tell(Want(output.number))

    def _begins_anew(self, chunk: Chunk) -> bool:
        """Whether ``chunk`` begins a stream in the middle of the programme."""
        anew = self._kind is FormatKind.MATROSKA and chunk.headers is not None
        if anew:
            self._pause()
        return anew

    def _feed(self, now: float) -> None:
        """Let the process have the programme, from what it has missed on."""
        link, kind = self.link, self._kind
        if self._is_fed or link is None or not link.is_ready or kind is None or not self.is_wanted:
            return
        missed_s = START_S if self._lost_at is None else now - self._lost_at
        entry = self._backlog.enter(missed_s, now)
        if not entry.chunks:
            return
        self._is_fed, self._lost_at = True, None
        link.tell(Begin(kind.value))
        self._give(entry.headers)
        for chunk in entry.chunks:
            self._give(chunk.data)

    def _pause(self) -> None:
        """The process gets nothing for now."""
        if self._is_fed:
            self._is_fed = False
            self._tell(End())
            self._new_backlog()
        self._lost_at = None

    def _new_backlog(self) -> None:
        headers = b"" if self._mount is None else self._mount.air.feeds.headers
        self._backlog = Backlog(headers, is_whole=False)

    def _give(self, data: bytes) -> None:
        if data and self.link is not None:
            self.link.give(data)

    def _tell_title(self) -> None:
        self._tell(NewTitle(self._tags.artist, self._tags.title))

    def _add(self, output: SharedOutput) -> None:
        if output.quality is not None:
            self._tell(Add(output.number, output.quality))

    def _resolve(self, output: SharedOutput) -> None:
        stream = None if self._source is None else self._source.stream
        if stream is not None:
            info = stream.info
            output.quality = resolved(output.asked, info.samplerate, info.channels)

    def _by_number(self, number: int) -> SharedOutput | None:
        found = (one for one in self.outputs.values() if one.number == number)
        return next(found, None)

    def _tell(self, message: ToCodec) -> None:
        if self.link is not None:
            self.link.tell(message)
