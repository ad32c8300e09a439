"""Conversations as clients lead them: what they say, when, and what they expect."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from twisted.internet.address import IPv4Address
from twisted.internet.task import Clock

from autodj.mpd_station import MemoryStation
from autodj.mpd_wire import Wire
from tinyice.autodj.mpd.needs import EVERYTHING, NOTHING
from tinyice.autodj.mpd.server import MpdServer
from tinyice.core.clients import Client

FOLDER = Path(__file__).with_name("conversations")
SOMEBODY = IPv4Address("TCP", "192.0.2.1", 1234)
ANYTHING = "..."


def turns(text: str) -> Iterator[tuple[list[str], list[str]]]:
    """What is said at once, and what is answered to it."""
    said: list[str] = []
    answered: list[str] = []
    for line in text.splitlines():
        sign, _, words = line.partition(" ")
        if sign == ">":
            if answered:
                yield said, answered
                said, answered = [], []
            said.append(words)
        elif sign == "<":
            answered.append(words)
    yield said, answered


def fits(expected: list[str], rows: list[str]) -> bool:
    """Whether these are the lines; three dots are any number of any."""
    if not expected:
        return not rows
    if expected[0] == ANYTHING:
        return any(fits(expected[1:], rows[at:]) for at in range(len(rows) + 1))
    return bool(rows) and rows[0] == expected[0] and fits(expected[1:], rows[1:])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_conversation(path: Path, size: int) -> None:
    """The same, however what is said is cut into packets."""
    text = path.read_text()
    clock = Clock()
    memory = MemoryStation(clock.seconds, free=NOTHING if "password" in text else EVERYTHING)
    server = MpdServer(memory.station, clock=clock, client_for=lambda at: Client(at.host))
    memory.player.tell = server.changed
    connected = server.buildProtocol(SOMEBODY)
    assert connected is not None
    wire = Wire()
    connected.makeConnection(wire)
    for said, answered in turns(text):
        stream = "".join(f"{line}\n" for line in said).encode()
        for start in range(0, len(stream), size):
            connected.dataReceived(stream[start : start + size])
        rows = wire.said().decode().splitlines()
        assert fits(answered, rows), (said, answered, rows)
    assert wire.is_closing == text.endswith("> close\n")
