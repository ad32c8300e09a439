"""The server as its page sees it: its file, what waits for a restart, how busy it is."""

import json
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from config.writers import ANNA, CLIENT, Desk, desk, setting
from tinyice.assembly.system import CPU_WINDOW_S, FileInUse, ProcessorShare, ThisServer, this_server
from tinyice.config.faults import NotSaved
from tinyice.logs.tail import Tail
from tinyice.web.console.machine import Checked, Machine
from tinyice.work.passwords import Passwords
from tinyice.work.testing import MemoryWorker


class House:
    """A server with a file."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.desk: Desk = desk(folder, {"port": 8000, "location": "Pier"}, environ=environ)
        self.checkers = [MemoryWorker(), MemoryWorker()]
        self.server: ThisServer = this_server(
            FileInUse(self.desk.path, self.desk.loaded.outside),
            self.desk.in_force,
            self.desk.writer,
            Tail(),
            Passwords(self.checkers, key=b"k"),
            worker=self.desk.worker,
        )

    def write(self, **keys: object) -> None:
        """Change the file by hand."""
        self.desk.path.write_text(json.dumps({**self.desk.document, **keys}))

    def check(self) -> Checked:
        """What the check finds."""
        found: list[Any] = []
        Deferred.fromCoroutine(self.server.check()).addBoth(found.append)
        self.desk.worker.flush()
        assert isinstance(found[0], Checked)
        return found[0]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_it_is_what_the_page_needs(house: House) -> None:
    """Every promise is kept."""
    machine: Machine = house.server
    assert machine.versions.python.startswith("3.")
    assert "OpenSSL" in machine.versions.openssl
    assert machine.database_file.endswith("tinyice.db")


def test_a_good_file(house: House) -> None:
    """It says so, and what is different from what is in force."""
    assert house.check() == Checked((), (), ())
    house.write(location="Quay", max_listeners=3)
    checked = house.check()
    assert checked.is_good
    assert list(checked.differs) == ["location", "max_listeners"]
    assert house.desk.config.location == "Pier"


def test_faults_and_notes(house: House) -> None:
    """As a start would tell them."""
    house.write(port=70000, prot=1)
    assert [key for key, _ in house.check().faults] == ["port", "prot"]
    house.desk.path.write_text("nonsense")
    assert not house.check().is_good
    house.desk.path.unlink()
    assert "there is no such file" in house.check().faults[0][1]


def test_files_of_tls_are_judged(house: House) -> None:
    """A start would fail without them."""
    house.write(use_https=True, cert_file="none.pem", key_file="none.pem")
    assert not house.check().is_good


def test_plain_passwords_are_noted(house: House) -> None:
    """They become hashes when the file is read."""
    house.write(admin_password="secret")
    checked = house.check()
    assert any("plain text" in note for note in checked.notes)
    assert "secret" not in str(checked)


def test_reading_it_anew(house: House) -> None:
    """What was written by hand is in force; with faults nothing is."""
    house.write(location="Quay")
    assert reloaded(house) == ()
    assert house.desk.config.location == "Quay"
    house.desk.path.write_text("nonsense")
    with pytest.raises(NotSaved):
        reloaded(house)


def reloaded(house: House) -> tuple[str, ...]:
    """Read the file anew."""
    found: list[Any] = []
    asked = house.server.reload(who=ANNA, client=CLIENT)
    Deferred.fromCoroutine(asked).addBoth(found.append)
    house.desk.worker.flush()
    if not isinstance(found[0], tuple):
        found[0].raiseException()
    notes: tuple[str, ...] = found[0]
    return notes


def test_what_waits_for_a_restart(house: House) -> None:
    """Compared with what the server was started with, however often it was changed since."""
    assert tuple(house.server.waiting_keys()) == ()
    house.desk.change(setting(data_dir="/x"))
    house.desk.change(setting(location="Quay"))
    assert tuple(house.server.waiting_keys()) == ("data_dir",)
    house.desk.change(setting(data_dir=""))
    assert tuple(house.server.waiting_keys()) == ()


def test_what_the_environment_decides(tmp_path: Path) -> None:
    """It is named."""
    house = House(tmp_path, TINYICE_LOCATION="Sea")
    assert house.server.given == {"location": "TINYICE_LOCATION"}
    assert house.check().is_good


def test_passwords_that_wait(house: House) -> None:
    """Over all their workers."""
    for worker, count in zip(house.checkers, (2, 1), strict=True):
        for _ in range(count):
            worker.submit(print)
    load = house.server.load()
    assert (load.passwords_waiting, load.passwords_room) == (3, 32)


class TestShare:
    """How much of a core was used lately."""

    def test_it_is_that_of_the_last_seconds(self) -> None:
        """Not of the whole life of the server, nor of a moment."""
        now, used = [0.0], [0.0]
        share = ProcessorShare(lambda: now[0], lambda: used[0])
        assert share() == 0.0
        for _ in range(10):
            now[0] += CPU_WINDOW_S
            used[0] += CPU_WINDOW_S / 4
            assert share() == pytest.approx(0.25)
        now[0] += 1
        used[0] += 1
        assert 0.25 < share() < 1
        now[0] += 10 * CPU_WINDOW_S
        assert share() < 0.1

    def test_nobody_looks_for_long(self) -> None:
        """The next look tells of the time since."""
        now, used = [5.0], [1.0]
        share = ProcessorShare(lambda: now[0], lambda: used[0])
        now[0], used[0] = 105.0, 51.0
        assert share() == pytest.approx(0.5)
