"""One operation of the API, declared once: the way in, the check, the description."""

import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from msgspec import Struct

from tinyice.core.access.permissions import Action
from tinyice.core.snapshots import StationSnapshot
from tinyice.web.api.services import Services
from tinyice.web.guard import Caller

Q = TypeVar("Q", bound=Struct)
B = TypeVar("B", bound=Struct)
Q_co = TypeVar("Q_co", bound=Struct, covariant=True)
B_co = TypeVar("B_co", bound=Struct, covariant=True)
A = TypeVar("A")

_IN_PATH = re.compile(r"{(\w+)}")


JSON = "application/json"
ANY_BYTES = "application/octet-stream"


class Nothing(Struct, frozen=True):
    """No parameters, no body, no answer."""


class Given(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A body. A field that is not known is refused: it would be passed over in silence."""


class Upload(Struct, frozen=True):
    """A file that was sent: as the body, or as the part ``file`` of a form."""

    content: bytes


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is a file. ``name`` is what browsers keep it under."""

    content: bytes
    content_type: str
    name: str


@dataclass(frozen=True, slots=True)
class Call(Generic[Q_co, B_co]):
    """A request that was checked: who asks, and for what.

    ``recent`` gives the station as it was at most half a second ago, for what is asked often.
    """

    caller: Caller
    recent: Callable[[], StationSnapshot]
    query: Q_co
    body: B_co


View = Callable[[Services, Call[Any, Any]], Coroutine[Any, Any, object]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path.

    ``status`` is the answer when all goes well; ``refusals`` are the statuses of
    the domain that the operation may answer besides those that all of its kind have.
    ``types`` are the types that the answer may have.
    """

    method: str
    path: str
    action: Action
    tag: str
    summary: str
    query: type[Struct]
    body: type[Struct]
    answer: type[Any]
    status: int
    refusals: tuple[int, ...]
    types: tuple[str, ...]
    view: View

    @property
    def name(self) -> str:
        """What the operation is called in the description."""
        return self.view.__name__

    @property
    def in_path(self) -> tuple[str, ...]:
        """The fields of the query that stand in the path, as ``{name}``."""
        return tuple(_IN_PATH.findall(self.path))

    @property
    def route(self) -> str:
        """The path as the router takes it; what stands in it may have slashes."""
        return _IN_PATH.sub(r"<path:\1>", self.path)

    @property
    def changes(self) -> bool:
        """Whether something is different afterwards."""
        return self.method != "GET"

    @property
    def about_mount(self) -> bool:
        """Whether the query names the mount that it is about."""
        return "mount" in self.query.__struct_fields__


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations of one area, in order."""

    tag: str
    found: list[Operation] = field(default_factory=list)

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.found)

    def add(
        self,
        method: str,
        path: str,
        action: Action,
        *,
        answer: type[A],
        query: type[Q] = Nothing,  # type: ignore[assignment]  # the default of a type variable
        body: type[B] = Nothing,  # type: ignore[assignment]
        status: int = 200,
        refusals: tuple[int, ...] = (),
        types: tuple[str, ...] = (JSON,),
    ) -> Callable[
        [Callable[[Services, Call[Q, B]], Coroutine[Any, Any, A]]],
        Callable[[Services, Call[Q, B]], Coroutine[Any, Any, A]],
    ]:
        """Declare the function below as an operation; its docstring describes it."""

        def declare(
            view: Callable[[Services, Call[Q, B]], Coroutine[Any, Any, A]],
        ) -> Callable[[Services, Call[Q, B]], Coroutine[Any, Any, A]]:
            summary = (view.__doc__ or "").strip()
            self.found.append(
                Operation(
                    method,
                    path,
                    action,
                    self.tag,
                    summary,
                    query,
                    body,
                    answer,
                    status,
                    refusals,
                    types,
                    view,
                )
            )
            return view

        return declare
