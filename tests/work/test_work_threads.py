"""Workers: one job after the other, elsewhere, bounded, and nothing is lost silently."""

import subprocess
import sys
import threading

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from tinyice.core.errors import Overloaded
from tinyice.work.jobs import Busy, Stopped
from tinyice.work.testing import MemoryWorker
from tinyice.work.threads import Worker
from work.mailbox import WITHIN_S, Mailbox


class Gate:
    """A job that says when it began and waits until it may end."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.open = threading.Event()

    def pass_in_worker(self) -> str:
        self.begun.set()
        assert self.open.wait(WITHIN_S)
        return threading.current_thread().name


class WorkerTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.mailbox = Mailbox()
        self.clock = Clock()
        self.worker = Worker("test", 2, deliver=self.mailbox.deliver, clock=self.clock)

    def settle(self, deferred: Deferred[object]) -> object:
        self.mailbox.take_until(lambda: deferred.called)
        return self.successResultOf(deferred)

    def test_results_come_by_delivery_only(self) -> None:
        """A result reaches its Deferred on the thread that takes deliveries, not before."""
        gate = Gate()
        gate.open.set()
        answer = self.worker.perform(gate.pass_in_worker)
        assert gate.begun.wait(WITHIN_S)
        self.assertNoResult(answer)
        assert self.settle(answer) == "test"

    def test_failures_come_back(self) -> None:
        """What a job raises, even SystemExit, is its answer, and the worker works on."""
        answer = self.worker.perform(sys.exit, 3)
        self.mailbox.take()
        self.failureResultOf(answer, SystemExit)
        assert self.settle(self.worker.perform(len, "four")) == 4

    def test_jobs_run_in_order(self) -> None:
        """A worker does its jobs in the order in which they were given."""
        seen: list[int] = []
        worker = Worker("order", 50, deliver=self.mailbox.deliver, clock=self.clock)
        for number in range(49):
            assert worker.submit(seen.append, number)
        self.settle(worker.perform(len, ""))
        assert seen == list(range(49))

    def test_a_full_queue_is_busy(self) -> None:
        """Beyond its limit a worker takes nothing, and says so as an overload."""
        gate = Gate()
        running = self.worker.perform(gate.pass_in_worker)
        assert gate.begun.wait(WITHIN_S)
        waiting = [self.worker.perform(len, "x") for _ in range(2)]
        refused = self.failureResultOf(self.worker.perform(len, "y"), Busy).value
        assert isinstance(refused, Overloaded)
        assert refused.retry_after > 0
        assert not self.worker.submit(len, "z")
        gate.open.set()
        for answer in (running, *waiting):
            self.settle(answer)
        assert self.worker.submit(len, "z")

    def test_cancelled_work_is_not_done(self) -> None:
        """A job that nobody waits for any more is skipped."""
        gate = Gate()
        running = self.worker.perform(gate.pass_in_worker)
        assert gate.begun.wait(WITHIN_S)
        seen: list[str] = []
        unwanted = self.worker.perform(seen.append, "unwanted")
        unwanted.cancel()
        self.failureResultOf(unwanted, CancelledError)
        gate.open.set()
        self.settle(running)
        self.settle(self.worker.stop(5.0))
        assert seen == []

    def test_cancelling_what_runs(self) -> None:
        """The late result of a cancelled job disturbs nobody."""
        gate = Gate()
        running = self.worker.perform(gate.pass_in_worker)
        assert gate.begun.wait(WITHIN_S)
        running.cancel()
        self.failureResultOf(running, CancelledError)
        gate.open.set()
        assert self.settle(self.worker.stop(5.0)) is True

    def test_failed_submissions_are_logged(self) -> None:
        """Work without an answer that fails shows in the log."""
        assert self.worker.submit(int, "no number")
        self.mailbox.take()
        assert len(self.flushLoggedErrors(ValueError)) == 1

    def test_stop_drains(self) -> None:
        """Stopping lets what waits be done, takes nothing new, and answers each who asks."""
        gate = Gate()
        answers = [self.worker.perform(gate.pass_in_worker)]
        assert gate.begun.wait(WITHIN_S)
        answers += [self.worker.perform(str, number) for number in range(2)]
        stopped, again = self.worker.stop(5.0), self.worker.stop(5.0)
        self.failureResultOf(self.worker.perform(len, ""), Stopped)
        assert not self.worker.submit(len, "")
        gate.open.set()
        assert self.settle(stopped) is True
        assert self.settle(again) is True
        assert [self.successResultOf(answer) for answer in answers] == ["test", "0", "1"]
        assert not self.clock.getDelayedCalls()

    def test_stop_has_a_deadline(self) -> None:
        """After the deadline, what never began fails and the stop is over."""
        gate = Gate()
        self.worker.perform(gate.pass_in_worker)
        assert gate.begun.wait(WITHIN_S)
        waiting = self.worker.perform(len, "")
        stopped = self.worker.stop(5.0)
        self.clock.advance(4.9)
        self.assertNoResult(stopped)
        self.clock.advance(0.2)
        assert self.successResultOf(stopped) is False
        self.failureResultOf(waiting, Stopped)
        gate.open.set()
        self.mailbox.take(2)

    def test_stopping_an_idle_worker(self) -> None:
        """A worker that never worked stops at once, without a thread."""
        assert self.successResultOf(self.worker.stop(5.0)) is True


@pytest.mark.timeout(240)
def test_a_stuck_job_does_not_keep_the_process() -> None:
    """The process ends although a job never returns."""
    program = """
import time
from twisted.internet.task import Clock
from tinyice.work.threads import Worker
Worker("stuck", 1, deliver=lambda call: None, clock=Clock()).submit(time.sleep, 3600)
print("out")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, timeout=20
    )
    assert done.stdout == b"out\n"


class MemoryWorkerTests(SynchronousTestCase):
    def test_nothing_happens_by_itself(self) -> None:
        """A memory worker runs one job a step, in order."""
        worker = MemoryWorker()
        seen: list[int] = []
        appended: list[Deferred[None]] = [worker.perform(seen.append, n) for n in (1, 2)]
        assert seen == []
        assert worker.step()
        assert seen == [1]
        self.assertNoResult(appended[1])
        assert worker.flush() == 1
        assert not worker.step()
        assert worker.begun == 2

    def test_it_refuses_as_a_real_one(self) -> None:
        """A full or stopped memory worker answers as a thread would."""
        worker = MemoryWorker(limit=1)
        waiting = worker.perform(len, "")
        self.failureResultOf(worker.perform(len, ""), Busy)
        assert not worker.submit(len, "")
        assert self.successResultOf(worker.stop(0.0)) is False
        self.failureResultOf(waiting, Stopped)
        self.failureResultOf(worker.perform(len, ""), Stopped)

    def test_stop_with_time_does_the_rest(self) -> None:
        """With a deadline, a memory worker drains."""
        worker = MemoryWorker()
        waiting = worker.perform(len, "four")
        assert self.successResultOf(worker.stop(1.0)) is True
        assert self.successResultOf(waiting) == 4
