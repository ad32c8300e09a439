"""Names, titles and agents of attackers on every page: nothing of theirs runs."""

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import quote, urlencode

import pytest

from browser import music
from browser.conftest import Visit
from browser.looking import too_wide
from browser.pages import PAGES, Shown
from browser.visiting import DESK, PHONE
from features.conftest import Serve
from features.sounding import WAIT_S, Encoder
from features.talk import connect, read
from programs.station import PASSWORD_HASH, Station
from programs.waiting import until

pytestmark = [pytest.mark.timeout(240), pytest.mark.needs_program("chromium")]

HOSTILE = {
    "script": "<script>window.__xss='script'</script>",
    "image": "<img src=/none onerror=\"window.__xss='image'\">",
    "attribute": "\"' autofocus onfocus=window.__xss='focus' onmouseover=window.__xss='over' x=\"",
    "closing": "</title></textarea></style></script><svg onload=window.__xss='svg'>",
    "template": "{{ 7 * 7 }}{% raw %}${7*7}<%= 7 * 7 %>",
    "address": "javascript:window.__xss='address'//",
    "json": "\\\"}];window.__xss='json';//\u2028<!--",
    "entities": "&lt;script&gt;&#60;b&#62;&amp;amp;&#0;",
    "right-to-left": "\u202eelpmaxe.oidar\u2066 مرحبا بالعالم \u200fשלום",
    "long-word": "W" * 300,
    "long-text": "a rather long title that goes on " * 12,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈👩🏽‍🚀 Z̷̡͔͠a̵̢͝l̸̨̛g̷̡̕o̵͜͝",
    "null": "null",
    "undefined": "undefined",
    "prototype": "__proto__",
    "percent": "%3Cscript%3E %s %n %00 ../../etc/passwd",
}

MOUNTS = [
    "/<img src=1 onerror=\"window.__xss='mount'\">",
    "/\"'><svg onload=window.__xss='mount'>",
    "/" + "very-long-" * 24,
    "/ünï cödé 日本語 \u202egpm",
    "/{{7*7}}&amp;<b>",
    "/__proto__",
    "/constructor",
]

USERS = ["<b onclick=window.__xss='user'>eve</b>", "\u202eeve", "E" * 60]

NOBODY = "http://127.0.0.1:9"
"""Where no server is."""

STILL_CLEAN = "() => window.__xss === undefined && !document.querySelector('[onerror], [onload]')"


def target(mount: str) -> str:
    """The mount as a request writes it."""
    return quote(mount, safe="/")


def listen(station: Station, mount: str, agent: str) -> ExitStack:
    """A listener who says such a thing about its program."""
    with ExitStack() as stack:
        connection = stack.enter_context(connect(station.port))
        head = f"GET {target(mount)} HTTP/1.0\r\nUser-Agent: {agent}\r\nReferer: {agent}\r\n\r\n"
        connection.sendall(head.encode())
        read(connection, b"\r\n\r\n")
        return stack.pop_all()
    raise AssertionError("an ExitStack swallows nothing")


@pytest.fixture(scope="module")
def station(serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """A mount on air for each of the words, as its name, title, genre, address and listener.

    And an AutoDJ that plays all of them.
    """
    folder = music.fill_with(tmp_path_factory.mktemp("music"), HOSTILE.values())
    own = dict.fromkeys(("/live", *MOUNTS), PASSWORD_HASH)
    users = {
        name: {"password": PASSWORD_HASH, "role": "dj", "mounts": own} for name in ("anna", *USERS)
    }
    station = serve(
        autodjs=[{"mount": "/night", "music_dir": str(folder), "name": HOSTILE["script"]}],
        source_timeout=600,
        lockout_failures=0,
        users=users,
        mounts={"/quiet": "", "/members": ""},
        advanced_mounts={"/members": {"listener_accounts": {USERS[0]: PASSWORD_HASH}}},
        page_title=HOSTILE["closing"],
        page_subtitle=HOSTILE["image"],
        location=HOSTILE["script"],
        admin_email=HOSTILE["attribute"],
        relays=[
            {"mount": "/relayed", "url": f"{NOBODY}/live", "user": HOSTILE["attribute"]},
            {"mount": f"/relayed{MOUNTS[0]}", "url": f"{NOBODY}{target(MOUNTS[1])}"},
        ],
        masters=[{"url": NOBODY, "prefix": MOUNTS[1], "user": HOSTILE["image"]}],
        pushes=[{"mount": "/live", "url": f"{NOBODY}{target(MOUNTS[0])}", "password": "x"}],
    )
    paths = ["/live", "/members", *(f"/{number}" for number in range(len(HOSTILE))), *MOUNTS]
    words = [*HOSTILE.values()]
    with ExitStack() as stack:
        for number, path in enumerate(paths):
            word = words[number % len(words)]
            lines = [f"ice-{key}: {word}" for key in ("name", "description", "genre", "url")]
            encoder = stack.enter_context(
                Encoder(station.port, target(path), *lines, f"User-Agent: {word}")
            )
            encoder.play(2)
            station.set_title(path, word)
            stack.enter_context(listen(station, path, word))
        until(
            lambda: len(station.statistics()) == len(paths) + 1,
            within=WAIT_S,
            what="all are on air",
        )
        yield station


def address(path: str, name: str, value: str) -> str:
    """The address of a page about somebody or something."""
    return f"{path}?{urlencode({name: value})}"


ABOUT_THEM = {
    **{f"player-{number}": Shown(f"/player{target(path)}") for number, path in enumerate(MOUNTS)},
    **{f"embed-{number}": Shown(f"/embed{target(path)}") for number, path in enumerate(MOUNTS)},
    **{
        f"station-{number}": Shown(address("/admin/stations", "mount", path), "admin")
        for number, path in enumerate(MOUNTS)
    },
    **{
        f"account-{number}": Shown(address("/admin/access/account", "name", user), "admin")
        for number, user in enumerate(USERS)
    },
    "explore-for": Shown(address("/explore", "q", HOSTILE["attribute"])),
    "audience-for": Shown(address("/admin/audience", "text", HOSTILE["closing"]), "admin"),
    "developers-for": Shown(address("/developers", "mount", MOUNTS[0])),
    "login-for": Shown(address("/login", "next", HOSTILE["address"])),
}


@pytest.mark.parametrize("name", [*PAGES, *ABOUT_THEM])
def test_nothing_of_theirs_runs(station: Station, visit: Visit, name: str) -> None:
    """A page shows their words as words, on a phone and on a desk."""
    shown = {**PAGES, **ABOUT_THEM}[name]
    visitor = visit(station, shown.user)
    visitor.resize(PHONE)
    visitor.open(shown)
    for width in (PHONE, DESK):
        visitor.resize(width)
        assert visitor.evaluate(STILL_CLEAN)
        assert too_wide(visitor.page) == []
        visitor.shoot(f"hostile-{name}-{width}")
