"""The cookie that carries a session: its name, its attributes, its way in and out."""

from twisted.web.server import Request

_NAME = "sid"
_SECURE_NAME = "__Host-sid"
"""Browsers take a cookie of such a name from this very host only, and only over TLS."""


def cookie_name(*, secure: bool) -> str:
    """The session cookie's name on connections like this one."""
    return _SECURE_NAME if secure else _NAME


def session_cookie(request: Request, *, secure: bool) -> str:
    """The session cookie of ``request``; "" when it brings none."""
    given = request.received_cookies.get(cookie_name(secure=secure).encode("ascii"), b"")
    return given.decode("latin-1")


def brings_session(request: Request) -> bool:
    """Whether ``request`` has the cookie of a session, be it over by now."""
    return any(session_cookie(request, secure=secure) for secure in (False, True))


def keep_session(request: Request, cookie: str, *, secure: bool, seconds: int) -> None:
    """Let the browser send ``cookie`` for so long, to nobody else and unseen by scripts."""
    attributes = [
        f"{cookie_name(secure=secure)}={cookie}",
        "Path=/",
        f"Max-Age={seconds}",
        "HttpOnly",
        "SameSite=Lax",
    ]
    if secure:
        attributes.append("Secure")
    request.responseHeaders.addRawHeader("Set-Cookie", "; ".join(attributes))


def forget_session(request: Request, *, secure: bool) -> None:
    """Let the browser forget the session."""
    keep_session(request, "", secure=secure, seconds=0)
