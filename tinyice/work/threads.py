"""One exclusive thread that does one job after the other."""

from collections.abc import Callable
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar, TypeVarTuple, Unpack, cast

from twisted.internet.defer import Deferred, fail
from twisted.internet.interfaces import IDelayedCall, IReactorTime

from tinyice.work.jobs import Busy, Deliver, Job, Stopped, forget
from tinyice.work.once import Once

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Worker:
    """A thread of its own for work that blocks; at most ``limit`` jobs wait for it.

    The thread begins with the first job. It is a daemon: a job that never
    returns does not keep the process from ending. ``deliver`` is
    ``reactor.callFromThread``.
    """

    def __init__(self, name: str, limit: int, *, deliver: Deliver, clock: IReactorTime) -> None:
        self._name = name
        self.limit = limit
        """So many jobs may wait."""
        self._deliver = deliver
        self._clock = clock
        # Bounded by hand: only one thread puts, so that the size can only
        # shrink between the look and the put, and the end always fits in.
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._stopping = False
        self._drained: Once[bool] = Once()
        self._deadline: IDelayedCall | None = None

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun."""
        return self._jobs.qsize()

    def submit(self, work_in_worker: Callable[[Unpack[Ts]], object], *args: *Ts) -> bool:
        """Do this some time; False: there is no room, or no worker any more."""
        if self._stopping or self.waiting >= self.limit:
            return False
        self._put(Job(partial(work_in_worker, *args), None))
        return True

    def perform(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
        """Do this and answer what comes of it; fails with ``Busy`` or ``Stopped``.

        Cancelling spares the work, if it has not begun.
        """
        if self._stopping:
            return fail(Stopped(self._name))
        if self.waiting >= self.limit:
            return fail(Busy())
        answer: Deferred[object] = Deferred(forget)
        self._put(Job(partial(work_in_worker, *args), answer))
        return cast("Deferred[T]", answer)

    def stop(self, deadline_s: float) -> Deferred[bool]:
        """Take no more work; answer whether all of it was done within the deadline.

        What has not begun by then fails with ``Stopped``; what runs is left behind.
        """
        if not self._stopping:
            self._stopping = True
            if self._thread is None:
                self._drained.set(True)
            else:
                self._jobs.put(None)
                self._deadline = self._clock.callLater(deadline_s, self._give_up)
        return self._drained.when()

    def _put(self, job: Job) -> None:
        self._jobs.put(job)
        if self._thread is None:
            self._thread = Thread(target=self._work_in_worker, name=self._name, daemon=True)
            self._thread.start()

    def _work_in_worker(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._deliver(job.run_in_worker())
            # Whoever waits for the next job must not keep this one's arguments.
            del job
        self._deliver(self._all_done)

    def _all_done(self) -> None:
        if self._deadline is not None and self._deadline.active():
            self._deadline.cancel()
        self._drained.set(True)

    def _give_up(self) -> None:
        self._drained.set(False)
        for job in self._left_over():
            job.fail(Stopped(self._name))
        self._jobs.put(None)

    def _left_over(self) -> list[Job]:
        jobs = []
        try:
            while True:
                if (job := self._jobs.get_nowait()) is not None:
                    jobs.append(job)
        except Empty:
            return jobs
