"""The processes that serve listeners, as the configuration wants them."""

import os
import resource
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess
from twisted.logger import Logger

from tinyice.config.model import Config
from tinyice.core.events import Event
from tinyice.core.mounts import Mounts
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.workers.link import CHANNEL_DESCRIPTOR, Surroundings
from tinyice.workers.shared import shared_memory
from tinyice.workers.workers import Workers

_MODULE = "tinyice.workers"
_RESERVED = 256
"""Descriptors of a worker that are not for listeners."""

_log = Logger(namespace="tinyice")


@dataclass(frozen=True, slots=True)
class Serving:
    """Who brings listeners to other processes, as many as the configuration wants."""

    mounts: Mounts
    workers: Workers

    def follow(self, before: Config, after: Config) -> None:
        """Begin more of them, or let some go once nobody is there."""
        count = count_of(after)
        if count:
            self.mounts.share(self.workers, shared_memory)
        self.workers.resize(count)
        if (before.slow_jumps, before.pulse_ms) != (after.slow_jumps, after.pulse_ms):
            self.workers.settle(after.slow_jumps, after.pulse_ms)


def make_workers(
    config: Callable[[], Config], reactor: ReactorBase, publish: Callable[[Event], None]
) -> Workers:
    """The workers, not started yet; none where the server itself serves everyone.

    ``config`` gives the configuration of now, for those that begin later.
    """
    _, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    surroundings = Surroundings(
        spawner=cast("IReactorProcess", reactor),
        reactor=cast("IReactorFDSet", reactor),
        clock=reactor,
        command=lambda descriptor: _command(config(), descriptor),
        backoff=Backoff(),
    )
    listeners_max = max(1, files_max - _RESERVED)
    count = count_of(config())
    return Workers(count, surroundings, listeners_max=listeners_max, publish=publish)


def count_of(config: Config) -> int:
    """How many processes there are to be."""
    if hasattr(os, "memfd_create"):
        return config.workers_on(len(os.sched_getaffinity(0)))
    if config.workers:
        _log.warn("workers: only Linux has what they need; the server itself serves everyone")
    return 0


def _command(config: Config, descriptor: int) -> ChildCommand:
    words = (CHANNEL_DESCRIPTOR, config.slow_jumps, *config.pulse_ms)
    return ChildCommand(
        _MODULE,
        tuple(str(word) for word in words),
        child_environment(os.environ),
        {CHANNEL_DESCRIPTOR: descriptor},
    )
