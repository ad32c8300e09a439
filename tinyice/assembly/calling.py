"""The other end of ``control``: telling the server that runs with a configuration what to do."""

import json
import os
import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tinyice.assembly.control import is_possible, name_for, peer_of

ANSWER_S = 60.0
_ANSWER_BYTES = 4 * 1024 * 1024


class NotReached(Exception):
    """No server could be told; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the server has answered: ``faults``, or it has done it, and ``notes``."""

    notes: Sequence[str] = ()
    faults: Sequence[str] = ()


def tell(config: Path, command: str) -> Told:
    """Let the server that runs with the file at ``config`` do something; raises NotReached."""
    if not is_possible():
        raise NotReached("this system needs --pid-file to find the server")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_S)
        try:
            connection.connect(name_for(config))
            _, user = peer_of(connection)
            if os.geteuid() not in (0, user):
                raise NotReached(f"the server runs as user {user}: run this as that user, or root")
            connection.sendall(command.encode() + b"\n")
            answer = connection.makefile("rb").readline(_ANSWER_BYTES)
        except ConnectionRefusedError:
            raise NotReached(f"no server runs with {config}") from None
        except OSError as error:
            raise NotReached(f"the server does not answer: {error}") from None
    try:
        found = json.loads(answer)
        return Told(found.get("notes", ()), found.get("faults", ()))
    except (ValueError, AttributeError):
        raise NotReached("the server has not answered") from None


def signal_by_file(pid_file: Path, number: signal.Signals) -> int:
    """Send a signal to the process that ``pid_file`` names, and give its id; raises NotReached."""
    try:
        pid = int(pid_file.read_text("ascii"))
        if pid <= 1:
            raise NotReached(f"{pid_file}: {pid} is no server's process")
        os.kill(pid, number)
    except ProcessLookupError:
        raise NotReached(f"{pid_file}: process {pid} does not run any more") from None
    except OSError as error:
        raise NotReached(f"{pid_file}: {error.strerror}") from None
    except ValueError:
        raise NotReached(f"{pid_file} holds no process id") from None
    return pid
