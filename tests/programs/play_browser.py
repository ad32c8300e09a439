"""Chromium's audio elements, on a page that tells how far they are."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from programs.children import Child, start, unprivileged
from programs.station import HOST

PAGE = """<!doctype html><meta charset="utf-8"><title>Listening</title><script>
const state = {};
for (const [name, url] of Object.entries(%s)) {
  const audio = new Audio();
  state[name] = {time: 0, error: ""};
  audio.crossOrigin = "anonymous";
  audio.onerror = () => { state[name].error = audio.error.code + " " + audio.error.message; };
  audio.src = url;
  audio.play().catch(error => { state[name].error = String(error); });
  setInterval(() => { state[name].time = audio.currentTime; }, 100);
}
setInterval(() => fetch("/report", {method: "POST", body: JSON.stringify(state)}), 500);
</script>"""
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
    "--no-proxy-server",
    "--autoplay-policy=no-user-gesture-required",
)


@dataclass
class Browser:
    """A page with one audio element a stream, and what it reports."""

    streams: dict[str, str]
    report: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._site = ThreadingHTTPServer((HOST, 0), self._requests())
        threading.Thread(target=self._site.serve_forever, daemon=True).start()

    def _requests(self) -> type[BaseHTTPRequestHandler]:
        browser = self

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = (PAGE % json.dumps(browser.streams)).encode()
                self._answer(200, body if self.path == "/" else b"")

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                browser.report = json.loads(self.rfile.read(length))
                self._answer(200, b"")

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        return Requests

    def start(self, home: Path, program: str, lasting: float) -> Child:
        """Open the page."""
        address = f"http://{HOST}:{self._site.server_address[1]}/"
        flags: Sequence[str] = (*FLAGS, f"--user-data-dir={home}", address)
        command = unprivileged([program, *flags])
        return start(command, home=home, name="browser", lasting=lasting)

    def has_enough(self, seconds: float) -> bool:
        """Whether every element has played that long."""
        return len(self.report) == len(self.streams) and all(
            row["time"] > seconds or row["error"] for row in self.report.values()
        )

    def close(self) -> None:
        """Take the page away."""
        self._site.shutdown()
        self._site.server_close()
