"""One try to bring the stream of an upstream: from looking its name up to its last byte.

Rules of this file:

- nothing of an answer reaches a mount before audio was found in it;
- whatever the other side does, a session ends by itself: there is a time for the
  answer, for the first audio, and for every silence; ``sweep`` holds them;
- after ``drop`` nothing more is told, and no byte is read.
"""

from collections.abc import Callable
from typing import Protocol

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from tinyice.core.clients import Client
from tinyice.core.mount import Mount
from tinyice.core.pace import Pace
from tinyice.core.source import Source
from tinyice.core.tags import Tags
from tinyice.outbound.dial import ended_by, not_dialled
from tinyice.outbound.errors import OutboundError
from tinyice.relays.asking import is_circle, refusal, request
from tinyice.relays.connection import UpstreamConnection
from tinyice.relays.finding import Proof
from tinyice.relays.frozen import FrozenSession
from tinyice.relays.overlap import tail_of, unheard
from tinyice.relays.route import Route
from tinyice.relays.settings import RelaySettings, Upstream
from tinyice.relays.stream import Stream
from tinyice.relays.terms import Terms
from tinyice.wire.errors import PeerError
from tinyice.wire.response import ResponseHead, ResponseParser

CONNECT_S = 5.0
ANSWER_S = 10.0
"""To the end of the answer's head, for each redirect anew: a server whose own relay is there
on demand answers when that has connected.
"""

HEAD_BYTES = 16384


class Owner(Protocol):
    """The relay that a session is for."""

    def found(self, session: "Session") -> None:
        """There is audio, and more each time: ``claim`` the mount when it is to be used."""

    def ended(self, session: "Session", reason: str) -> None:
        """No more will come from it; what it has brought may still be on the mount."""

    def put_out(self, session: "Session", reason: str) -> None:
        """The mount does not want it any more."""


class Session:
    """Brings one upstream to one mount. ``looks``: it is to be better than another one."""

    _log = Logger()

    def __init__(
        self,
        terms: Terms,
        settings: RelaySettings,
        upstream: Upstream,
        owner: Owner,
        *,
        looks: bool,
    ) -> None:
        self.upstream = upstream
        self.looks = looks
        self.is_over = False
        self.stream: Stream | None = None
        self._terms = terms
        self._settings = settings
        self._owner = owner
        self._route = Route(settings, upstream)
        self._parser = ResponseParser(HEAD_BYTES)
        self._connection: UpstreamConnection | None = None
        self._dialling: Deferred[None] | None = None
        self._deadline = 0.0
        self._proof = Proof("")
        self._tags: Tags | None = None
        self._last_data = 0.0
        self._last_audio = 0.0
        self._heard_s = 0.0
        self._mount: Mount | None = None
        self._source: Source | None = None
        self._held: IDelayedCall | None = None
        self.tail = b""  # the last that listeners had, of this session or of one before

    @property
    def bytes_in(self) -> int:
        """How much of the stream the mount was given."""
        return 0 if self._source is None else self._source.bytes_in

    def begin(self) -> None:
        """Connect. It may end within this call."""
        terms, hop = self._terms, self._route.hop
        via = terms.token(self._settings.mount)
        asked = request(hop.to, hop.login, agent=terms.agent, via=via)
        connection = self._connection = UpstreamConnection(asked, self)
        self._deadline = terms.clock.seconds() + CONNECT_S + ANSWER_S
        dialled = terms.dial.connect(
            hop.to, connection, trusted=hop.trusted, timeout_s=CONNECT_S, pin=self._route.pin
        )
        self._dialling = Deferred.fromCoroutine(dialled)
        self._dialling.addErrback(self._not_connected, connection)

    def sweep(self, now: float) -> None:
        """Once a second: nothing lasts for ever."""
        if self.is_over or (self._held is not None and self._held.active()):
            return
        patience = self._settings.idle_timeout_s
        if self.stream is None:
            if now >= self._deadline:
                self._end("did not answer in time")
        elif now - self._last_data >= patience:
            self._end(f"brought nothing for {patience:g} s")
        elif now - self._last_audio_at(now) >= patience:
            self._end(f"brought no audio for {patience:g} s")

    def brings_for(self, now: float) -> float:
        """For how long there has been audio, in seconds; 0.0 where there is none yet."""
        found_at = self._proof.found_at
        return 0.0 if found_at is None else now - found_at

    def claim(self, *, is_heard: bool) -> None:
        """Feed the mount from now on; raises the DomainError that forbids it.

        ``is_heard``: somebody listens there already, who is given nothing old. Else it
        is fed with all that came.
        """
        mounts, path = self._terms.mounts, self._settings.mount
        self._feed(lambda source: mounts.claim(path, source), is_heard=is_heard)

    def go_on_from(self, before: "Session") -> None:
        """Take the place of ``before``; who listens hears nothing twice."""
        mount, old = before.give_up()
        if mount is None or old is None:
            return
        self.tail = before.tail

        def succeed(source: Source) -> Mount:
            self._terms.mounts.succeed(mount, old, source)
            return mount

        self._feed(succeed, is_heard=True)

    def give_up(self) -> tuple[Mount | None, Source | None]:
        """What it fed, and as what; another one goes on there."""
        mount, source = self._mount, self._source
        self._mount = self._source = None
        return mount, source

    def stay_silent(self) -> None:
        """The stream is lost: the mount has patience from now on."""
        if self._source is not None:
            self._source.last_data = self._terms.clock.seconds()

    def leave(self, reason: str) -> None:
        """Feed the mount no more."""
        mount, source = self.give_up()
        if mount is not None and source is not None:
            self._terms.mounts.release(mount, source, reason)

    def drop(self) -> None:
        """End the connection, and tell nobody."""
        self.is_over = True
        if self._held is not None and self._held.active():
            self._held.cancel()
        self._hang_up()

    def freeze(self) -> tuple[FrozenSession, Source, int] | None:
        """The same for another process, with the source and the descriptor here.

        None: it feeds nothing, or can't go over.
        """
        stream, source, tags, held = self.stream, self._source, self._tags, self._held
        descriptor = None if self._connection is None else self._connection.descriptor
        if self.is_over or stream is None or source is None or descriptor is None:
            return None
        frozen = FrozenSession(
            upstream=self.upstream.to.url,
            looks=self.looks,
            stream=stream.freeze(),
            source=source.freeze(),
            tags=None if tags is None else [tags.artist, tags.title, tags.url],
            held_until=held.getTime() if held is not None and held.active() else None,
        )
        return frozen, source, descriptor

    def forsake(self) -> None:
        """Another process has the session: here it is gone, and nobody is told."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.release()
        self.give_up()
        self.drop()

    def go_on(
        self, state: FrozenSession, begin: Callable[[str, Source], Mount]
    ) -> UpstreamConnection:
        """Go on where another process has stopped, on the connection that is given back.

        ``begin`` puts the source where it was on its mount.
        """
        source = Source.thawed(state.source, self, Pace(self._terms.lead_s()))
        self.stream = Stream.thawed(state.stream)
        self._tags = None if state.tags is None else Tags(*state.tags)
        self._mount, self._source = begin(self._settings.mount, source), source
        self._connection = UpstreamConnection(b"", self)
        self._last_data = self._last_audio = now = self._terms.clock.seconds()
        if state.held_until is not None:
            self._connection.waits = True
            self._held = self._terms.clock.callLater(max(0.0, state.held_until - now), self._go_on)
        return self._connection

    def hold(self, seconds: float) -> None:
        """``Control.hold``: the upstream is ahead of time; read nothing for so long."""
        if self._source is not None:
            # What may not send is not silent.
            self._source.last_data = self._terms.clock.seconds() + seconds
        if self._held is not None and self._held.active():
            self._held.reset(seconds)
        elif self._connection is not None:
            self._connection.pause()
            self._held = self._terms.clock.callLater(seconds, self._go_on)

    def close(self, reason: str) -> None:
        """``Control.close``: the mount ends the session."""
        self._owner.put_out(self, reason)

    def received(self, connection: UpstreamConnection, data: bytes) -> None:
        """Bytes of the answer."""
        if connection is not self._connection:
            return
        self._last_data = self._terms.clock.seconds()
        try:
            if self.stream is not None:
                self._take(self.stream, data)
                return
            head = self._parser.receive(data)
            if head is not None:
                self._answered(head)
        except PeerError as error:
            self._end(error.reason)
        except OutboundError as error:
            self._end(error.sentence)

    def disconnected(self, connection: UpstreamConnection, error: BaseException | None) -> None:
        """The connection is gone."""
        if connection is not self._connection:
            return
        self._connection = None
        words = "closed before it answered" if self.stream is None else "closed the connection"
        self._end(ended_by(error, self._route.hop.to.origin) or words)

    def _not_connected(self, failure: Failure, connection: UpstreamConnection) -> None:
        if connection is not self._connection or isinstance(failure.value, CancelledError):
            return
        self._connection = None
        self._end(not_dialled(failure, self._log))

    def _answered(self, head: ResponseHead) -> None:
        rest = self._parser.leftover
        if self._route.leads_on(head):
            self._hang_up()
            self._parser = ResponseParser(HEAD_BYTES)
            self.begin()
            return
        fault = refusal(head)
        if not fault and is_circle(head, self._terms.fed_by(self._settings.mount)):
            fault = "is fed by this very mount: the stream would go in a circle"
        if fault:
            self._end(fault)
            return
        self.stream = Stream.after(head)
        self._proof = Proof(self.stream.content_type)
        self._last_audio = self._last_data
        self._take(self.stream, rest)

    def _take(self, stream: Stream, data: bytes) -> None:
        charset = "" if self._mount is None else self._mount.settings.charset
        audio, tags = stream.feed(data, charset)
        if tags is not None:
            self._tags = tags
            self._tell_tags()
        if audio and self._mount is not None and self._source is not None:
            self._mount.take(self._source, audio)
            self.tail = tail_of(self.tail, audio)
        elif audio:
            self._prove(audio)
        if stream.is_complete:
            self._end("ended the stream")

    def _feed(self, begin: Callable[[Source], Mount], *, is_heard: bool) -> None:
        proof, now = self._proof, self._terms.clock.seconds()
        whole = None if is_heard else proof.beginning
        entry = proof.backlog.enter(self._missed_s(now), now)
        source = self._new_source(entry.headers if whole is None else b"")
        source.framer = proof.framer if whole is None else None
        self._tags = self._tags or proof.tags
        source.tags = self._tags or source.tags
        mount = begin(source)
        self._mount, self._source, self._proof = mount, source, Proof("")
        if whole is None:
            mount.take_chunks(source, unheard(entry.chunks, self.tail))
        else:
            mount.take(source, bytes(whole))

    def _missed_s(self, now: float) -> float:
        """For how long those who listen to the mount have been given nothing."""
        mount = self._terms.mounts.find(self._settings.mount)
        programme = None if mount is None else mount.air.programme
        return now - programme.written_at if programme is not None and programme.goes_on else 0.0

    def _tell_tags(self) -> None:
        mount, source = self._mount, self._source
        if mount is not None and source is not None and self._tags is not None:
            mount.set_tags_of(source, self._tags, "stream")

    def _prove(self, audio: bytes) -> None:
        self._proof.feed(audio, self._last_data)
        if self._proof.is_hopeless:
            self._end("sends no audio that is understood")
        elif self._proof.found_at is not None:
            self._last_audio = self._last_data
            self._owner.found(self)

    def _last_audio_at(self, now: float) -> float:
        """When audio came last: of a format that tells no time, any bytes are audio."""
        source = self._source
        if source is not None and source.is_framed and source.pace.seconds == 0:
            return now
        if source is not None and source.pace.seconds > self._heard_s:
            self._heard_s, self._last_audio = source.pace.seconds, now
        return self._last_audio

    def _new_source(self, headers: bytes) -> Source:
        connection, stream = self._connection, self.stream
        if connection is None or stream is None:
            raise RuntimeError("a session without a stream has nothing to feed")
        return Source(
            kind="relay",
            client=Client(connection.peer, agent=stream.server),
            user="relay",
            credential=f"relay {self._settings.mount}",
            content_type=stream.content_type,
            station=stream.station,
            control=self,
            pace=Pace(self._terms.lead_s()),
            connected_at=self._terms.now(),
            now=self._terms.clock.seconds(),
            headers=headers,
        )

    def _go_on(self) -> None:
        self._last_data = self._last_audio = self._terms.clock.seconds()
        if self._connection is not None:
            self._connection.go_on()

    def _end(self, reason: str) -> None:
        if not self.is_over:
            self.drop()
            self._owner.ended(self, reason)

    def _hang_up(self) -> None:
        connection, dialling = self._connection, self._dialling
        self._connection = self._dialling = None
        if dialling is not None:
            dialling.cancel()
        if connection is not None:
            connection.drop()
