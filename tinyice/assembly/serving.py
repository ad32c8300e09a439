"""The processes that serve listeners, as the configuration wants them."""

import os
import resource
from collections.abc import Callable
from functools import partial
from typing import cast

from twisted.internet.base import ReactorBase
from twisted.internet.interfaces import IReactorFDSet, IReactorProcess
from twisted.logger import Logger

from tinyice.config.model import Config
from tinyice.core.events import Event
from tinyice.work.backoff import Backoff
from tinyice.work.children import ChildCommand
from tinyice.work.environment import child_environment
from tinyice.workers.link import CHANNEL_DESCRIPTOR, Surroundings
from tinyice.workers.workers import Workers

_MODULE = "tinyice.workers"
_RESERVED = 256
"""Descriptors of a worker that are not for listeners."""

_log = Logger(namespace="tinyice")


def make_workers(
    config: Config, reactor: ReactorBase, publish: Callable[[Event], None]
) -> Workers | None:
    """The workers, not started yet; None where the server itself serves everyone."""
    count = config.workers_on(len(os.sched_getaffinity(0)) if _is_possible() else 1)
    if not count:
        return None
    if not _is_possible():
        _log.warn("workers: only Linux has what they need; the server itself serves everyone")
        return None
    _, files_max = resource.getrlimit(resource.RLIMIT_NOFILE)
    surroundings = Surroundings(
        spawner=cast("IReactorProcess", reactor),
        reactor=cast("IReactorFDSet", reactor),
        clock=reactor,
        command=partial(_command, config),
        backoff=Backoff(),
    )
    listeners_max = max(1, files_max - _RESERVED)
    return Workers(count, surroundings, listeners_max=listeners_max, publish=publish)


def _is_possible() -> bool:
    return hasattr(os, "memfd_create")


def _command(config: Config, descriptor: int) -> ChildCommand:
    words = (CHANNEL_DESCRIPTOR, config.slow_jumps, *config.pulse_ms)
    return ChildCommand(
        _MODULE,
        tuple(str(word) for word in words),
        child_environment(os.environ),
        {CHANNEL_DESCRIPTOR: descriptor},
    )
