"""What the parts of the access pages show: the lists of the API, in words, a page at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from tinyice.web.agents import agent_in_words
from tinyice.web.api.security import (
    AuditWanted,
    Sought,
    audit,
    list_allowed,
    list_bans,
    list_lockouts,
)
from tinyice.web.api.sessions import Skipping, list_sessions
from tinyice.web.api.shapes import Paged
from tinyice.web.api.tokens import list_tokens
from tinyice.web.api.users import list_users
from tinyice.web.console.access_words import ACTIONS, audit_row, until, when
from tinyice.web.console.desk import Desk
from tinyice.web.guard import Caller
from tinyice.web.params import Params

PAGE = 100
AUDIT_PAGE = 50
_WORD_CHARS = 100
_AFTER_CHARS = 300

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Pager:
    """How many there are in all, and the queries of the first page and of the next; "": none."""

    total: int
    first: str | None
    following: str


class Lists:
    """Each gives the values of one template."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._services = desk.services

    async def accounts(self, caller: Caller, params: Params) -> Values:
        """All accounts."""
        call = self._desk.asking(caller, _paged(params))
        page = await list_users(self._services, call)
        return {"accounts": page.items, "pager": _pager(params, page.total, page.next)}

    async def tokens(self, caller: Caller, params: Params) -> Values:
        """Everybody's tokens."""
        call = self._desk.asking(caller, _paged(params))
        page = await list_tokens(self._services, call)
        now = self._services.now()
        rows = [
            (one, when(one.created_at), until(one.expires_at, now), when(one.last_used_at))
            for one in page.items
        ]
        return {"tokens": rows, "pager": _pager(params, page.total, page.next)}

    async def sessions(self, caller: Caller, params: Params) -> Values:
        """Everybody's sessions; that of who asks is marked."""
        skip = _number(params.text("skip")) or 0
        call = self._desk.asking(caller, Skipping(limit=PAGE, skip=skip))
        page = await list_sessions(self._services, call)
        rows = [
            (one, agent_in_words(one.agent), when(one.opened_at), when(one.seen_at))
            for one in page.items
        ]
        following = urlencode({"skip": page.next}) if page.next else ""
        pager = Pager(page.total, "" if skip else None, following)
        own = caller.session.id if caller.session is not None else ""
        return {"sessions": rows, "own_session": own, "pager": pager}

    async def lockouts(self, caller: Caller, params: Params) -> Values:
        """The addresses whose logins are refused."""
        call = self._desk.asking(caller, _paged(params))
        page = await list_lockouts(self._services, call)
        now = self._services.now()
        rows = [(one, until(one.until, now)) for one in page.items]
        return {"lockouts": rows, "pager": _pager(params, page.total, page.next)}

    async def bans(self, caller: Caller, params: Params) -> Values:
        """Who is banned; those in whom a word is found."""
        text, paged = _word(params, "text"), _paged(params)
        query = Sought(limit=paged.limit, after=paged.after, text=text)
        page = await list_bans(self._services, self._desk.asking(caller, query))
        now = self._services.now()
        return {
            "bans": [(one, until(one.until, now)) for one in page.items],
            "text": text,
            "pager": _pager(params, page.total, page.next, text=text),
        }

    async def allowed(self, caller: Caller, params: Params) -> Values:
        """The allow list."""
        call = self._desk.asking(caller, _paged(params))
        page = await list_allowed(self._services, call)
        return {"allowed": page.items, "pager": _pager(params, page.total, page.next)}

    async def audit(self, caller: Caller, params: Params) -> Values:
        """Some of the audit, and what was looked for in it."""
        words = {name: _word(params, name) for name in ("username", "action", "mount", "text")}
        before = _number(params.text("before"))
        query = AuditWanted(**words, before=before, limit=AUDIT_PAGE)
        page = await audit(self._services, self._desk.asking(caller, query))
        asked = {name: word for name, word in words.items() if word}
        following = urlencode({**asked, "before": page.next}) if page.next else ""
        return {
            "entries": [audit_row(entry) for entry in page.items],
            "actions": [("", "anything"), *ACTIONS.items()],
            "asked": words,
            "mounts": sorted(
                one.path for one in self._desk.recent().mounts if caller.principal.owns(one.path)
            ),
            "pager": Pager(page.total, urlencode(asked) if before else None, following),
        }


def _paged(params: Params) -> Paged:
    return Paged(limit=PAGE, after=params.text("after", "utf-8")[:_AFTER_CHARS])


def _pager(params: Params, total: int, following: str | None, **asked: str) -> Pager:
    words = {name: word for name, word in asked.items() if word}
    first = urlencode(words) if params.text("after") else None
    return Pager(total, first, urlencode({**words, "after": following}) if following else "")


def _word(params: Params, name: str) -> str:
    return params.text(name, "utf-8").strip()[:_WORD_CHARS]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
