"""Sessions of browsers: who is logged in, from where; ended by a superadmin."""

from typing import Annotated

from msgspec import Meta, Struct

from tinyice.core.access.permissions import Action
from tinyice.web.api.changing import note_change
from tinyice.web.api.operation import Call, Nothing, Operations
from tinyice.web.api.problems import unknown
from tinyice.web.api.services import Services
from tinyice.web.api.shapes import Done, Limit, Name, moment

SESSIONS = Operations("sessions")

Place = Annotated[int, Meta(ge=0, le=2**31, description="How many of the list to leave out.")]


class SessionSeen(Struct, frozen=True, kw_only=True):
    """A login of a browser; the cookie that makes it one is nowhere."""

    id: str
    username: str
    ip: str
    agent: str
    opened_at: str | None
    seen_at: str | None


class SessionPage(Struct, frozen=True, kw_only=True):
    """Some sessions, the one used last first. ``next`` is the ``skip`` of the next page."""

    items: tuple[SessionSeen, ...]
    next: int | None
    total: int


class Skipping(Struct, frozen=True, kw_only=True):
    """Which part of the list, and whose; without ``username`` everybody's."""

    username: str = ""
    limit: Limit = 100
    skip: Place = 0


class SessionId(Struct, frozen=True, kw_only=True):
    """Which session."""

    id: Name


@SESSIONS.add("GET", "/api/sessions", Action.SEE_USERS, query=Skipping, answer=SessionPage)
async def list_sessions(services: Services, call: Call[Skipping, Nothing]) -> SessionPage:
    """Where people are logged in."""
    wanted = call.query
    found = [one for one in services.sessions() if wanted.username in ("", one.user)]
    end = wanted.skip + wanted.limit
    return SessionPage(
        items=tuple(
            SessionSeen(
                id=one.id,
                username=one.user,
                ip=one.address,
                agent=one.agent,
                opened_at=moment(services.moment_of(one.opened_at)),
                seen_at=moment(services.moment_of(one.seen_at)),
            )
            for one in found[wanted.skip : end]
        ),
        next=end if len(found) > end else None,
        total=len(found),
    )


@SESSIONS.add(
    "DELETE",
    "/api/sessions",
    Action.CHANGE_USERS,
    query=SessionId,
    answer=Done,
    refusals=(404,),
)
async def end_session(services: Services, call: Call[SessionId, Nothing]) -> Done:
    """Log somebody out."""
    session_id = call.query.id
    if not services.end_session(session_id):
        raise unknown("session", session_id, "id")
    note_change(services, call, action=Action.LOG_OUT, subject=session_id)
    return Done()
