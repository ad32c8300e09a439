"""Writing: soon, one batch at a time, again after failures, and told but not too often."""

from typing import cast

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.logger import ILogObserver, LogEvent, globalLogPublisher
from twisted.trial.unittest import SynchronousTestCase

from store.stored import entry, session
from tinyice.store.batch import Batch
from tinyice.store.complaints import Complaints
from tinyice.store.faults import DatabaseFault, DatabaseRefused
from tinyice.store.outbox import Outbox
from tinyice.store.pending import Pending
from tinyice.work.jobs import Busy


class OutboxTests(SynchronousTestCase):
    def setUp(self) -> None:
        self.clock = Clock()
        self.pending = Pending(5)
        self.batches: list[tuple[Batch, Deferred[None]]] = []
        self.complaints = Complaints("tinyice.db", self.clock)
        self.outbox = Outbox(self.pending, self.write, clock=self.clock, complaints=self.complaints)
        self.told: list[tuple[str, str]] = []
        hear = cast("ILogObserver", self.hear)
        globalLogPublisher.addObserver(hear)
        self.addCleanup(globalLogPublisher.removeObserver, hear)

    def hear(self, event: LogEvent) -> None:
        if str(event["log_namespace"]).startswith("tinyice.store.complaints"):
            self.told.append((event["log_level"].name, str(event.get("reason", ""))))

    def write(self, batch: Batch) -> Deferred[None]:
        answer: Deferred[None] = Deferred()
        self.batches.append((batch, answer))
        return answer

    def put(self, name: str) -> None:
        self.pending.put_entry(entry(name))
        self.outbox.wake()

    def answer(self, outcome: BaseException | None = None) -> list[str]:
        """Let the batch on its way succeed or fail; what was in it."""
        batch, answer = self.batches.pop()
        if outcome is None:
            answer.callback(None)
        else:
            answer.errback(outcome)
        return [each.subject for each in batch.audit]

    def test_one_at_a_time(self) -> None:
        """What comes while a batch is on its way makes the next one, at once after it."""
        self.put("a")
        self.clock.advance(0.5)
        self.put("b")
        self.clock.advance(10)
        assert len(self.batches) == 1
        assert self.answer() == ["a"]
        assert self.answer() == ["b"]
        assert not self.clock.getDelayedCalls()

    def test_failures_are_tried_again(self) -> None:
        """What could not be written is written later, together with what came, in order."""
        self.put("a")
        self.clock.advance(0.5)
        self.answer(DatabaseFault("disk is full"))
        self.put("b")
        self.clock.advance(0.4)
        assert self.batches == []
        self.clock.advance(0.1)
        assert self.answer() == ["a", "b"]

    def test_ever_more_rarely(self) -> None:
        """A disk that stays full is not asked twice a second all night."""
        self.put("a")
        self.clock.advance(0.5)
        waits = []
        for _ in range(9):
            self.answer(DatabaseFault("disk is full"))
            wait = self.clock.getDelayedCalls()[0].getTime() - self.clock.seconds()
            waits.append(wait)
            self.clock.advance(wait)
        assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]
        assert self.complaints.failures == 9

    def test_complaints_are_rare(self) -> None:
        """It is told at once, again after a minute at the earliest, and when it is well."""
        for _ in range(10):
            self.put("a")
            self.clock.advance(0.5)
            self.answer(DatabaseFault("disk is full"))
            self.clock.advance(0.5)
            self.answer()
        assert self.told == [("error", "disk is full"), ("info", "")]
        self.clock.advance(60)
        self.put("b")
        self.clock.advance(0.5)
        self.answer(Busy())
        assert self.told[2:] == [("error", "too many requests are waiting")]

    def test_what_finds_no_room_is_told(self) -> None:
        """Entries that are lost are counted, and the log says so."""
        for name in "abcdefg":
            self.put(name)
        assert self.told == [("error", "too much is waiting")]
        assert self.pending.lost == 2

    def test_a_file_that_is_not_for_us(self) -> None:
        """It is told once, never tried again, and nothing piles up."""
        self.put("a")
        self.clock.advance(0.5)
        self.answer(DatabaseRefused("of a newer tinyice"))
        for _ in range(20):
            self.put("b")
        self.clock.advance(1000)
        assert self.batches == []
        assert len(self.pending) == 0
        assert self.told == [("error", "of a newer tinyice")]
        assert self.outbox.refused == "of a newer tinyice"

    def test_flush_waits_for_what_is_on_its_way(self) -> None:
        """Who flushes knows that all that came before is written, or can't be."""
        self.put("a")
        self.clock.advance(0.5)
        self.put("b")
        done = [Deferred.fromCoroutine(self.outbox.flush()) for _ in range(2)]
        assert self.answer() == ["a"]
        assert self.answer() == ["b"]
        for each in done:
            self.successResultOf(each)
        assert not self.clock.getDelayedCalls()

    def test_flush_does_not_try_for_ever(self) -> None:
        """With a full disk a flush is over after one try, and the rest waits."""
        self.put("a")
        done = Deferred.fromCoroutine(self.outbox.flush())
        self.answer(DatabaseFault("disk is full"))
        self.successResultOf(done)
        assert len(self.pending) == 1
        assert self.clock.getDelayedCalls()

    def test_a_batch_that_can_never_be_written(self) -> None:
        """What the database can't take is dropped with a traceback, and others go on."""
        self.put("a")
        self.clock.advance(0.5)
        self.answer(ValueError("poison"))
        assert len(self.flushLoggedErrors(ValueError)) == 1
        self.pending.put_session("b", session("b"))
        self.outbox.wake()
        self.clock.advance(0.5)
        batch, answer = self.batches.pop()
        answer.callback(None)
        assert (batch.audit, list(batch.sessions)) == ((), ["b"])
