"""The page about the server: figures, log, configuration; and what may be done there."""

import re
from dataclasses import replace

import pytest
from web_support import DJ, FIGURES, Web, mount

from tinyice.config.faults import NotSaved
from tinyice.core.snapshots import PulseSnapshot, StoreSnapshot, WorkersSnapshot
from tinyice.web.console.machine import Checked
from tinyice.web.console.system_site import LINES_SHOWN

COOKIE = b"Cookie: sid=cookie1\r\n"
HOSTILE = '</li><script>alert(1)</script>"'


@pytest.fixture
def web() -> Web:
    """A station on air, with the administrator logged in."""
    site = Web(mount())
    site.open_session()
    return site


def text(web: Web, query: str = "") -> str:
    """The page."""
    reply = web.ask(f"/admin/system{query}", COOKIE)
    assert reply.status == 200
    return reply.text


def fact(page: str, key: str) -> str:
    """The value and the dress of one line."""
    row = re.findall(rf'data-fact="{key}">.*?</dd>', page)[0]
    dress = re.findall(r'<dd class="([^"]*)"', row)[0]
    words = re.sub("<[^>]+>", " ", row.partition("<dd")[2].partition(">")[2]).split()
    return f"{' '.join(words)} {dress}"


def lines(page: str) -> list[str]:
    """The log on the page."""
    return re.findall(r'<li class="log-\w+">(.*?)</li>', page, re.DOTALL)


def test_what_it_is_made_of(web: Web) -> None:
    """Versions, uptime, memory, files, delay, processor, passwords, workers, database."""
    page = text(web)
    for shown in ("3.11.2", "26.4.0", "OpenSSL 3.0", "Linux 6.1", "/var/lib/tinyice.db"):
        assert shown in page
    assert fact(page, "uptime") == "0:01:40 "
    assert fact(page, "memory") == "50.0 MB "
    assert fact(page, "cpu") == "3.4 % of a core "
    assert fact(page, "files") == "31 of 20,000 "
    assert fact(page, "lag") == "12 ms "
    assert fact(page, "passwords") == "1 of 32 "
    assert fact(page, "store") == "in use ok"
    assert fact(page, "pulse_low_latency") == "40 ms, 0 % busy "
    worker = re.findall(r'data-worker="1".*?</tr>', page, re.DOTALL)[0]
    assert "Serving" in worker
    assert ">40<" in worker


def test_what_needs_a_hand_is_marked(web: Web) -> None:
    """In words and in colour."""
    process = replace(FIGURES.process, reactor_lag_seconds=0.6, open_files=19_000)
    pulses = (PulseSnapshot("normal", 0.5, 0.0, 2.0, 1.4),)
    lost = StoreSnapshot(failures=4, lost=2)
    web.gauges.now = replace(FIGURES, process=process, pulses=pulses, store=lost)
    page = text(web)
    assert fact(page, "lag").endswith(" warn")
    assert fact(page, "files").endswith(" warn")
    assert fact(page, "pulse_normal") == "500 ms, 140 % busy, stretched 2.0 times warn"
    assert fact(page, "store") == "loses what it is to keep bad"
    assert fact(page, "store_failures") == "4 "
    web.gauges.now = replace(FIGURES, store=StoreSnapshot(refused="it is newer"))
    assert fact(text(web), "store") == "not used: it is newer bad"
    web.gauges.now = replace(FIGURES, store=StoreSnapshot(failures=1))
    assert fact(text(web), "store") == "has failed since the start warn"


def test_a_system_that_does_not_say(web: Web) -> None:
    """What is not known is not invented."""
    web.gauges.now = replace(FIGURES, process=replace(FIGURES.process, resident_bytes=None))
    assert fact(text(web), "memory") == "? "


def test_without_workers(web: Web) -> None:
    """The page says who serves, and what to do for more."""
    web.gauges.now = replace(FIGURES, workers=WorkersSnapshot())
    assert "The server itself serves everybody." in text(web)


def test_a_worker_that_is_gone(web: Web) -> None:
    """It is named."""
    (worker,) = FIGURES.workers.each
    gone = replace(FIGURES.workers, each=(replace(worker, is_running=False, pulses=()),))
    web.gauges.now = replace(FIGURES, workers=gone)
    assert "Not running" in text(web)


class TestLog:
    """The end of the event log."""

    def test_newest_last(self, web: Web) -> None:
        """As in the file."""
        for number in range(3):
            web.machine.log.add("info", f"line {number}\n")
        assert lines(text(web)) == ["line 0", "line 1", "line 2"]

    def test_it_is_bounded(self, web: Web) -> None:
        """A page is no log file."""
        for number in range(3 * LINES_SHOWN):
            web.machine.log.add("info", f"line {number}\n")
        found = lines(text(web))
        assert len(found) == LINES_SHOWN
        assert found[-1] == f"line {3 * LINES_SHOWN - 1}"

    def test_filters(self, web: Web) -> None:
        """By level and by words; the form keeps them."""
        for level in ("debug", "info", "warn", "error"):
            web.machine.log.add(level, f"{level} line\n")
        assert lines(text(web, "?level=warn")) == ["warn line", "error line"]
        page = text(web, "?level=info&text=INFO%20l")
        assert lines(page) == ["info line"]
        assert 'value="INFO l"' in page
        assert '<option value="info" selected>' in page
        assert lines(text(web, "?level=nonsense&text=")) != []
        nothing = text(web, "?text=zzz")
        assert lines(nothing) == []
        assert "No line fits." in nothing

    def test_lines_are_text(self, web: Web) -> None:
        """Whoever wrote them."""
        web.machine.log.add("warn", HOSTILE)
        page = text(web, f"?text={HOSTILE[:5]}")
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page

    def test_polling_gets_what_is_new(self, web: Web) -> None:
        """And the figures with it."""
        for number in range(3):
            web.machine.log.add("info", f"line {number}\n")
        told = web.ask("/admin/system/now?after=1", COOKIE).json()
        assert [line["text"] for line in told["lines"]] == ["line 1", "line 2"]
        assert told["last"] == 3
        assert {fact["key"] for fact in told["facts"]} >= {"uptime", "memory", "store"}
        assert told["workers"][0]["words"] == "Serving"
        for odd in ("-1", "x", "9" * 30, "%D9%A1"):
            assert len(web.ask(f"/admin/system/now?after={odd}", COOKIE).json()["lines"]) == 3

    def test_only_ones_own_pages_read_it(self, web: Web) -> None:
        """No other site may."""
        reply = web.ask("/admin/system/now", COOKIE)
        assert "access-control-allow-origin" not in reply.head
        assert "no-store" in reply.head["cache-control"]


class TestConfiguration:
    """The file, as it is now."""

    def test_a_good_file(self, web: Web) -> None:
        """It is judged when asked for, and only then."""
        web.machine.found = Checked((), ("a note",), ("port", "location"))
        assert "The file is good" not in text(web)
        page = text(web, "?check=1")
        assert "The file is good." in page
        assert "Changed since it was read: port, location." in page
        assert "a note" in page

    def test_a_file_with_faults(self, web: Web) -> None:
        """All of them, each at its key."""
        web.machine.found = Checked([("port", "must be 1"), ("x", HOSTILE)], (), ())
        page = text(web, "?check=1")
        assert "would not start with this file" in page
        assert '<dt class="mono">port</dt><dd>must be 1</dd>' in page
        assert "<script>alert" not in page

    def test_reading_it_anew(self, web: Web) -> None:
        """By the form, with the session's token."""
        assert web.post("/admin/system/reload", b"", COOKIE).status == 403
        assert web.machine.reloads == []
        reply = web.post("/admin/system/reload", b"csrf=csrf1", COOKIE)
        assert reply.status == 303
        assert reply.head["location"] == "/admin/system?check=1&done=reloaded#configuration"
        assert web.machine.reloads == ["admin"]
        assert "The file is in force." in text(web, "?check=1&done=reloaded")

    def test_a_file_that_can_not_be_in_force(self, web: Web) -> None:
        """Nothing is changed, and the page says why."""
        web.machine.fault = NotSaved(f"the file has faults: {HOSTILE}")
        reply = web.post("/admin/system/reload", b"csrf=csrf1", COOKIE)
        assert reply.status == 422
        assert "Not reloaded; nothing is changed." in reply.text
        assert "<script>alert" not in reply.text

    def test_what_waits_for_a_restart(self, web: Web) -> None:
        """As long as it does."""
        web.machine.waits = ("port", "workers")
        assert "<b>Restart needed</b> for port, workers." in text(web)


def test_who_may_not_sees_nothing() -> None:
    """The server is the superadmins' business."""
    web = Web()
    web.open_session(DJ)
    for path in ("/admin/system", "/admin/system/now"):
        assert web.ask(path, COOKIE).status == 403
        assert Web().ask(path).status == 303
    assert web.post("/admin/system/reload", b"csrf=csrf1", COOKIE).status == 403
