"""The password of MPD clients, and the lockouts that count it."""

import pytest

from autodj.mpd_talk import ADDRESS, Room
from core.gate import Gate
from tinyice.autodj.mpd.keys import PasswordKey
from tinyice.autodj.mpd.needs import NOTHING
from tinyice.core.access.lockouts import Lockout


@pytest.fixture
def gate() -> Gate:
    return Gate()


def test_the_password_opens_everything(gate: Gate) -> None:
    talker = Room(free=NOTHING, keys=PasswordKey(gate.keeper, lambda: "#song")).talker()
    assert talker.ask("status").startswith("ACK [4@0]")
    assert talker.ask("password song") == "OK\n"
    assert talker.ask("notcommands") == "OK\n"
    assert gate.events == []


def test_wrong_passwords_lock_out_whichever_way_they_came(gate: Gate) -> None:
    """Others from this address are not let in either, and not even the right one."""
    key = PasswordKey(gate.keeper, lambda: "#song")
    for _ in range(gate.rules.failures):
        talker = Room(free=NOTHING, keys=key).talker()
        assert talker.ask("password wrong") == "ACK [3@0] {password} incorrect password\n"
    assert isinstance(gate.lockouts.find(ADDRESS), Lockout)
    talker = Room(free=NOTHING, keys=key).talker()
    assert talker.ask("password song") == "ACK [3@0] {password} incorrect password\n"
    assert talker.ask("status").startswith("ACK [4@0]")
    assert gate.reasons[0] == "invalid password"


def test_a_list_of_guesses_counts_each_of_them(gate: Gate) -> None:
    talker = Room(free=NOTHING, keys=PasswordKey(gate.keeper, lambda: "#song")).talker()
    for _ in range(gate.rules.failures):
        talker.ask("command_list_begin", "password a", "password b", "command_list_end")
    assert gate.lockouts.find(ADDRESS) is not None


def test_without_a_password_none_is_right(gate: Gate) -> None:
    talker = Room(keys=PasswordKey(gate.keeper, lambda: "")).talker()
    assert talker.ask('password ""') == "ACK [3@0] {password} incorrect password\n"
    assert talker.answer("status")["state"] == "stop"
    assert gate.events == []
