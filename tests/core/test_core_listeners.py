"""Mounts that are not for everyone: accounts, the station's web site, lockouts."""

from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fakes import Clock
from tinyice.core.access import sitecalls
from tinyice.core.access.delegated import DelegatedMounts
from tinyice.core.access.gates import ListenerPass, ListenerTicket
from tinyice.core.access.listeners import (
    Attempts,
    GuardedMounts,
    RefusedBySite,
    Verdict,
    credentials_of,
)
from tinyice.core.access.lockouts import Lockout, LockoutRules, Lockouts
from tinyice.core.clients import Client
from tinyice.core.errors import Challenge, LockedOut, Refused
from tinyice.core.events import AuthFailed, Event
from tinyice.core.settings import MountSettings, UrlAuthSettings
from tinyice.wire.basic import Credentials
from tinyice.wire.headers import Headers

CLIENT = Client("198.51.100.7", agent="VLC")
ANN = Credentials("ann", b"right")
SITE = UrlAuthSettings(listener_add="http://site/", listener_remove="http://site/")
ACCOUNTS = {"ann": "hash of right"}


def run(story: Coroutine[Any, Any, Any]) -> Any:  # noqa: ANN401
    """What a coroutine answers that waits for nothing."""
    try:
        story.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits")


def ticket(
    credentials: Credentials | None = None, query: bytes = b"", **headers: str
) -> ListenerTicket:
    fields = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return ListenerTicket("/live", CLIENT, credentials, query, Headers(fields), 7)


class Hashes:
    """Passwords whose hash is readable; counts the work."""

    def __init__(self) -> None:
        self.checks = 0

    async def verify(self, password: bytes, hashed: str) -> bool:
        self.checks += 1
        return hashed == f"hash of {password.decode()}"

    async def equal_cost_miss(self, password: bytes) -> bool:
        self.checks += 1
        return False


class NoShelf:
    """Keeps nothing."""

    def keep(self, lockout: Lockout) -> None:
        """Forget it."""

    def forget(self, lockout: Lockout) -> None:
        """It is forgotten already."""


@dataclass
class Station:
    """The gates of one mount, ``/live``."""

    settings: MountSettings
    verdict: Verdict = field(default_factory=lambda: Verdict(allowed=True))
    asked: list[Credentials | None] = field(default_factory=list)
    gone: list[float] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    hashes: Hashes = field(default_factory=Hashes)

    def __post_init__(self) -> None:
        clock = Clock()
        self.lockouts = Lockouts(
            clock,
            LockoutRules,
            self.events.append,
            shelf=NoShelf(),
            allowed=lambda _: False,
            local_time=lambda at: datetime.fromtimestamp(at, UTC),
        )
        attempts = Attempts(self.lockouts, self.events.append)
        self.gate = GuardedMounts(lambda _: self.settings, self.hashes, self, attempts)
        self.sources = DelegatedMounts(lambda _: self.settings, self, attempts)

    async def may_listen(self, auth: UrlAuthSettings, asked: ListenerTicket) -> Verdict:
        self.asked.append(asked.credentials)
        return self.verdict

    def has_left(self, auth: UrlAuthSettings, asked: ListenerTicket, seconds: float) -> None:
        self.gone.append(seconds)

    async def may_feed(
        self,
        auth: UrlAuthSettings,
        mount: str,
        client: Client,
        credentials: Credentials,
        *,
        admin: bool,
    ) -> Verdict:
        self.asked.append(credentials)
        return self.verdict

    def admit(self, asked: ListenerTicket) -> ListenerPass:
        answer = run(self.gate.admit(asked))
        assert isinstance(answer, ListenerPass)
        return answer

    @property
    def reasons(self) -> list[str]:
        return [event.reason for event in self.events if isinstance(event, AuthFailed)]


def with_accounts(**more: Any) -> Station:  # noqa: ANN401
    return Station(MountSettings("/live", listener_accounts=ACCOUNTS), **more)


def with_site(**more: Any) -> Station:  # noqa: ANN401
    return Station(MountSettings("/live", url_auth=SITE), **more)


def test_an_ordinary_mount_is_open() -> None:
    """Where neither accounts nor a site are named, nobody is asked anything."""
    feeding = UrlAuthSettings(stream_auth="http://site/", mount_add="http://site/")
    assert Station(MountSettings("/live")).gate.is_open("/live")
    assert Station(MountSettings("/live", url_auth=feeding)).gate.is_open("/live")
    assert not with_accounts().gate.is_open("/live")
    assert not with_site().gate.is_open("/live")


def test_accounts_admit_their_owners() -> None:
    """The right password opens, as Basic or in the query."""
    station = with_accounts()
    assert station.admit(ticket(ANN)).user == "ann"
    assert station.admit(ticket(query=b"x=1&user=ann&pass=right")).user == "ann"
    assert station.events == []


def test_nobody_is_asked_who_they_are() -> None:
    """A request without credentials is challenged, and that is no failure."""
    station = with_accounts()
    for asked in (ticket(), ticket(query=b"user=ann")):
        with pytest.raises(Challenge):
            station.admit(asked)
    assert station.events == []


@pytest.mark.parametrize(
    ("user", "reason"), [("ann", "listener password mismatch"), ("bob", "listener not found")]
)
def test_wrong_passwords_count(user: str, reason: str) -> None:
    """Known or not, a wrong login costs one check, is told, and locks out in the end."""
    station = with_accounts()
    for _ in range(5):
        with pytest.raises(Refused, match=reason):
            station.admit(ticket(Credentials(user, b"wrong")))
    assert station.reasons == [reason] * 5
    assert station.hashes.checks == 5
    with pytest.raises(LockedOut):
        station.admit(ticket(ANN))
    assert station.hashes.checks == 5


def test_a_lockout_refuses_no_listening() -> None:
    """From an address that is locked out no password is checked; who gives none is let in."""
    station = with_site()
    for _ in range(5):
        station.lockouts.failed(CLIENT.address, "test")
    assert station.admit(ticket()).user == ""
    with pytest.raises(LockedOut):
        station.admit(ticket(ANN))
    assert station.asked == [None]


def test_the_site_decides() -> None:
    """Whom the site lets in comes in, for as long as it says, and it is told of the end."""
    station = with_site(verdict=Verdict(allowed=True, time_limit_s=60))
    admitted = station.admit(ticket(ANN))
    assert (admitted.user, admitted.until_s) == ("ann", 60)
    # the site finds what it wants in the query, as with Icecast
    assert station.admit(ticket(query=b"user=ann&pass=right")).user == ""
    assert station.asked == [ANN, None]
    assert admitted.leave is not None
    admitted.leave(12.5)
    assert station.gone == [12.5]


def test_the_site_refuses() -> None:
    """A refusal of credentials is a failed login; without any it asks for them."""
    station = with_site(verdict=Verdict(allowed=False))
    with pytest.raises(Challenge):
        station.admit(ticket())
    with pytest.raises(RefusedBySite):
        station.admit(ticket(ANN))
    assert station.reasons == ["refused by the station's web site"]


def test_the_site_says_why() -> None:
    """A message of the site reaches the listener, with or without credentials."""
    station = with_site(verdict=Verdict(allowed=False, message="pay first"))
    for asked in (ticket(), ticket(ANN)):
        with pytest.raises(RefusedBySite, match="pay first") as caught:
            station.admit(asked)
        assert caught.value.message == "pay first"
    assert len(station.reasons) == 1


def test_accounts_and_site_must_agree() -> None:
    """With both, who has no account is not even told to the site."""
    station = Station(MountSettings("/live", listener_accounts=ACCOUNTS, url_auth=SITE))
    with pytest.raises(Refused):
        station.admit(ticket(Credentials("ann", b"wrong")))
    assert station.asked == []
    station.admit(ticket(ANN))
    assert station.asked == [ANN]


def test_a_site_that_only_wants_to_know() -> None:
    """With ``listener_remove`` alone everyone comes in, and the site is told of the end."""
    only = UrlAuthSettings(listener_remove="http://site/")
    station = Station(MountSettings("/live", url_auth=only))
    admitted = station.admit(ticket())
    assert station.asked == []
    assert admitted.leave is not None
    plain = Station(MountSettings("/live", url_auth=replace(SITE, listener_remove="")))
    assert plain.admit(ticket()).leave is None


def test_the_site_decides_about_sources() -> None:
    """A source is who the site says; a refusal is a failed login and locks out."""
    auth = UrlAuthSettings(stream_auth="http://site/")
    station = Station(MountSettings("/live", url_auth=auth))
    assert station.sources.delegates("/live")
    assert not with_site().sources.delegates("/live")

    async def log_in(credentials: Credentials | None) -> object:
        return await station.sources.admit("/live", credentials, CLIENT, Headers())

    login = run(log_in(ANN))
    assert (login.user, login.mount) == ("ann", "/live")
    assert login.credential == run(log_in(Credentials("ann", b"other"))).credential
    assert login.credential != run(log_in(Credentials("bob", b"right"))).credential
    with pytest.raises(Challenge):
        run(log_in(None))
    station.verdict = Verdict(allowed=False, message="not today")
    for _ in range(5):
        with pytest.raises(RefusedBySite, match="not today"):
            run(log_in(ANN))
    station.verdict = Verdict(allowed=True)
    with pytest.raises(LockedOut):
        run(log_in(ANN))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (b"", None),
        (b"user=a&pass=b", Credentials("a", b"b")),
        (b"pass=%FF+x&user=%C3%A9", Credentials("é", b"\xff x")),
        (b"user=a", None),
        (b"pass=a", None),
        (b"user=&pass=", Credentials("", b"")),
    ],
)
def test_credentials_in_the_query(query: bytes, found: Credentials | None) -> None:
    """Players that know no login have it in the address."""
    assert credentials_of(ticket(query=query)) == found
    assert credentials_of(ticket(ANN, query)) == ANN


SERVER = sitecalls.Server("radio.example", 8000)


def test_what_the_site_is_asked() -> None:
    """A listener is described by Icecast's fields, and the headers that the site wants."""
    auth = replace(SITE, headers=("X-Country", "Cookie"), header_prefix="ClientHeader.")
    asked = ticket(ANN, b"token=1&x=%41", x_country="NZ", x_other="no")
    assert sitecalls.listener_add(SERVER, auth, asked) == {
        "action": "listener_add",
        "server": "radio.example",
        "port": "8000",
        "client": "7",
        "mount": b"/live?token=1&x=%41",
        "user": "ann",
        "pass": b"right",
        "ip": "198.51.100.7",
        "agent": "VLC",
        "ClientHeader.X-Country": b"NZ",
    }
    told = sitecalls.listener_remove(SERVER, ticket(), 12.9)
    assert (told["action"], told["duration"], told["user"]) == ("listener_remove", "12", "")
    stream = sitecalls.stream_auth(SERVER, "/live", CLIENT, ANN, admin=False)
    assert "admin" not in stream
    assert sitecalls.stream_auth(SERVER, "/live", CLIENT, ANN, admin=True) == {
        **stream,
        "admin": "1",
    }


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (200, {"icecast-auth-user": "1"}, Verdict(allowed=True)),
        (204, {"icecast-auth-user": " 1 "}, Verdict(allowed=True)),
        (200, {}, Verdict(allowed=False)),
        (200, {"icecast-auth-user": "0"}, Verdict(allowed=False)),
        (200, {"icecast-auth-user": "10"}, Verdict(allowed=False)),
        (302, {"icecast-auth-user": "1"}, Verdict(allowed=False)),
        (403, {"icecast-auth-user": "1"}, Verdict(allowed=False)),
        (200, {"icecast-auth-message": "no\r\n\x1b[1mway"}, Verdict(False, None, "no[1mway")),
        (
            200,
            {"icecast-auth-user": "1", "icecast-auth-timelimit": "90"},
            Verdict(allowed=True, time_limit_s=90),
        ),
        (
            200,
            {"icecast-auth-user": "1", "icecast-auth-timelimit": "0"},
            Verdict(allowed=True),
        ),
        (
            200,
            {"icecast-auth-user": "1", "icecast-auth-timelimit": "soon"},
            Verdict(allowed=True),
        ),
    ],
)
def test_what_answers_mean(status: int, headers: dict[str, str], expected: Verdict) -> None:
    """One header lets in; whatever else comes refuses."""
    assert sitecalls.verdict(SITE, status, headers) == expected


def test_the_headers_are_the_operators() -> None:
    """The headers of the answer have the names that the settings say, in any case."""
    auth = replace(SITE, auth_header="X-Ok: Yes", timelimit_header="X-Limit:")
    good = {"x-ok": "YES", "x-limit": "5"}
    assert sitecalls.verdict(auth, 200, good) == Verdict(allowed=True, time_limit_s=5)
    assert not sitecalls.verdict(auth, 200, {"icecast-auth-user": "1"}).allowed
    anything = replace(SITE, auth_header="X-Ok")
    assert sitecalls.verdict(anything, 200, {"x-ok": "whatever"}).allowed


@given(
    st.integers(100, 599),
    st.dictionaries(
        st.sampled_from(
            ["icecast-auth-user", "icecast-auth-timelimit", "icecast-auth-message", "x"]
        ),
        st.text(max_size=20),
    ),
)
def test_nothing_but_the_header_lets_in(status: int, headers: dict[str, str]) -> None:
    """Whatever a site answers: in only with the right header, and never for less than nothing."""
    found = sitecalls.verdict(SITE, status, headers)
    assert found.allowed <= (headers.get("icecast-auth-user", "").strip() == "1")
    assert found.time_limit_s is None or found.time_limit_s > 0
