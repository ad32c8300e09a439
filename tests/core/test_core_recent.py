"""What happened lately, and what each mount had last."""

import inspect
from datetime import timedelta

import pytest

from core.fakes import NOON
from tinyice.core import events
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import ANYBODY, Principal, Role, Via
from tinyice.core.clients import Client
from tinyice.core.codec_events import CodecLost, CodecRestarted, TranscoderRefused
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
    ListenerJoined,
    ListenerLeft,
    ServerStarted,
    SourceConnected,
    SourceDisconnected,
    SourceRefused,
    SourceReplaced,
    TagsChanged,
    WorkerLost,
)
from tinyice.core.latest import MOUNTS_MAX, Latest
from tinyice.core.recent import CHANGES, DETAIL_MAX, KEPT, TABLE, Recent, may_see
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
from tinyice.core.tags import Tags

CLIENT = Client("203.0.113.9", "BUTT/0.1")
BOSS = Principal("boss", Role.SUPERADMIN, Via.SESSION)
DJ = Principal("dj", Role.DJ, Via.SESSION, frozenset({"/live"}))
HOSTILE = "<script>{0}%s</script>"

EXAMPLES: list[tuple[Event, str, str, str]] = [
    (ServerStarted("0.1", ("[::]:8000",)), "", "server started", "0.1, [::]:8000"),
    (WorkerLost(2, "killed", 40), "", "worker 2 lost with 40 listeners", "killed"),
    (
        SourceConnected("/live", "client", CLIENT, "source", "audio/mpeg"),
        "/live",
        "source connected",
        "BUTT/0.1, 203.0.113.9",
    ),
    (
        SourceDisconnected("/live", "client", CLIENT, "connection lost", 3.0, 9),
        "/live",
        "source ended",
        "connection lost",
    ),
    (SourceReplaced("/live", CLIENT, Client("::1"), 3.0), "/live", "source taken over", "::1"),
    (
        SourceRefused("/live", CLIENT, "mount in use"),
        "/live",
        "source refused",
        "mount in use, 203.0.113.9",
    ),
    (
        PushConnected("/r", "hub", "http://hub/a", "put"),
        "/r",
        "push connected",
        "http://hub/a",
    ),
    (
        PushLost("/r", "hub", "http://hub/a", "gone", 3.0),
        "/r",
        "push lost",
        "gone, http://hub/a",
    ),
    (
        PushRefused("/r", "hub", "http://hub/a", "no"),
        "/r",
        "push not taken",
        "no, http://hub/a",
    ),
    (
        PushEnded("/r", "hub", "http://hub/a", "off", 3.0),
        "/r",
        "push ended",
        "off, http://hub/a",
    ),
    (RelayConnected("/r", "http://hub/a", "audio/mpeg"), "/r", "relay connected", "http://hub/a"),
    (RelayLost("/r", "http://hub/a", "gone", 3.0), "/r", "relay lost", "gone, http://hub/a"),
    (
        RelayRefused("/r", "http://hub/a", HOSTILE),
        "/r",
        "relay could not connect",
        f"{HOSTILE}, http://hub/a",
    ),
    (
        RelayUpstreamChanged("/r", "http://b/", "http://a/"),
        "/r",
        "relay has another upstream",
        "http://b/",
    ),
    (
        CodecLost("/live", "killed by signal 9", 0.5),
        "/live",
        "codec process lost",
        "killed by signal 9",
    ),
    (CodecRestarted("/live"), "/live", "codec process is back", ""),
    (
        TranscoderRefused("/low", "low", "in use"),
        "/low",
        "transcoder can't work",
        "in use, low",
    ),
    (
        FallbackEngaged("/live", "/night", "the source ended"),
        "/live",
        "on its fallback",
        "/night, the source ended",
    ),
    (FallbackEnded("/live", "live", 9.5), "/live", "fallback ended", "live"),
    (
        FallbackRefused("/live", "/night", "/live plays mpeg and /night adts"),
        "/live",
        "fallback refused: another format; a transcoder would help",
        "/live plays mpeg and /night adts",
    ),
    (
        FallbackDiffers("/live", "/night", "48000 Hz before"),
        "/live",
        "fallback with another sample rate or other channels",
        "48000 Hz before",
    ),
    (
        FallbackMissing("/live", "file:night.mp3", "no such file or directory"),
        "/live",
        "fallback can't be played",
        "file:night.mp3, no such file or directory",
    ),
    (
        FallbackFound("/live", "file:night.mp3"),
        "/live",
        "fallback can be played again",
        "file:night.mp3",
    ),
    (HoldBegan("/live", 2.5), "/live", "listeners held for 2.5 s", ""),
    (HoldEnded("/live", "nothing came"), "/live", "listeners held no more", "nothing came"),
    (TagsChanged("/live", Tags("A", HOSTILE), "admin"), "/live", "plays", f"A - {HOSTILE}"),
    (DumpFailed("/live", "/x.mp3", "disk full"), "/live", "recording stopped", "disk full"),
    (
        AuthLocked("203.0.113.9", "login", 5, 60.4),
        "",
        "locked out for 60 s: too many failed logins",
        "203.0.113.9",
    ),
    (
        AuthLocked("203.0.113.9", "scan", 5, 60),
        "",
        "locked out for 60 s: too many unknown addresses",
        "203.0.113.9",
    ),
    (
        ConfigurationRefused("", "signal", Client(""), ("port: x", "prot: y")),
        "",
        "configuration not reloaded: the file has faults",
        "port: x; prot: y",
    ),
    (
        ChangeMade("dj", "session", CLIENT, "source.kick", "source", "/live", {}, {}),
        "/live",
        "source ended by hand",
        "dj, source",
    ),
    (
        ChangeMade("dj", "session", CLIENT, "mount.change", "/live", "/live", {}, {}),
        "/live",
        "settings changed",
        "dj",
    ),
    (
        ChangeMade("dj", "session", CLIENT, "new.action", HOSTILE, "", {}, {}),
        "",
        "something changed",
        f"dj, {HOSTILE}",
    ),
]


def title(number: int, mount: str = "/live") -> TagsChanged:
    return TagsChanged(mount, Tags(title=f"title {number}"), "stream")


def left(reason: DropReason, mount: str = "/live") -> ListenerLeft:
    return ListenerLeft(mount, 1, CLIENT, reason, 1.0, 100, 0)


def recent() -> Recent:
    return Recent(now=lambda: NOON)


@pytest.mark.parametrize(("event", "mount", "words", "detail"), EXAMPLES)
def test_what_is_told(event: Event, mount: str, words: str, detail: str) -> None:
    """Words are ours; what comes from outside stands apart from them."""
    kept = recent()
    kept(event)
    (told,) = kept.after(0)
    assert (told.id, told.at, told.kind) == (1, NOON, event.id)
    assert (told.mount, told.words, told.detail) == (mount, words, detail)


def test_every_event_is_told_or_left_out_on_purpose() -> None:
    """A new event is decided about: a line in the table, or one here."""
    left_out = {
        "Event",
        # of each listener and each request there are too many
        *("ListenerJoined", "ListenerMoved", "ListenerLeft", "RequestRefused", "RequestFinished"),
        # a lockout tells of many of them
        "AuthFailed",
        # nobody looks any more
        "ServerStopping",
    }
    known = {
        name
        for name, found in inspect.getmembers(events, inspect.isclass)
        if issubclass(found, Event)
    }
    assert known - {kind.__name__ for kind in TABLE} == left_out


def test_what_people_do_has_words() -> None:
    """Each name is that of an action."""
    assert set(CHANGES) <= {action.value for action in Action}


def test_a_hundred_are_kept() -> None:
    """Numbers go on; who asks for what came after one gets what is left."""
    kept = recent()
    for number in range(KEPT + 20):
        kept(title(number))
    assert kept.last_id == KEPT + 20
    assert [one.id for one in kept.after(0)] == list(range(21, KEPT + 21))
    assert [one.id for one in kept.after(KEPT + 18)] == [KEPT + 19, KEPT + 20]
    assert kept.after(KEPT + 20) == ()


def test_a_long_text_is_cut() -> None:
    """A hundred happenings stay small."""
    kept = recent()
    kept(TagsChanged("/live", Tags(title="x" * 5000), "stream"))
    assert len(kept.after(0)[0].detail) == DETAIL_MAX


def test_who_was_too_slow_is_told_together() -> None:
    """One line a mount, when it is summed up; who left by themselves is nobody's news."""
    kept = recent()
    for event in (left(DropReason.TOO_SLOW), left(DropReason.TOO_SLOW), left(DropReason.LEFT)):
        kept(event)
    kept(left(DropReason.TOO_SLOW, "/two"))
    kept(ListenerJoined("/live", 1, CLIENT))
    assert kept.after(0) == ()
    kept.sum_up()
    kept.sum_up()
    assert [(one.mount, one.words) for one in kept.after(0)] == [
        ("/live", "2 listeners were too slow"),
        ("/two", "1 listener was too slow"),
    ]


def test_everybody_sees_what_is_theirs() -> None:
    """A DJ what happens to their mounts; the server's matters only who may see the server."""
    kept = recent()
    for event in (ServerStarted("0.1", ()), title(1), title(2, "/two")):
        kept(event)
    assert [one.id for one in kept.newest(BOSS)] == [3, 2, 1]
    assert [one.id for one in kept.newest(DJ)] == [2]
    assert [one.id for one in kept.newest(BOSS, 2)] == [3, 2]
    assert not any(may_see(ANYBODY, one) for one in kept.after(0))


class TestLatest:
    """What each mount had last."""

    def test_since_when_a_title_plays(self) -> None:
        """It goes with the source that told it."""
        at = [NOON]
        latest = Latest(now=lambda: at[0])
        latest(title(1))
        at[0] += timedelta(seconds=30)
        latest(title(2, "/two"))
        assert latest.title_since("/live") == NOON
        assert latest.title_since("/two") == at[0]
        latest(SourceDisconnected("/live", "client", CLIENT, "gone", 1.0, 1))
        assert latest.title_since("/live") is None

    def test_the_source_that_went(self) -> None:
        """It is told until another comes."""
        latest = Latest(now=lambda: NOON)
        assert latest.lost("/live") is None
        latest(SourceDisconnected("/live", "client", CLIENT, "gone", 1.0, 1))
        lost = latest.lost("/live")
        assert lost is not None
        assert (lost.at, lost.client, lost.reason) == (NOON, CLIENT, "gone")
        latest(SourceConnected("/live", "client", CLIENT, "source", "audio/mpeg"))
        assert latest.lost("/live") is None

    def test_not_of_any_number_of_mounts(self) -> None:
        """The oldest are forgotten."""
        latest = Latest(now=lambda: NOON)
        for number in range(MOUNTS_MAX + 1):
            latest(title(1, f"/{number}"))
        assert latest.title_since("/0") is None
        assert latest.title_since("/1") == NOON
