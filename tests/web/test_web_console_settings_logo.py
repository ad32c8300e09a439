"""The logo: how it is sent, who may, and how it is served."""

import json

import pytest
from picture_bytes import SCRIPT, jpeg, lossy, png, webp
from web_support import DJ, Reply, Web, exchange, parse

from tinyice.config.faults import NotSaved
from tinyice.core.access.permissions import Action
from tinyice.web.pictures import picture_of

COOKIE = b"Cookie: sid=cookie1\r\n"
TOKEN = b"Authorization: Bearer ti_good\r\n"
EDGE = b"----edge42"


def form(
    *parts: tuple[bytes, bytes], name: bytes = b"logo.png", kind: bytes = b"image/png"
) -> bytes:
    """A form with files, as browsers send it; what is not a file has no file name."""
    body = b""
    for field, content in parts:
        is_file = field == b"logo"
        more = b'; filename="' + name + b'"\r\nContent-Type: ' + kind if is_file else b""
        body += b"--" + EDGE + b'\r\nContent-Disposition: form-data; name="' + field + b'"'
        body += more + b"\r\n\r\n" + content + b"\r\n"
    return body + b"--" + EDGE + b"--\r\n"


def send(web: Web, body: bytes, head: bytes = COOKIE, *, to: str = "/admin/settings/logo") -> Reply:
    """One upload, answered."""
    kind = (
        b"" if b"Content-Type" in head else b"Content-Type: multipart/form-data; boundary=" + EDGE
    )
    raw = f"POST {to} HTTP/1.1\r\nHost: radio.example:8000\r\n".encode()
    raw += head + (kind + b"\r\n" if kind else b"")
    return parse(exchange(web.resource, raw + b"Content-Length: %d\r\n\r\n" % len(body) + body))


@pytest.fixture
def web() -> Web:
    """A site with the administrator logged in."""
    site = Web()
    site.open_session()
    return site


@pytest.mark.parametrize("content", [png(), jpeg(), webp(lossy()), png() + SCRIPT])
def test_a_picture_becomes_the_logo(web: Web, content: bytes) -> None:
    """It is the very picture, less what hangs on it, for everybody."""
    reply = send(web, form((b"csrf", b"csrf1"), (b"logo", content)))
    assert reply.status == 303
    assert reply.head["location"] == "/admin/settings?saved=logo#logo"
    assert web.bench.logo.put_by == ["admin"]
    served = web.ask("/branding/logo")
    assert served.body == picture_of(content).content
    assert b"script" not in served.body


def test_it_is_served_as_a_picture_and_nothing_else(web: Web) -> None:
    """With the type that its bytes have, in a sandbox, kept by what it holds."""
    send(web, form((b"csrf", b"csrf1"), (b"logo", jpeg()), name=b"x.html", kind=b"text/html"))
    first = web.ask("/branding/logo")
    assert first.head["content-type"] == "image/jpeg"
    assert first.head["x-content-type-options"] == "nosniff"
    assert first.head["content-security-policy"] == "default-src 'none'; sandbox"
    assert first.head["cache-control"] == "public, no-cache"
    digest = first.head["etag"].strip('"')
    kept = web.ask(f"/branding/logo?v={digest}")
    assert kept.head["cache-control"] == "public, max-age=31536000, immutable"
    again = web.ask("/branding/logo", f'If-None-Match: "{digest}"\r\n'.encode())
    assert (again.status, again.body) == (304, b"")


def test_without_a_logo_there_is_none(web: Web) -> None:
    """The pages have their own mark."""
    assert web.ask("/branding/logo").status == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (form((b"csrf", b"csrf1")), "empty"),
        (form((b"csrf", b"csrf1"), (b"logo", b"")), "empty"),
        (form((b"csrf", b"csrf1"), (b"logo", b"GIF89a")), "this file is none"),
        (form((b"csrf", b"csrf1"), (b"logo", b"<svg onload=alert(1)>")), "SVG"),
        (form((b"csrf", b"csrf1"), (b"logo", png()[:-20])), "damaged"),
        (form((b"csrf", b"csrf1"), (b"logo", png(5000, 5))), "4096 pixels"),
    ],
)
def test_what_is_no_logo_is_said_beside_it(web: Web, body: bytes, words: str) -> None:
    """On the page, where the next try begins."""
    reply = send(web, body)
    assert reply.status == 422
    fault = reply.text.partition('id="logo-fault"')[2].partition("</p>")[0]
    assert words in fault
    assert web.bench.logo.put_by == []


@pytest.mark.parametrize(
    "name", [b"../../etc/passwd", b"C:\\\\x.png", b"a\0b", b'q\\"x', b"\xff\xfe"]
)
def test_names_of_files_are_nobodys_business(web: Web, name: bytes) -> None:
    """They are neither believed nor kept."""
    reply = send(web, form((b"csrf", b"csrf1"), (b"logo", png()), name=name))
    assert reply.status in (303, 400)
    if reply.status == 303:
        assert web.ask("/branding/logo").body == png()


def test_what_could_not_be_kept_is_said(web: Web) -> None:
    """A full disk is no fault of the picture."""

    async def put(*_args: object, **_more: object) -> None:
        raise NotSaved("/data/branding can't be written: the disk is full")

    web.bench.logo.put = put
    reply = send(web, form((b"csrf", b"csrf1"), (b"logo", png())))
    assert reply.status == 422
    assert "the disk is full" in reply.text


class TestWhoMay:
    """A form of somebody else's page sends no logo."""

    @pytest.mark.parametrize("csrf", [(), ((b"csrf", b"wrong"),), ((b"csrf", b""),)])
    def test_the_sessions_token_is_asked_for(
        self, web: Web, csrf: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        """In the form, or in the header that scripts send."""
        assert send(web, form(*csrf, (b"logo", png()))).status == 403
        assert web.bench.logo.put_by == []
        with_header = send(web, form((b"logo", png())), COOKIE + b"X-CSRF-Token: csrf1\r\n")
        assert with_header.status == 303

    def test_strangers_and_djs(self) -> None:
        """They change nothing; strangers are sent to the login."""
        web = Web()
        web.open_session(DJ)
        body = form((b"csrf", b"csrf1"), (b"logo", png()))
        assert send(web, body).status == 403
        assert send(web, body, b"").status == 303
        assert send(web, body, b"", to="/api/branding/logo").status == 401
        assert web.bench.logo.put_by == []

    def test_removing_needs_it_too(self, web: Web) -> None:
        """With it, the configuration names no logo any more."""
        web.bench.changes.document["logo_path"] = "branding/logo-1.png"
        assert web.post("/admin/settings/remove-logo", b"", COOKIE).status == 403
        assert web.post("/admin/settings/remove-logo", b"csrf=csrf1", COOKIE).status == 303
        assert web.bench.changes.made == [(Action.CHANGE_SETTINGS, "logo_path", "")]
        assert "logo_path" not in web.bench.changes.document


BROKEN = [
    b"",
    b"hello",
    b"--" + EDGE,
    b"--" + EDGE + b"\r\n\r\n",
    b"--" + EDGE + b"\r\nContent-Disposition: form-data\r\n\r\nx\r\n--" + EDGE + b"--",
    form((b"logo", png()))[:-10],
    form((b"logo", png())).replace(EDGE, b"----other"),
    form(*[(b"f%d" % n, b"x") for n in range(50)]),
    b"--" + EDGE + b"\r\nX: " + b"y" * 9000 + b"\r\n\r\nx\r\n--" + EDGE + b"--",
]


@pytest.mark.parametrize("body", BROKEN)
def test_a_form_that_can_not_be_read(web: Web, body: bytes) -> None:
    """Is refused, and changes nothing."""
    reply = send(web, body, COOKIE + b"X-CSRF-Token: csrf1\r\n")
    assert reply.status in (400, 422)
    assert web.bench.logo.put_by == []


def test_forms_with_files_are_read_nowhere_before_the_guard(web: Web) -> None:
    """A broken one is no way to an answer for who is nobody."""
    assert send(web, b"nonsense", b"").status == 303
    assert send(web, b"nonsense", b"", to="/api/branding/logo").status == 401


class TestApi:
    """The same for programs, with a token."""

    def test_a_form(self, web: Web) -> None:
        """As the part ``logo``."""
        reply = send(web, form((b"logo", png())), TOKEN, to="/api/branding/logo")
        assert (reply.status, reply.json()) == (200, {"status": "ok", "notes": []})
        assert web.ask("/branding/logo").body == png()

    def test_the_picture_itself(self, web: Web) -> None:
        """As the body, whatever type it says that it has."""
        head = TOKEN + b"Content-Type: image/webp\r\n"
        assert send(web, png(), head, to="/api/branding/logo").status == 200
        assert web.ask("/branding/logo").head["content-type"] == "image/png"

    def test_a_refusal(self, web: Web) -> None:
        """In the one shape that the API has."""
        reply = send(web, form((b"logo", b"x")), TOKEN, to="/api/branding/logo")
        assert reply.status == 422
        assert json.loads(reply.body)["code"] == "invalid"


class TestBrandingOfTheApi:
    """Names, colour and words, in the shape that the Go server has."""

    def test_what_is_set_is_told(self, web: Web) -> None:
        """All of it, and nothing else is touched."""
        new = {
            "page_title": "Meridian",
            "page_subtitle": "Slow radio",
            "accent_color": "#3355ff",
            "logo_path": "",
            "landing_markdown": "# Hello\n\nyou",
        }
        before = dict(web.bench.changes.document)
        assert web.send("PUT", "/api/branding", new).status == 200
        assert web.send("GET", "/api/branding").json() == new
        kept = {key: value for key, value in web.bench.changes.document.items() if key not in new}
        assert kept == before

    def test_what_is_left_out(self, web: Web) -> None:
        """PUT sets it to its default, PATCH leaves it alone."""
        web.send("PATCH", "/api/branding", {"page_title": "A", "page_subtitle": "B"})
        web.send("PATCH", "/api/branding", {"page_title": "C"})
        told = web.send("GET", "/api/branding").json()
        assert (told["page_title"], told["page_subtitle"]) == ("C", "B")
        web.send("PUT", "/api/branding", {"page_title": "D"})
        told = web.send("GET", "/api/branding").json()
        assert (told["page_title"], told["page_subtitle"]) == ("D", "")
        web.send("PUT", "/api/branding", {})
        assert web.send("GET", "/api/branding").json()["page_title"] == "tinyice"

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("logo_path", "/etc/passwd"),
            ("logo_path", "../x.png"),
            ("accent_color", "red"),
            ("page_title", "a\nb"),
            ("landing_markdown", "x" * 20_001),
            ("landing_markdown", "a\0b"),
        ],
    )
    def test_what_is_refused(self, web: Web, key: str, value: str) -> None:
        """Nobody names a file of the server but who can write its configuration."""
        for method in ("PUT", "PATCH"):
            reply = web.send(method, "/api/branding", {key: value})
            assert (reply.status, reply.json()["field"]) == (422, key)
        assert web.bench.changes.made == []

    def test_a_logo_is_kept_or_taken_away(self, web: Web) -> None:
        """What is there may be named again."""
        web.bench.changes.document["logo_path"] = "branding/logo-1.png"
        same = {"logo_path": "branding/logo-1.png"}
        assert web.send("PATCH", "/api/branding", same).status == 200
        assert web.send("PATCH", "/api/branding", {"logo_path": ""}).status == 200
        assert web.send("GET", "/api/branding").json()["logo_path"] == ""
