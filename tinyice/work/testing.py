"""Workers for tests: no thread, and each job runs when the test says so."""

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar, TypeVarTuple, Unpack, cast

from twisted.internet.defer import Deferred, fail, succeed

from tinyice.work.jobs import Busy, Job, Stopped, forget

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class MemoryWorker:
    """A ``Work`` that keeps its jobs until ``step`` or ``flush``.

    ``begun`` counts what ran, so that a test can say that nothing did.
    """

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit
        self._jobs: deque[Job] = deque()
        self.stopped = False
        self.begun = 0

    @property
    def waiting(self) -> int:
        """How many jobs nobody has begun."""
        return len(self._jobs)

    def submit(self, work_in_worker: Callable[[Unpack[Ts]], object], *args: *Ts) -> bool:
        """Keep this job; False: there is no room, or the worker was stopped."""
        if self.stopped or self.waiting >= self.limit:
            return False
        self._jobs.append(Job(partial(work_in_worker, *args), None))
        return True

    def perform(self, work_in_worker: Callable[[Unpack[Ts]], T], *args: *Ts) -> Deferred[T]:
        """Keep this job and answer what comes of it; fails with ``Busy`` or ``Stopped``."""
        if self.stopped:
            return fail(Stopped("memory"))
        if self.waiting >= self.limit:
            return fail(Busy())
        answer: Deferred[object] = Deferred(forget)
        self._jobs.append(Job(partial(work_in_worker, *args), answer))
        return cast("Deferred[T]", answer)

    def step(self) -> bool:
        """Run the oldest job and deliver its result; False when there was none."""
        if not self._jobs:
            return False
        job = self._jobs.popleft()
        if not job.unwanted:
            self.begun += 1
        job.run_in_worker()()
        return True

    def flush(self) -> int:
        """Run all jobs, also those that come of them; answer how many."""
        steps = 0
        while self.step():
            steps += 1
        return steps

    def stop(self, deadline_s: float) -> Deferred[bool]:
        """Run what waits if ``deadline_s`` is above 0, else fail it with ``Stopped``."""
        self.stopped = True
        if deadline_s > 0:
            self.flush()
            return succeed(True)
        drained = not self._jobs
        while self._jobs:
            self._jobs.popleft().fail(Stopped("memory"))
        return succeed(drained)
