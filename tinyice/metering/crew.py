"""The processes that measure, and which of them measures what.

Rules of this file:

- one process does for all, as long as nothing goes wrong; it is there only while there
  is something to measure, and a little longer;
- when it dies, nobody knows of what: half of its streams go to another process. So the
  one that no decoder survives is soon alone, and all others are measured undisturbed;
- when it hangs, it is known at which stream, and that one is alone at once.
"""

from collections.abc import Callable

from twisted.internet.defer import Deferred, gatherResults

from tinyice.core.codec_events import MeterLost
from tinyice.core.events import Event
from tinyice.core.levels import MeterSnapshot
from tinyice.metering.stream import Link, Stream

LINGER_S = 10.0
"""So long a process stays that has nothing to do: somebody may only go from page to page."""


class _Member:
    """A process, and what it measures."""

    def __init__(self, now: float) -> None:
        self.streams: list[Stream] = []
        self.losses = 0
        self.busy_at = now


class Crew:
    """``new_link`` makes what runs a process; its user is told of its end."""

    def __init__(
        self,
        new_link: Callable[["Crew"], Link],
        *,
        publish: Callable[[Event], None],
        clock: Callable[[], float],
    ) -> None:
        self._new_link = new_link
        self._publish = publish
        self._clock = clock
        self._members: dict[Link, _Member] = {}
        self._restarts = 0
        self._left_out = 0

    def add(self, stream: Stream) -> None:
        """Measure ``stream``, from the next chunk on that it takes."""
        found = min(self._members.items(), key=lambda pair: pair[1].losses, default=None)
        self._assign(stream, self._begin() if found is None else found[0])

    def remove(self, stream: Stream) -> None:
        """Measure it no more."""
        stream.end()
        link, stream.link = stream.link, None
        if link in self._members:
            member = self._members[link]
            member.streams.remove(stream)
            member.busy_at = self._clock()

    def sweep(self, now: float) -> None:
        """Once a second."""
        for link, member in list(self._members.items()):
            link.sweep(now)
            if not member.streams and now - member.busy_at >= LINGER_S:
                self._end(link)

    def stop(self) -> Deferred[None]:
        """End all processes; fires when they are no more."""
        ended = [self._end(link) for link in list(self._members)]
        return gatherResults(ended).addCallback(lambda _ended: None)

    def snapshot(self) -> MeterSnapshot:
        """How it is doing."""
        return MeterSnapshot(
            processes=sum(link.pid is not None for link in self._members),
            streams=sum(len(member.streams) for member in self._members.values()),
            restarts=self._restarts,
            left_out=self._left_out + sum(link.left_out for link in self._members),
        )

    def lost(self, link: Link, reason: str, pause_s: float, hung: int | None) -> None:
        """``meter_link.LinkUser.lost``."""
        member = self._members[link]
        streams = member.streams
        at_fault = [one for one in streams if hung is not None and one.number == hung]
        for stream in streams:
            stream.forget()
        member.losses += 1
        self._restarts += 1
        mount = streams[0].mount if len(streams) == 1 else ""
        self._publish(MeterLost(mount, reason, pause_s))
        if not streams:
            self._end(link)
        elif len(streams) > 1:
            self._part(member, at_fault or streams[len(streams) // 2 :])

    def _part(self, member: _Member, leaving: list[Stream]) -> None:
        link = self._begin()
        for stream in leaving:
            member.streams.remove(stream)
            self._assign(stream, link)

    def _assign(self, stream: Stream, link: Link) -> None:
        stream.link = link
        self._members[link].streams.append(stream)

    def _begin(self) -> Link:
        link = self._new_link(self)
        self._members[link] = _Member(self._clock())
        link.start()
        return link

    def _end(self, link: Link) -> Deferred[None]:
        for stream in self._members.pop(link).streams:
            stream.forget()
            stream.link = None
        self._left_out += link.left_out
        return link.stop()
