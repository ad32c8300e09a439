"""What went wrong, as an answer: the one table of the web pages.

The sentences and statuses are those of Icecast 2.4.4, because encoders and
panels read them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.server import Request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tinyice.core.errors import (
    Challenge,
    LockedOut,
    MountDisabled,
    MountIdle,
    MountUnknown,
    NotPermitted,
    Overloaded,
    Refused,
)
from tinyice.web.answers import Answer, plain, refusal, respond, see_other
from tinyice.web.local import login_url
from tinyice.wire.errors import PeerError

_log = Logger()

_CHALLENGE = (("WWW-Authenticate", 'Basic realm="Icecast2 Server"'),)


class CommandRefused(Exception):
    """An admin command that can't be carried out; ``sentence`` is for its sender."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class CrossSite(Exception):
    """A change that a browser was, or may have been, talked into; ``sentence`` is for its user."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def _ask_for_credentials(_error: Exception) -> Answer:
    return plain("You need to authenticate\r\n", 401, _CHALLENGE)


def _locked_out(error: LockedOut) -> Answer:
    fields = (("Retry-After", str(error.retry_after)),)
    return plain("Too many failed logins, please try again later\r\n", 429, fields)


def _not_permitted(error: NotPermitted) -> Answer:
    about = f" on {error.mount}" if error.mount else ""
    return refusal(403, f"You may not do this ({error.action}{about})")


def _later(error: Overloaded) -> Answer:
    fields = (("Retry-After", str(error.retry_after)),)
    return plain("busy, please try again later\r\n", 503, fields)


def _wrong_method(error: MethodNotAllowed) -> Answer:
    allowed = ", ".join(sorted(error.valid_methods or ()))
    answer = refusal(405, "Method not allowed")
    return replace(answer, fields=(*answer.fields, ("Allow", allowed)))


_ANSWERS: tuple[tuple[type[Exception], Callable[[Any], Answer]], ...] = (
    (Challenge, _ask_for_credentials),
    (LockedOut, _locked_out),
    (Refused, _ask_for_credentials),
    (NotPermitted, _not_permitted),
    (CrossSite, lambda error: refusal(403, error.sentence)),
    (Overloaded, _later),
    (MountUnknown, lambda _: refusal(400, "Source does not exist")),
    (MountIdle, lambda _: refusal(400, "Source is not available")),
    (MountDisabled, lambda _: refusal(400, "Source is not available")),
    (CommandRefused, lambda error: refusal(400, error.sentence)),
    (PeerError, lambda error: refusal(error.status or 400, error.reason)),
    (MethodNotAllowed, _wrong_method),
    (NotFound, lambda _: refusal(404, "The file you requested could not be found")),
)


def answer_for(error: BaseException | None) -> Answer | None:
    """The answer to an error that somebody outside caused; None: it is ours."""
    for kind, answer in _ANSWERS:
        if isinstance(error, kind):
            return answer(error)
    return None


def answer_page_failure(request: Request, failure: Failure) -> bytes:
    """As ``answer_failure``, on pages for people: who is not logged in is sent to do so."""
    error = failure.value
    if isinstance(error, Challenge | Refused) and not isinstance(error, LockedOut):
        back = request.uri if request.method in (b"GET", b"HEAD") else b""
        return respond(request, see_other(login_url(back.decode("latin-1"))))
    return answer_failure(request, failure)


def answer_failure(request: Request, failure: Failure) -> bytes:
    """Answer whatever a route raised; our own faults are logged and not explained."""
    answer = answer_for(failure.value)
    if answer is None:
        _log.failure("request for {path} failed", failure, path=request.path.decode("latin-1"))
        answer = refusal(500, "Internal server error")
    return respond(request, answer)
