"""The pages are made ready when the first of them is asked for, and delay nobody."""

from pathlib import Path

from twisted.internet.defer import Deferred
from twisted.trial.unittest import SynchronousTestCase

from tinyice.web.pages import Pages, Ready, compile_in_worker, prepare_in_worker
from tinyice.web.static_files import StaticFiles
from web.web_support import PROJECT, SETTINGS

TEMPLATES = PROJECT / "templates"


class PagesTest(SynchronousTestCase):
    """A worker that is turned by hand."""

    def setUp(self) -> None:
        self.jobs: list[Deferred[Ready]] = []
        static = StaticFiles(PROJECT / "static")
        self.pages = Pages(TEMPLATES, static, SETTINGS, self.prepare, waiting=lambda: 0)
        self.went_on = 0

    def prepare(self, _folder: Path, _static: Path) -> Deferred[Ready]:
        """Begin a job."""
        self.jobs.append(Deferred())
        return self.jobs[-1]

    def ask(self) -> None:
        """A request comes."""

        def go_on() -> None:
            self.went_on += 1

        self.pages.when_ready(go_on)

    def test_requests_wait_for_one_job(self) -> None:
        """However many there are; afterwards none waits any more."""
        for _ in range(3):
            self.ask()
        assert (len(self.jobs), self.went_on) == (1, 0)
        self.jobs[0].callback(prepare_in_worker(TEMPLATES, PROJECT / "static"))
        assert self.went_on == 3
        self.ask()
        assert (len(self.jobs), self.went_on) == (1, 4)
        names = dict.fromkeys(("server_id", "location", "admin", "host"), "<x>")
        answer = self.pages.answer("version", server={**names, "server_start_iso8601": ""})
        assert b"&lt;x&gt;" in answer.body

    def test_a_failure_holds_nobody_up(self) -> None:
        """What needs no page is answered; the next request tries again."""
        self.ask()
        self.jobs[0].errback(OSError("gone"))
        assert self.went_on == 1
        assert len(self.flushLoggedErrors(OSError)) == 1
        self.ask()
        assert len(self.jobs) == 2


def test_every_template_compiles() -> None:
    """A fault in one would show to its first visitor only."""
    assert set(compile_in_worker(TEMPLATES)) == {path.name for path in TEMPLATES.glob("*.html")}
