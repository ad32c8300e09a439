"""A station's web site that decides who listens: a small one, in a thread of the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from programs.waiting import until

HOST = "127.0.0.1"
WITHIN_S = 15.0


@dataclass(frozen=True)
class Call:
    """One thing that a server asked or told the site."""

    fields: dict[str, str]
    authorization: str
    content_type: str
    raw: bytes

    @property
    def action(self) -> str:
        return self.fields.get("action", "")


@dataclass
class AuthSite:
    """What was asked, and what is answered: headers by action, else a plain refusal."""

    port: int
    answers: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/auth"

    def of(self, action: str) -> list[Call]:
        return [call for call in self.calls if call.action == action]

    def wait_for(self, action: str, count: int = 1) -> Call:
        """The latest call of that kind, once there are so many."""
        until(lambda: len(self.of(action)) >= count, within=WITHIN_S, what=f"{count} {action}")
        return self.of(action)[-1]


OPEN = {
    action: {"icecast-auth-user": "1"}
    for action in ("listener_add", "listener_remove", "mount_add", "mount_remove", "stream_auth")
}


@contextmanager
def auth_site(answers: dict[str, dict[str, str]] | None = None) -> Iterator[AuthSite]:
    """A site that runs as long as it is needed."""
    site = AuthSite(0, dict(OPEN if answers is None else answers))

    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"] or 0))
            fields = dict(parse_qsl(raw.decode("latin-1"), True, encoding="latin-1"))
            authorization = self.headers.get("Authorization", "")
            kind = self.headers.get("Content-Type", "")
            call = Call(fields, authorization, kind, raw)
            self.send_response(200)
            for name, value in site.answers.get(call.action, {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()
            site.calls.append(call)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, 0), Answering)
    server.daemon_threads = True
    site.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
