"""The command line that ``twistd tinyice`` and the ``tinyice`` command share."""

import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TextIO

from twisted.copyright import version as twisted_version
from twisted.python import usage

from tinyice import __version__
from tinyice.assembly.certificates import judge_files
from tinyice.config.environment import CONFIG_VARIABLE
from tinyice.config.faults import ConfigFaults, printable
from tinyice.config.load import Loaded, load_or_create
from tinyice.config.passwords import Hasher
from tinyice.work.successor import is_successor

DEFAULT_CONFIG = "tinyice.json"

KEYS: Mapping[str, str] = {
    "host": "bind_host",
    "port": "port",
    "https-port": "https_port",
    "log-file": "log_file",
    "access-log-file": "access_log_file",
    "auth-log-file": "auth_log_file",
    "log-level": "log_level",
}
"""Options that give a key of the configuration."""


def version_line() -> str:
    """Say which version runs on what."""
    return f"tinyice {__version__} (Twisted {twisted_version}, Python {platform.python_version()})"


class Options(usage.Options):
    """Options of the server. Values are judged with the configuration, not here."""

    longdesc = (
        "An internet-radio server, compatible with Icecast. Every key of the configuration "
        "can also be given by the environment: TINYICE_PORT for port, and so on."
    )
    optParameters = [  # noqa: RUF012 - usage.Options declares it as a plain list
        ["host", None, None, "Address to listen on (0.0.0.0: all addresses)."],
        ["port", None, None, "Port for encoders, players and pages (8000)."],
        ["https-port", None, None, "Port for HTTPS (443)."],
        ["config", None, None, f"Configuration file ({DEFAULT_CONFIG})."],
        ["log-file", None, None, "File of the log (standard output)."],
        ["access-log-file", None, None, "File of the access log."],
        ["auth-log-file", None, None, "File for failed logins, for fail2ban."],
        ["log-level", None, None, "debug, info, warn or error (info)."],
    ]
    optFlags = [  # noqa: RUF012
        ["json-logs", None, "Write log lines as JSON objects."],
        ["demo", None, "Play a generated programme on /demo."],
    ]

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.pid_file_to_be = ""

    def postOptions(self) -> None:
        """All is read."""
        if is_successor(os.environ):
            self.stand_aside()

    def parseOptions(self, options: Sequence[str] | None = None) -> None:
        """Read the words of a command line; None means the process's own."""
        super().parseOptions(options)  # type: ignore[no-untyped-call]

    def opt_version(self) -> NoReturn:
        """Show the version and exit."""
        print(version_line())  # noqa: T201 - the answer belongs on standard output
        raise SystemExit(0)

    def opt_daemon(self) -> None:
        """Decided by twistd: it runs in the background unless told -n."""
        raise usage.UsageError(
            "--daemon: twistd decides that itself: it runs in the background unless told "
            "-n (--nodaemon), before the word tinyice"
        )

    def opt_pid_file(self, path: str) -> None:
        """Decided by twistd: its own --pidfile names the file."""
        raise usage.UsageError(
            "--pid-file: twistd writes that file itself: name it with twistd's own "
            "--pidfile, before the word tinyice"
        )

    def parseArgs(self, *words: str) -> None:
        """Refuse words that are no options."""
        if words:
            raise usage.UsageError(f'unexpected word: "{printable(words[0])}"')

    @property
    def of_twistd(self) -> "dict[str, Any]":
        """The options of twistd itself, which it looks at again at the end."""
        parent: dict[str, Any] | None = getattr(self, "parent", None)
        return {} if parent is None else parent

    def stand_aside(self) -> None:
        """Another process serves still: leave its PID file alone, and stay in the foreground."""
        self.pid_file_to_be = str(self.of_twistd.get("pidfile") or "")
        self.of_twistd.update(nodaemon=True, pidfile="")

    def serve_on(self) -> None:
        """The PID file is ours from now on."""
        if self.pid_file_to_be:
            Path(self.pid_file_to_be).write_text(f"{os.getpid()}\n")
            self.of_twistd["pidfile"] = self.pid_file_to_be

    def be_succeeded(self) -> None:
        """Another process serves from now on: leave its PID file alone."""
        self.of_twistd["pidfile"] = ""

    def config_path(self, environ: Mapping[str, str]) -> Path:
        """The configuration file: as given here, else by the environment, else the default."""
        given = self["config"] or environ.get(CONFIG_VARIABLE) or DEFAULT_CONFIG
        return Path(given).absolute()

    @property
    def overrides(self) -> dict[str, str]:
        """The keys that the command line gives, with their text."""
        given = {key: self[name] for name, key in KEYS.items() if self[name] is not None}
        if self["json-logs"]:
            given["json_logs"] = "true"
        return given


def load_or_exit(
    options: Options, *, environ: Mapping[str, str], hasher: Hasher, stderr: TextIO
) -> Loaded:
    """Load the configuration that ``options`` name, made if there is none.

    With faults: one line each on ``stderr``, and SystemExit with status 1.
    """
    try:
        loaded = load_or_create(
            options.config_path(environ),
            environ=environ,
            overrides=options.overrides,
            hasher=hasher,
        )
        judge_files(loaded.config)
    except ConfigFaults as faults:
        print(*faults.lines(), sep="\n", file=stderr)
        raise SystemExit(1) from None
    return loaded
