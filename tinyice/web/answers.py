"""What goes back to a browser, a player or an encoder: a value, and its way out."""

import json
from dataclasses import dataclass, replace
from html import escape
from http import HTTPStatus

from twisted.web.server import Request

from tinyice.web.compressing import SMALLEST, pressed, takes_gzip
from tinyice.wire.error_page import error_page, is_for_people

Fields = tuple[tuple[str, str], ...]

NOT_CACHED: Fields = (
    ("Cache-Control", "no-cache, no-store"),
    ("Expires", "Mon, 26 Jul 1997 05:00:00 GMT"),
    ("Pragma", "no-cache"),
)
FOR_ANY_ORIGIN: Fields = (("Access-Control-Allow-Origin", "*"),)
GUARDED: Fields = (
    (
        "Content-Security-Policy",
        (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            "media-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; "
            "form-action 'self'; frame-ancestors 'none'"
        ),
    ),
    ("Referrer-Policy", "same-origin"),
)

# Browsers write every refusal into their console as a failure to load. A script of our
# pages that sends a form says so, and gets the page that tells why as a success.
_BY_SCRIPT = ("X-Sent-By", "script")
_REFUSED = "X-Refused"

# Icecast's words; there are scripts that look for them.
_REASONS = {401: b"Authentication Required", 404: b"File Not Found"}
_WITHOUT_BODY = (204, 304)


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response, less what every response has.

    ``for_people``: what browsers get in place of ``body``.
    """

    status: int
    content_type: str
    body: bytes
    fields: Fields = ()
    for_people: bytes = b""


def page(markup: str, status: int = 200) -> Answer:
    """An HTML page that loads nothing from elsewhere and is framed by nobody."""
    return Answer(status, "text/html; charset=utf-8", encode(markup), (*NOT_CACHED, *GUARDED))


def for_any_frame(answer: Answer) -> Answer:
    """``answer`` as a page that any site may show in a frame; all else stays forbidden."""
    opened = (
        (name, value.replace("frame-ancestors 'none'", "frame-ancestors *"))
        for name, value in answer.fields
    )
    return replace(answer, fields=tuple(opened))


def json_document(value: object) -> Answer:
    """Open data for any script on any site."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    fields = (*NOT_CACHED, *FOR_ANY_ORIGIN)
    return Answer(200, "application/json; charset=UTF-8", encode(text), fields)


def xml_document(text: str, fields: Fields = NOT_CACHED) -> Answer:
    """An XML document, declaration included in ``text``."""
    return Answer(200, "text/xml; charset=utf-8", encode(text), fields)


def plain(text: str, status: int = 200, fields: Fields = ()) -> Answer:
    """A few words for programs."""
    return Answer(status, "text/plain; charset=utf-8", encode(text), (*NOT_CACHED, *fields))


def see_other(location: str) -> Answer:
    """Go there, and GET it; ``location`` is a path that we made or checked."""
    return Answer(303, "text/plain; charset=utf-8", b"", (*NOT_CACHED, ("Location", location)))


def refusal(status: int, sentence: str) -> Answer:
    """An error page in the form that Icecast gives it, which scripts and panels know.

    A browser gets another one, which says the same.
    """
    short = page(
        f"<html><head><title>Error {status}</title></head>"
        f"<body><b>{status} - {escape(sentence)}</b></body></html>\r\n",
        status,
    )
    return replace(short, for_people=encode(error_page(status, sentence)))


def encode(text: str) -> bytes:
    """UTF-8, whatever came in: half a surrogate pair is no reason to fail."""
    return text.encode("utf-8", "replace")


def respond(request: Request, answer: Answer) -> bytes:
    """Put the head of ``answer`` on ``request`` and give its body, for Klein to send."""
    if answer.for_people:
        request.responseHeaders.addRawHeader("Vary", "Accept")
        if is_for_people(request.getHeader("Accept") or ""):
            answer = replace(answer, body=answer.for_people)
    if _is_told_to_script(request, answer):
        told = (_REFUSED, str(answer.status))
        answer = replace(answer, status=200, fields=(*answer.fields, told))
    reason = _REASONS.get(answer.status) or HTTPStatus(answer.status).phrase.encode("ascii")
    request.setResponseCode(answer.status, reason)
    head = request.responseHeaders
    head.setRawHeaders("X-Content-Type-Options", ["nosniff"])
    for name, value in answer.fields:
        head.setRawHeaders(name, [value])
    body = _for_this_client(request, answer)
    if answer.status not in _WITHOUT_BODY:
        head.setRawHeaders("Content-Type", [answer.content_type])
        head.setRawHeaders("Content-Length", [str(len(body))])
    return body


def _is_told_to_script(request: Request, answer: Answer) -> bool:
    """Whether it is a page that refuses something, for a script that shows it as it is."""
    name, value = _BY_SCRIPT
    is_refusal = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return (
        is_refusal
        and answer.content_type.startswith("text/html")
        and request.getHeader(name) == value
    )


def _for_this_client(request: Request, answer: Answer) -> bytes:
    """The body; in fewer bytes if it is a page, and the client can read it then."""
    if not answer.content_type.startswith("text/html") or len(answer.body) < SMALLEST:
        return answer.body
    request.responseHeaders.addRawHeader("Vary", "Accept-Encoding")
    if not takes_gzip(request.requestHeaders):
        return answer.body
    request.responseHeaders.setRawHeaders("Content-Encoding", ["gzip"])
    return pressed(answer.body)
