"""A program that uses the API of a running server, with one of several accounts."""

import hashlib
import json
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

from programs.station import PASSWORD_HASH, Station

OWN, OTHER = "/own", "/other"
ROLES = {"root": "superadmin", "head": "admin", "anna": "dj"}


def secret_of(user: str) -> str:
    """The token of an account."""
    return "ti_" + hashlib.sha256(user.encode()).hexdigest()


def accounts() -> dict[str, object]:
    """Settings with an account and a token for each role; admin and dj own ``/own``."""
    return {
        "users": {
            name: {"password": PASSWORD_HASH, "role": role, "mounts": {OWN: PASSWORD_HASH}}
            for name, role in ROLES.items()
        },
        "mounts": {OWN: "", OTHER: ""},
        "api_tokens": [token_of(name) for name in ROLES],
    }


def token_of(user: str) -> dict[str, object]:
    """The token of an account, as settings have it."""
    digest = hashlib.sha256(secret_of(user).encode()).hexdigest()
    return {"id": digest[:16], "name": f"token of {user}", "user": user, "hash": digest}


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401 (whatever the server sent)
        """The body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Api:
    """The API as one account sees it; without ``token`` as everybody does."""

    station: Station
    token: str = ""

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: dict[str, str] | None = None,
        content: bytes = b"",
        **query: object,
    ) -> Reply:
        """Send one request, with ``body`` as JSON or ``content`` as it is."""
        words = {name: value for name, value in query.items() if value is not None}
        target = path + ("?" + urllib.parse.urlencode(words) if words else "")
        request = urllib.request.Request(self.station.url(target), method=method)
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        if content:
            request.data = content
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=20) as answer:
                return Reply(
                    answer.status,
                    {name.lower(): value for name, value in answer.headers.items()},
                    answer.read(),
                )
        except urllib.error.HTTPError as error:
            with error:
                found = {name.lower(): value for name, value in error.headers.items()}
                return Reply(error.code, found, error.read())

    def get(self, path: str, **query: object) -> Any:  # noqa: ANN401
        """The document at ``path``."""
        reply = self.ask("GET", path, **query)
        assert reply.status == 200, reply
        return reply.document
