"""The ``tinyice`` command: the same service for people who do not know twistd."""

import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from twisted.application.service import IService
from twisted.python import usage

from tinyice import __version__
from tinyice.assembly.certificates import judge_files
from tinyice.assembly.countries import judge_countries
from tinyice.config.faults import ConfigFaults, unknown_message
from tinyice.config.load import check
from tinyice.options import Options, version_line

COMMANDS = ("check", "reload", "upgrade", "version", "help")
USAGE_STATUS = 2

_SINGLE_DASH = re.compile(r"-[a-z][a-z-]+(?:=.*)?", re.DOTALL)
_FLAG = re.compile(r"(--(?:json-logs|demo|daemon|version))=(?:(true|1)|false|0)")


@dataclass(frozen=True, slots=True)
class _Order:
    """What a server that runs can be told: by which signal, and what is said of it."""

    number: signal.Signals
    under_way: str
    refused: str
    done: str


_TOLD = {
    "reload": _Order(
        signal.SIGHUP, "reads its file again", "not reloaded", "the configuration is in force"
    ),
    "upgrade": _Order(
        signal.SIGUSR2, "begins a successor", "not upgraded", "the server is upgraded"
    ),
}


class CommandLine(Options):
    """Options of the ``tinyice`` command; ``command`` is "" when the server is to start."""

    synopsis = "Usage: tinyice [options] [check | reload | upgrade | version | help]"
    longdesc = Options.longdesc + (
        " Without a command the server starts. check: tell every fault of the "
        "configuration, change nothing. reload: let the server that runs with this "
        "configuration put the file in force. upgrade: let the program that is installed "
        "now take over from it, without dropping anybody. version: say which version this is."
    )
    command = ""
    in_background = False
    or_upgrade = False
    pid_file = ""

    def opt_daemon(self) -> None:
        """Run in the background."""
        self.in_background = True

    def opt_or_upgrade(self) -> None:
        """With reload: upgrade instead, where another version is installed than runs."""
        self.or_upgrade = True

    def opt_pid_file(self, path: str) -> None:
        """File that holds the process id while the server runs."""
        self.pid_file = path

    def parseArgs(self, *words: str) -> None:
        """Take a command; options may follow it too."""
        if not words:
            return
        if self.command:
            super().parseArgs(*words)
        if words[0] not in COMMANDS:
            message = unknown_message(words[0], COMMANDS, "command")
            raise usage.UsageError(f"{words[0]}: {message}")
        self.command = words[0]
        self.parseOptions(words[1:])


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the service when twistd's runner asks for it."""

    tapname: str

    def makeService(self, options: Options) -> IService:
        """Assemble the whole station."""
        from tinyice.service import make_service

        return make_service(options)


def main() -> int:
    """Run the command; the answer is the exit status."""
    return run(sys.argv[1:], environ=os.environ, stdout=sys.stdout, stderr=sys.stderr, start=start)


def run(
    argv: Sequence[str],
    *,
    environ: Mapping[str, str],
    stdout: TextIO,
    stderr: TextIO,
    start: Callable[[CommandLine], None],
) -> int:
    """Do what ``argv`` says; give the exit status."""
    line = CommandLine()
    try:
        line.parseOptions(with_two_dashes(argv))
    except usage.UsageError as error:
        print(f"tinyice: {error}", file=stderr)
        print("tinyice --help shows what there is.", file=stderr)
        return USAGE_STATUS
    if line.command == "check":
        return _check(line, environ, stdout, stderr)
    if line.command in _TOLD:
        return _tell(line, environ, stdout, stderr)
    if line.command:
        print(version_line() if line.command == "version" else line, file=stdout)
        return 0
    start(line)
    return 0


def with_two_dashes(argv: Sequence[str]) -> list[str]:
    """Accept ``-port 80`` for ``--port 80`` and ``-json-logs=true`` for ``--json-logs``."""
    spelled = []
    for word in argv:
        long = f"-{word}" if _SINGLE_DASH.fullmatch(word) else word
        flag = _FLAG.fullmatch(long)
        if flag is None:
            spelled.append(long)
        elif flag[2]:
            spelled.append(flag[1])
    return spelled


def start(line: CommandLine) -> None:
    """Run the server in this process, as twistd would."""
    from twisted.scripts import twistd as module

    twistd: Any = module
    options = twistd.ServerOptions()
    options.parseOptions(twistd_arguments(line))
    maker = _Maker("tinyice")
    options.subCommand, options.subOptions = maker.tapname, line
    line.parent = options
    line.postOptions()
    options.loadedPlugins = {maker.tapname: maker}
    twistd.runApp(options)


def twistd_arguments(line: CommandLine) -> list[str]:
    """What twistd itself is told: its state is never saved."""
    background = [] if line.in_background else ["--nodaemon"]
    return [*background, "--no_save", f"--pidfile={line.pid_file}"]


def _check(line: CommandLine, environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    try:
        loaded = check(line.config_path(environ), environ=environ, overrides=line.overrides)
        judge_files(loaded.config)
        judge_countries(loaded.config)
    except ConfigFaults as faults:
        print(*faults.lines(), sep="\n", file=stderr)
        return 1
    print(*loaded.notes, "configuration is valid", sep="\n", file=stdout)
    return 0


def _tell(line: CommandLine, environ: Mapping[str, str], stdout: TextIO, stderr: TextIO) -> int:
    """Tell the server that runs with the file; by its PID file where it can't be asked."""
    command = line.command
    order = _TOLD[command]
    from tinyice.assembly.calling import NotReached, signal_by_file, tell

    try:
        if line.pid_file:
            pid = signal_by_file(Path(line.pid_file), order.number)
            print(f"process {pid} {order.under_way}; its log says what comes of it", file=stdout)
            return 0
        path = line.config_path(environ)
        if line.or_upgrade and tell(path, "version").notes != [__version__]:
            command, order = "upgrade", _TOLD["upgrade"]
        told = tell(path, command)
    except NotReached as error:
        print(f"tinyice: {error}", file=stderr)
        return 1
    if told.faults:
        print(
            *(f"tinyice: {order.refused}: {fault}" for fault in told.faults), sep="\n", file=stderr
        )
        return 1
    print(*told.notes, order.done, sep="\n", file=stdout)
    return 0
