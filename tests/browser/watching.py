"""Notes everything that must not happen on our pages: errors, strangers, answers that fail."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

INLINE = {"data", "blob", "about"}
GIVEN_UP = "net::ERR_ABORTED"
"""The page itself ended the request: a stream that is stopped, a page that is left."""
LOADING_FAILED = "Failed to load resource"
"""The console's words for a bad answer, which is noted with its address anyway."""


@dataclass
class Watch:
    """What went wrong in one browser context on the way; ``expect`` names what is meant to.

    ``hosts`` are those that pages may ask.
    """

    hosts: set[str]
    faults: list[str] = field(default_factory=list)
    _expected: set[tuple[int, str]] = field(default_factory=set)

    def follow(self, context: BrowserContext) -> None:
        """Listen to every page of ``context``, those that are still to come included."""
        context.on("console", self._said)
        context.on("weberror", self._raised)
        context.on("request", self._asked)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def expect(self, status: int, path: str) -> None:
        """Let ``path`` be answered with that status from here on."""
        self._expected.add((status, path))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(LOADING_FAILED):
            self.faults.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _raised(self, error: WebError) -> None:
        self.faults.append(f"error on a page: {error.error.message}\n{error.error.stack}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in INLINE and parts.netloc not in self.hosts:
            self.faults.append(f"asked of another host: {request.url}")

    def _failed(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self.faults.append(f"failed: {request.method} {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        path = urlsplit(response.url).path
        if response.status >= 400 and (response.status, path) not in self._expected:
            method = response.request.method
            self.faults.append(f"answered {response.status}: {method} {response.url}")
