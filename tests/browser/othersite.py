"""A page of somebody else, at another origin, that frames one of ours."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from programs.station import HOST

PAGE = """<!doctype html><html lang="en"><title>Somebody else</title>
<iframe src="%s" width="100%%" height="80" allow="autoplay" title="Radio"></iframe>"""


@contextmanager
def framing(address: str) -> Iterator[str]:
    """The address of such a page."""

    class Requests(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = (PAGE % address).encode()
            self.send_response(200 if self.path == "/" else 204)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    site = ThreadingHTTPServer((HOST, 0), Requests)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        yield f"http://{HOST}:{site.server_address[1]}/"
    finally:
        site.shutdown()
        site.server_close()
