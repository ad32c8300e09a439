"""What the API says when it does not do what it is asked: one shape, one table.

``code`` is stable, for programs; ``error`` is a sentence for people; ``field``
names what was wrong in the request, where something was.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from msgspec import Struct, ValidationError
from werkzeug.exceptions import MethodNotAllowed, NotFound

from tinyice.config.faults import ConfigFaults, FileRefused, NotSaved
from tinyice.core.autodjs import ListChanged, PlaylistOfStation
from tinyice.core.errors import (
    Challenge,
    Conflict,
    FormatsDiffer,
    ListenerUnknown,
    LockedOut,
    MountDisabled,
    MountIdle,
    MountUnknown,
    NotPermitted,
    NotThere,
    NotUsable,
    Overloaded,
    Refused,
    SameMount,
    TooManyListeners,
)
from tinyice.web.answers import Fields
from tinyice.web.errors import CrossSite
from tinyice.web.pictures import PictureRefused
from tinyice.web.urls import API_DESCRIPTION
from tinyice.wire.errors import PeerError

_STRANGE = re.compile("Object contains unknown field `(.*)`", re.DOTALL)


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why something was not done; nothing was changed."""

    error: str
    code: str
    field: str = ""


class Unfit(Exception):
    """A request whose own content is at fault; ``status`` 400, 404, 409, 413, 415 or 422."""

    def __init__(self, status: int, code: str, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.status = status
        self.problem = Problem(error=sentence, code=code, field=field)
        self.fields: Fields = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A problem, and how it goes out."""

    status: int
    problem: Problem
    fields: Fields = ()


def unknown(what: str, name: str, field: str = "") -> Unfit:
    """There is no such thing."""
    return Unfit(404, "not-found", f"there is no {what} {name}", field)


def taken(what: str, name: str, field: str) -> Unfit:
    """There is one of that name already."""
    article = "an" if what[:1] in "AEIOaeio" else "a"
    return Unfit(409, "exists", f"there is {article} {what} {name} already", field)


def unfit_by(error: ValidationError) -> Unfit:
    """What msgspec says, with the field apart: "Expected `int`, got `str` - at `$.limit`"."""
    sentence, _, place = str(error).partition(" - at `")
    # of the key of an object it says: at `key` in `$.mounts`
    field = place.rpartition("$")[2].rstrip("`").removeprefix(".")
    strange = _STRANGE.fullmatch(sentence)
    if strange:
        where = ".".join(filter(None, (field, strange[1])))
        return Unfit(400, "unknown-field", f"no such field; see {API_DESCRIPTION}", where)
    return Unfit(400, "invalid", sentence, field)


def _plain(status: int, code: str) -> Callable[[Exception], Told]:
    return lambda error: Told(status, Problem(error=str(error), code=code))


def _later(error: Overloaded | LockedOut) -> Told:
    code, status = ("overloaded", 503) if isinstance(error, Overloaded) else ("locked-out", 429)
    problem = Problem(error=str(error), code=code)
    return Told(status, problem, (("Retry-After", str(error.retry_after)),))


def _refused_values(error: ConfigFaults) -> Told:
    first, *others = error.faults
    sentence = "; ".join([first.message, *(f"{fault.key}: {fault.message}" for fault in others)])
    return Told(422, Problem(error=sentence, code="invalid", field=first.key))


def _challenge(_error: Challenge) -> Told:
    sentence = "log in, or send a token: Authorization: Bearer ti_..."
    fields = (("WWW-Authenticate", 'Bearer realm="tinyice"'),)
    return Told(401, Problem(error=sentence, code="unauthenticated"), fields)


def _wrong_method(error: MethodNotAllowed) -> Told:
    allowed = ", ".join(sorted(error.valid_methods or ()))
    problem = Problem(error="this address has other methods", code="method-not-allowed")
    return Told(405, problem, (("Allow", allowed),))


def _broken(error: PeerError) -> Told:
    return Told(error.status or 400, Problem(error=error.reason, code="bad-request"))


_TABLE: tuple[tuple[type[Exception], Callable[[Any], Told]], ...] = (
    (Unfit, lambda error: Told(error.status, error.problem, error.fields)),
    (LockedOut, _later),
    (Overloaded, _later),
    (Challenge, _challenge),
    (Refused, _plain(401, "wrong-credentials")),
    (NotPermitted, _plain(403, "not-permitted")),
    (MountUnknown, _plain(404, "mount-unknown")),
    (ListenerUnknown, _plain(404, "listener-unknown")),
    (SameMount, _plain(409, "same-mount")),
    (FormatsDiffer, _plain(409, "formats-differ")),
    (MountIdle, _plain(409, "mount-off-air")),
    (MountDisabled, _plain(409, "mount-disabled")),
    (TooManyListeners, _plain(409, "mount-full")),
    (ListChanged, _plain(409, "list-changed")),
    (PlaylistOfStation, _plain(409, "playlist-of-station")),
    (Conflict, _plain(409, "conflict")),
    (NotThere, _plain(404, "not-found")),
    (NotUsable, _plain(422, "invalid")),
    (ConfigFaults, _refused_values),
    (FileRefused, _plain(409, "file-refused")),
    (NotSaved, _plain(507, "not-saved")),
    (PictureRefused, _plain(422, "invalid")),
    (CrossSite, _plain(403, "cross-site")),
    (MethodNotAllowed, _wrong_method),
    (NotFound, lambda _: Told(404, Problem(error="there is no such address", code="not-found"))),
    (PeerError, _broken),
)


def told_of(error: BaseException | None) -> Told | None:
    """How ``error`` is answered; None: it is our own fault."""
    for kind, answer in _TABLE:
        if isinstance(error, kind):
            return answer(error)
    return None
