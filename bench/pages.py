"""How fast the pages are: the server's time for each, and a first visit in a browser.

``python -m bench.pages`` asks a server with twenty mounts on air, and writes
docs/performance.md. It ends with status 1 when a page is too heavy.
"""

import argparse
import http.client
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from bench.children import HOST
from bench.firstload import FirstLoad, NoBrowser, chromium, first_load
from bench.machine import describe
from bench.report import rewrite_file
from bench.servers import PASSWORD, PROJECT, TinyIce
from bench.table import header, line, number
from bench.trial import feeding, serving
from tinyice.web import urls

MOUNTS = 20
KBPS = 64
SETTLE_S = 1.0
VISITS = 3
HEAVIEST_KB = 100
"""What a first visit may load, compressed."""

PAGES = {
    "landing": urls.FRONT_PAGE,
    "player": "/player/live0",
    "embedded player": "/embed/live0",
    "explore": urls.EXPLORE,
    "sign-in": urls.LOGIN,
    "on air": urls.CONSOLE,
    "a station": f"{urls.STATIONS}?mount=/live0",
    "audience": urls.AUDIENCE,
    "accounts": urls.ACCESS_ACCOUNTS,
    "settings": urls.SETTINGS,
    "system": urls.SYSTEM,
}
HEAD = ("page", "answer, ms", "worst, ms", "page, kB", "first visit, kB", "requests", "drawn, ms",
        "loaded, ms")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Served:
    """What the server took for one page: seconds of each answer, and its bytes on the wire."""

    seconds: tuple[float, ...]
    size: int


def sign_in(port: int) -> tuple[str, str]:
    """Open a session; name and value of its cookie."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    form = urlencode({"name": "admin", "password": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", urls.LOGIN, form, kind)
    answer = connection.getresponse()
    name, _, rest = (answer.getheader("Set-Cookie") or "").partition("=")
    connection.close()
    return name, rest.partition(";")[0]


def serve(port: int, path: str, cookie: tuple[str, str], count: int) -> Served:
    """Ask for a page again and again, over one connection; the first answer does not count."""
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    head = {"Accept-Encoding": "gzip", **({"Cookie": "=".join(cookie)} if cookie[0] else {})}
    seconds: list[float] = []
    size = 0
    for _ in range(count + 1):
        began = time.perf_counter()
        connection.request("GET", path, headers=head)
        answer = connection.getresponse()
        size = len(answer.read())
        seconds.append(time.perf_counter() - began)
        if answer.status != 200:
            raise SystemExit(f"{path} was answered with {answer.status}")
    connection.close()
    return Served(tuple(seconds[1:]), size)


def row(name: str, served: Served, load: FirstLoad | None) -> str:
    """Render one page."""
    figures = [
        number(statistics.median(served.seconds) * 1000),
        number(max(served.seconds) * 1000),
        number(served.size / 1000),
    ]
    if load is None:
        return line((name, *figures, *["–"] * 4))  # noqa: RUF001
    return line(
        (
            name,
            *figures,
            number(load.kilobytes),
            str(load.requests),
            number(round(load.painted_ms)),
            number(round(load.loaded_ms)),
        )
    )


def visit_all(port: int, cookie: tuple[str, str]) -> tuple[Mapping[str, FirstLoad], str]:
    """Visit each page in a browser; or nothing, and why."""
    try:
        with chromium() as browser:
            first_load(browser, f"http://{HOST}:{port}/robots.txt", cookie, 1)
            loads = {
                name: first_load(
                    browser, f"http://{HOST}:{port}{path}", cookie_for(path, cookie), VISITS
                )
                for name, path in PAGES.items()
            }
    except NoBrowser as reason:
        return {}, f" First visits were not measured: {reason}."
    return loads, ""


def cookie_for(path: str, cookie: tuple[str, str]) -> tuple[str, str]:
    """Who opens a page of the console is signed in, everybody else is not."""
    return cookie if path.startswith(urls.CONSOLE) else ("", "")


def main(words: Sequence[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.pages")
    parser.add_argument("--count", type=int, default=50, help="answers of each page")
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    server = TinyIce()
    with (
        tempfile.TemporaryDirectory() as name,
        serving(server, Path(name)) as running,
        feeding(server, running, [KBPS] * MOUNTS),
    ):
        time.sleep(SETTLE_S)
        cookie = sign_in(running.port)
        served = {
            page: serve(running.port, path, cookie_for(path, cookie), options.count)
            for page, path in PAGES.items()
        }
        loads, missing = visit_all(running.port, cookie)
    rows = [row(page, served[page], loads.get(page)) for page in PAGES]
    table = "\n".join([*header(HEAD), *rows])
    report = (
        f"{table}\n\n{MOUNTS} mounts on air, {options.count} answers and {VISITS} visits of each "
        f"page.{missing} {describe()}. Made by `make bench` (`python -m bench.pages`)."
    )
    print(report)
    if not options.dry_run:
        rewrite_file(PROJECT / "docs/performance.md", "pages", report)
    return 0 if all(load.kilobytes < HEAVIEST_KB for load in loads.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
