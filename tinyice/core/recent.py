"""What happened lately, for people: a sink of the hub that keeps the last hundred things.

One table says which events are worth telling, and in which words. Words are
ours; what comes from outside (titles, names, reasons) is a field of its own and
never becomes part of a sentence here.
"""

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.codec_events import (
    AutoDJForgot,
    AutoDJSilent,
    CodecLost,
    CodecRestarted,
    CommandFailed,
    LibraryLost,
    LibraryScanned,
    ListsDropped,
    MeterLost,
    MpdFailed,
    TrackFailed,
    TranscoderRefused,
)
from tinyice.core.events import (
    AuthLocked,
    ChangeMade,
    ConfigurationRefused,
    DropReason,
    DumpFailed,
    Event,
    FallbackDiffers,
    FallbackEnded,
    FallbackEngaged,
    FallbackFound,
    FallbackMissing,
    FallbackRefused,
    HoldBegan,
    HoldEnded,
    ListenerLeft,
    MountRecovered,
    MountSilent,
    ServerStarted,
    ServerUpgraded,
    SourceConnected,
    SourceDisconnected,
    SourceRefused,
    SourceReplaced,
    TagsChanged,
    UpgradeFailed,
    WorkerLost,
)
from tinyice.core.relay_events import (
    PushConnected,
    PushEnded,
    PushLost,
    PushRefused,
    RelayConnected,
    RelayLost,
    RelayRefused,
    RelayUpstreamChanged,
)
from tinyice.formats.frozen import State

KEPT = 100
SUM_UP_S = 60.0
"""Listeners who were too slow are told together, so often at most."""

DETAIL_MAX = 300


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened. Of two, the later one has the larger ``id``.

    ``kind`` is the id of the event. ``mount`` is "" where it is about none.
    ``words`` are a fixed sentence; ``detail`` may be text from outside.
    """

    id: int
    at: datetime
    kind: str
    mount: str
    words: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Told:
    mount: str
    words: str
    detail: str = ""


CHANGES: Mapping[str, str] = MappingProxyType(
    {
        Action.KICK_SOURCE.value: "source ended by hand",
        Action.KICK_LISTENER.value: "listeners ended by hand",
        Action.MOVE_LISTENERS.value: "listeners moved",
        Action.SET_FALLBACK.value: "fallback changed",
        Action.CHANGE_LISTENER_ACCOUNTS.value: "listener accounts changed",
        Action.CHANGE_MOUNT.value: "settings changed",
        Action.MAKE_MOUNT.value: "mount made",
        Action.REMOVE_MOUNT.value: "mount removed",
        Action.CHANGE_USERS.value: "users changed",
        Action.CHANGE_BANS.value: "bans changed",
        Action.CLEAR_LOCKOUT.value: "lockout ended",
        Action.CHANGE_SETTINGS.value: "settings of the server changed",
        Action.CHANGE_RELAYS.value: "relays changed",
        Action.CHANGE_TRANSCODERS.value: "transcoders changed",
        Action.CHANGE_AUTODJS.value: "AutoDJ changed",
        Action.RUN_AUTODJ.value: "AutoDJ driven by hand",
        Action.RELOAD.value: "configuration read again",
        Action.UPGRADE.value: "server upgraded",
        Action.CHANGE_OWN_PASSWORD.value: "password changed",
        Action.MAKE_TOKEN.value: "API token made",
        Action.REVOKE_TOKEN.value: "API token revoked",
    }
)
"""What people did, by the action that they asked for."""


def _change(event: ChangeMade) -> _Told:
    words = CHANGES.get(event.action, "something changed")
    subject = "" if event.subject == event.mount else event.subject
    return _Told(event.mount, words, _joined(event.user, subject))


def _locked(event: AuthLocked) -> _Told:
    reason = "too many unknown addresses" if event.kind == "scan" else "too many failed logins"
    return _Told("", f"locked out for {event.seconds:.0f} s: {reason}", event.address)


def _joined(*parts: str) -> str:
    return ", ".join(filter(None, parts))


TABLE: Mapping[type[Event], Callable[[Any], _Told]] = MappingProxyType(
    {
        ServerStarted: lambda e: _Told("", "server started", _joined(e.version, *e.ports)),
        ServerUpgraded: lambda e: _Told(
            "",
            f"server upgraded, with {e.listeners} listeners and {e.sources} sources",
            f"{e.previous} to {e.version}",
        ),
        UpgradeFailed: lambda e: _Told("", "upgrade failed, the server goes on", e.reason),
        WorkerLost: lambda e: _Told(
            "", f"worker {e.worker} lost with {e.listeners} listeners", e.reason
        ),
        SourceConnected: lambda e: _Told(
            e.mount, "source connected", _joined(e.client.agent, e.client.address)
        ),
        SourceDisconnected: lambda e: _Told(e.mount, "source ended", e.reason),
        SourceReplaced: lambda e: _Told(
            e.mount, "source taken over", _joined(e.new.agent, e.new.address)
        ),
        SourceRefused: lambda e: _Told(
            e.mount, "source refused", _joined(e.reason, e.client.address)
        ),
        RelayConnected: lambda e: _Told(e.mount, "relay connected", e.upstream),
        RelayLost: lambda e: _Told(e.mount, "relay lost", _joined(e.reason, e.upstream)),
        RelayRefused: lambda e: _Told(
            e.mount, "relay could not connect", _joined(e.reason, e.upstream)
        ),
        RelayUpstreamChanged: lambda e: _Told(e.mount, "relay has another upstream", e.upstream),
        PushConnected: lambda e: _Told(e.mount, "push connected", e.target),
        PushLost: lambda e: _Told(e.mount, "push lost", _joined(e.reason, e.target)),
        PushRefused: lambda e: _Told(e.mount, "push not taken", _joined(e.reason, e.target)),
        PushEnded: lambda e: _Told(e.mount, "push ended", _joined(e.reason, e.target)),
        CodecLost: lambda e: _Told(e.mount, "codec process lost", e.reason),
        CodecRestarted: lambda e: _Told(e.mount, "codec process is back"),
        MeterLost: lambda e: _Told(e.mount, "level measurement lost", e.reason),
        TranscoderRefused: lambda e: _Told(
            e.mount, "transcoder can't work", _joined(e.reason, e.transcoder)
        ),
        TrackFailed: lambda e: _Told(e.mount, "track can't be played", _joined(e.reason, e.track)),
        AutoDJSilent: lambda e: _Told(e.mount, "AutoDJ plays silence", e.reason),
        LibraryScanned: lambda e: _Told(
            e.mount, "library scanned", f"{e.read} files read, {e.broken} broken, {e.gone} gone"
        ),
        LibraryLost: lambda e: _Told(e.mount, "library can't be scanned", e.reason),
        ListsDropped: lambda e: _Told(
            e.mount,
            "music is in another folder now: what was put together is dropped",
            f"{e.entries} entries of the playlist, {e.queued} queued",
        ),
        AutoDJForgot: lambda e: _Told(e.mount, "AutoDJ begins anew", e.reason),
        CommandFailed: lambda e: _Told(e.mount, f"{e.command} failed", e.reason),
        MpdFailed: lambda e: _Told(e.mount, "no port for MPD clients", e.reason),
        FallbackEngaged: lambda e: _Told(e.mount, "on its fallback", _joined(e.input, e.reason)),
        FallbackEnded: lambda e: _Told(e.mount, "fallback ended", e.input),
        FallbackRefused: lambda e: _Told(
            e.mount, "fallback refused: another format; a transcoder would help", e.reason
        ),
        FallbackDiffers: lambda e: _Told(
            e.mount, "fallback with another sample rate or other channels", e.reason
        ),
        FallbackMissing: lambda e: _Told(
            e.mount, "fallback can't be played", _joined(e.input, e.reason)
        ),
        FallbackFound: lambda e: _Told(e.mount, "fallback can be played again", e.input),
        HoldBegan: lambda e: _Told(e.mount, f"listeners held for {e.seconds:g} s"),
        MountSilent: lambda e: _Told(e.mount, f"silent for {e.seconds:.0f} s"),
        MountRecovered: lambda e: _Told(e.mount, "silent no more"),
        HoldEnded: lambda e: _Told(e.mount, "listeners held no more", e.reason),
        TagsChanged: lambda e: _Told(e.mount, "plays", e.tags.display),
        DumpFailed: lambda e: _Told(e.mount, "recording stopped", e.reason),
        AuthLocked: _locked,
        ChangeMade: _change,
        ConfigurationRefused: lambda e: _Told(
            "", "configuration not reloaded: the file has faults", "; ".join(e.faults)
        ),
    }
)
"""The events that are told, and how."""


class Recent:
    """The last happenings."""

    def __init__(self, *, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: deque[Happening] = deque(maxlen=KEPT)
        self._last = 0
        self._slow: Counter[str] = Counter()

    def __call__(self, event: Event) -> None:
        """Keep ``event``, if the table knows it."""
        tell = TABLE.get(type(event))
        if tell is not None:
            self._keep(event.id, tell(event))
        elif isinstance(event, ListenerLeft) and event.reason is DropReason.TOO_SLOW:
            self._slow[event.mount] += 1

    def sum_up(self) -> None:
        """Tell of those who were too slow since the last time."""
        slow, self._slow = self._slow, Counter()
        for mount, count in slow.items():
            noun = "listener was" if count == 1 else "listeners were"
            self._keep(ListenerLeft.id, _Told(mount, f"{count} {noun} too slow"))

    @property
    def last_id(self) -> int:
        """The number of the newest happening; 0: nothing happened yet."""
        return self._last

    def after(self, number: int) -> tuple[Happening, ...]:
        """What is kept of what came after ``number``, oldest first."""
        return tuple(happening for happening in self._kept if happening.id > number)

    def newest(self, principal: Principal, limit: int = KEPT) -> tuple[Happening, ...]:
        """The newest that ``principal`` may see, newest first."""
        seen = (one for one in reversed(self._kept) if may_see(principal, one))
        return tuple(one for one, _ in zip(seen, range(limit), strict=False))

    def freeze(self) -> State:
        """What is kept, for another process; see ``formats/frozen.py``."""
        kept = [[h.id, h.at.isoformat(), h.kind, h.mount, h.words, h.detail] for h in self._kept]
        return {"kept": kept, "last": self._last, "slow": dict(self._slow)}

    def thaw(self, state: State) -> None:
        """Go on from ``state``; what has happened here already comes after it."""
        own = tuple(self._kept)
        self._kept.clear()
        for number, at, *rest in state["kept"]:
            self._kept.append(Happening(number, datetime.fromisoformat(at), *rest))
        self._last = state["last"]
        self._slow.update(state["slow"])
        for happening in own:
            self._last += 1
            self._kept.append(replace(happening, id=self._last))

    def _keep(self, kind: str, told: _Told) -> None:
        self._last += 1
        detail = told.detail[:DETAIL_MAX]
        happening = Happening(self._last, self._now(), kind, told.mount, told.words, detail)
        self._kept.append(happening)


def may_see(principal: Principal, happening: Happening) -> bool:
    """Whether ``principal`` may be told: of their mounts, else of the server if that is theirs."""
    if happening.mount:
        return permits(principal, Action.SEE_MOUNT, happening.mount)
    return permits(principal, Action.SEE_SERVER)
