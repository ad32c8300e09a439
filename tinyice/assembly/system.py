"""The server itself, for the pages about it: what it is made of, its file, its log."""

import platform
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import twisted
from tinyice.assembly.certificates import judge_files
from tinyice.assembly.countries import judge_countries
from tinyice.assembly.storage import database_path
from tinyice.config.faults import ConfigFaults
from tinyice.config.inforce import InForce
from tinyice.config.judge import Outside, judge
from tinyice.config.load import read_document
from tinyice.config.model import Config
from tinyice.config.restart import needs_restart
from tinyice.config.writer import Perform
from tinyice.core.access.principal import Principal
from tinyice.core.clients import Client
from tinyice.logs.tail import Tail
from tinyice.web.changes import Reload
from tinyice.web.console.machine import Checked, Load, Versions
from tinyice.work.jobs import Work
from tinyice.work.passwords import Passwords

CPU_WINDOW_S = 5.0
"""Over how long the share of the processor is measured, at least."""


class ProcessorShare:
    """How much of a core the process used lately, measured from one look to the next."""

    def __init__(self, clock: Callable[[], float], used: Callable[[], float]) -> None:
        self._clock = clock
        self._used = used
        self._begun = (clock(), used())
        self._before = self._begun

    def __call__(self) -> float:
        """The share since a look some seconds ago; since the start at first."""
        now = (self._clock(), self._used())
        since = self._before
        if now[0] - since[0] >= CPU_WINDOW_S:
            self._begun, self._before = self._before, now
        else:
            since = self._begun
        elapsed = now[0] - since[0]
        return max(0.0, (now[1] - since[1]) / elapsed) if elapsed > 0 else 0.0


@dataclass(frozen=True, slots=True)
class FileInUse:
    """The configuration's file, and what decides besides it."""

    path: Path
    outside: Outside


def this_server(
    file: FileInUse,
    in_force: InForce,
    reloading: Reload,
    log: Tail,
    passwords: Passwords,
    *,
    worker: Work,
) -> "ThisServer":
    """This very server; ``worker`` reads its file."""
    return ThisServer(
        file,
        in_force,
        reloading,
        log,
        passwords,
        perform=worker.perform,
        clock=time.monotonic,
    )


class ThisServer:
    """See ``tinyice.web.console.machine.Machine``."""

    def __init__(
        self,
        file: FileInUse,
        in_force: InForce,
        reloading: Reload,
        log: Tail,
        passwords: Passwords,
        *,
        perform: Perform,
        clock: Callable[[], float],
    ) -> None:
        self.versions = Versions(
            python=platform.python_version(),
            twisted=twisted.__version__,
            openssl=ssl.OPENSSL_VERSION,
            kernel=f"{platform.system()} {platform.release()}",
        )
        self.log = log
        self.config_file = str(file.path)
        self.database_file = str(database_path(in_force.config))
        self._file = file
        self._in_force = in_force
        self._started_with = in_force.config
        self._reloading = reloading
        self._passwords = passwords
        self._perform = perform
        self._share = ProcessorShare(clock, time.process_time)

    @property
    def given(self) -> Mapping[str, str]:
        """The keys that the environment or the command line decides about."""
        return self._file.outside.names

    def load(self) -> Load:
        """How busy the process is."""
        config = self._in_force.config
        return Load(
            cpu_share=self._share(),
            cpu_seconds=time.process_time(),
            passwords_waiting=self._passwords.waiting,
            passwords_room=config.password_queue * config.password_workers,
        )

    def waiting_keys(self) -> Sequence[str]:
        """The keys whose new values wait for a restart."""
        return needs_restart(self._started_with, self._in_force.config)

    async def check(self) -> Checked:
        """Judge the file as it is now, as a start would."""
        return await self._perform(_checked_in_worker, self._file, self._in_force.config)

    async def reload(self, *, who: Principal, client: Client) -> Sequence[str]:
        """Put the file in force as it is now."""
        return await self._reloading.reload(who=who, client=client)


def _checked_in_worker(file: FileInUse, in_force: Config) -> Checked:
    try:
        judged = judge(read_document(file.path), file.outside)
        judge_files(judged.config)
        judge_countries(judged.config)
    except ConfigFaults as found:
        return Checked(tuple((fault.key, fault.message) for fault in found.faults), (), ())
    notes = list(judged.notes)
    if judged.walk.plain:
        notes.append(f"{judged.plain_names}: plain text, replaced by a hash when it is in force")
    differs = tuple(
        key
        for key in Config.__struct_fields__
        if getattr(judged.config, key) != getattr(in_force, key)
    )
    return Checked((), tuple(notes), differs)
