"""Two machines and the cable between them: network namespaces, which vanish with the test.

A namespace has no name: it lives for as long as somebody has its file open, or runs
in it. So nothing is left over, however the tests end. What loses packets is
nftables, as the kernels of test machines may have no netem.
"""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

CABLE = "cable"
CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


class NotToBeHad(Exception):
    """This system gives no machines, or no cables."""


class Machine:
    """A namespace with an address; in it a process sees no other network."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._file = _opened_namespace()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Sockets that are made, and processes that are started here, are in this machine."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        _enter(self._file)
        try:
            yield
        finally:
            _enter(home)
            os.close(home)

    def run(self, *command: str) -> str:
        """What a program says that runs in this machine; raises NotToBeHad if that fails."""
        with self.inside():
            done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=20)
        if done.returncode:
            raise NotToBeHad(f"{' '.join(command)}: {done.stderr.strip()}")
        return done.stdout

    @property
    def path(self) -> str:
        """How ``ip`` names this machine."""
        return f"/proc/{os.getpid()}/fd/{self._file}"

    def close(self) -> None:
        """It is gone, once nobody runs in it."""
        os.close(self._file)


class Cable:
    """Connects two machines; may lose packets, and may be cut."""

    def __init__(self, one: Machine, other: Machine) -> None:
        self._ends = (one, other)
        one.run(
            *("ip", "link", "add", CABLE, "type", "veth"),
            *("peer", "name", CABLE, "netns", other.path),
        )
        for end in self._ends:
            end.run("ip", "address", "add", f"{end.address}/24", "dev", CABLE)
            end.run("ip", "link", "set", "lo", "up")
            end.run("ip", "link", "set", CABLE, "up")
            end.run("nft", "add", "table", "inet", "weather")
            end.run(
                *("nft", "add", "chain", "inet", "weather", "came"),
                "{ type filter hook input priority 0; }",
            )
        self._await_carrier()

    def lose(self, percent: int) -> None:
        """Lose so many of the packets from now on, in both directions."""
        for end in self._ends:
            end.run("nft", "flush", "chain", "inet", "weather", "came")
            dice = "" if percent == 100 else f"numgen random mod 100 < {percent} "
            if percent:
                end.run(
                    *("nft", "add", "rule", "inet", "weather", "came", "iifname", CABLE),
                    *f"{dice}counter drop".split(),
                )

    def lost(self) -> int:
        """How many packets were lost since ``lose``."""
        found = 0
        for end in self._ends:
            words = end.run("nft", "list", "chain", "inet", "weather", "came").split()
            found += int(words[words.index("packets") + 1])
        return found

    def cut(self) -> None:
        """Nothing passes any more, and both ends see that."""
        self._ends[0].run("ip", "link", "set", CABLE, "down")

    def mend(self) -> None:
        """Everything passes again."""
        self._ends[0].run("ip", "link", "set", CABLE, "up")

    def _await_carrier(self) -> None:
        one, other = self._ends
        with other.inside():
            door = socket.create_server((other.address, 0))
        with door, one.inside(), socket.create_connection(door.getsockname(), 10):
            pass


@contextmanager
def wired(one: str, other: str) -> Iterator[tuple[Machine, Machine, Cable]]:
    """Two machines with these addresses; the test is skipped where they can't be had."""
    machines: list[Machine] = []
    try:
        try:
            machines += [Machine(one), Machine(other)]
            cable = Cable(machines[0], machines[1])
        except PermissionError:
            pytest.skip("network namespaces are not permitted here (they take CAP_SYS_ADMIN)")
        except NotToBeHad as error:
            pytest.skip(f"the kernel has no veth, or no nftables: {error}")
        yield machines[0], machines[1], cable
    finally:
        for machine in machines:
            with suppress(OSError):
                machine.close()


def _opened_namespace() -> int:
    """A new namespace; made in a thread of its own, which ends in it."""
    found: list[int] = []
    faults: list[int] = []

    def make() -> None:
        if _LIBC.unshare(CLONE_NEWNET):
            faults.append(ctypes.get_errno())
        else:
            found.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if faults:
        raise OSError(faults[0], os.strerror(faults[0]))
    return found[0]


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
