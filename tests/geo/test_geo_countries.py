"""Countries of addresses: remembered, looked up in a worker, and renewed with the file."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogEvent, LogLevel, globalLogPublisher

from geo.mmdb import JAPAN, make_database
from tinyice.core.countries import LOCAL, Country
from tinyice.geo import countries as module
from tinyice.geo.countries import Countries
from tinyice.work.testing import MemoryWorker

NO = Country("NO", "Norway")


class Atlas:
    """Countries with a worker that runs when it is told to."""

    def __init__(self, path: Path | None) -> None:
        self.worker = MemoryWorker()
        self.countries = Countries(self.worker, path)

    def ask(self, *addresses: str) -> Mapping[str, Country]:
        """Where those are, once the worker is done."""
        found: list[Mapping[str, Country]] = []
        Deferred.fromCoroutine(self.countries.of(addresses)).addCallback(found.append)
        self.worker.flush()
        return found[0]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A usual database."""
    return make_database(tmp_path / "c.mmdb")


def test_without_a_database() -> None:
    """Nothing is known, of private addresses neither, and no worker begins."""
    atlas = Atlas(None)
    atlas.countries.begin()
    assert not atlas.countries.is_on
    assert atlas.ask("192.0.2.1", "10.0.0.1") == {}
    assert atlas.worker.begun == 0


def test_an_address_is_looked_up_once(path: Path) -> None:
    """Of many at a time, unknown ones too."""
    atlas = Atlas(path)
    expected = {"192.0.2.1": NO, "198.51.100.1": Country("JP", "Japan")}
    for _ in range(3):
        assert atlas.ask("192.0.2.1", "198.51.100.1", "203.0.113.1") == expected
    assert atlas.worker.begun == 1


@pytest.mark.parametrize(
    "address",
    ["10.1.2.3", "172.31.0.1", "192.168.1.1", "127.0.0.1", "169.254.9.9", "::1", "fd00::7"],
)
def test_private_addresses_are_local(path: Path, address: str) -> None:
    """No file is needed for that."""
    atlas = Atlas(path)
    assert atlas.ask(address) == {address: LOCAL}
    assert atlas.worker.begun == 0


def test_only_so_many_are_remembered(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest are looked up again."""
    monkeypatch.setattr(module, "KNOWN_MAX", 3)
    atlas = Atlas(path)
    for last in (1, 2, 3, 4):
        atlas.ask(f"192.0.2.{last}")
    atlas.ask("192.0.2.4")
    assert atlas.worker.begun == 4
    assert atlas.ask("192.0.2.1") == {"192.0.2.1": NO}
    assert atlas.worker.begun == 5


def test_another_file_in_its_place(path: Path) -> None:
    """Is noticed with the next address that is not known, and then holds for all."""
    atlas = Atlas(path)
    assert atlas.ask("192.0.2.1") == {"192.0.2.1": NO}
    make_database(path, {"192.0.2.0/24": JAPAN})
    assert atlas.ask("192.0.2.2")["192.0.2.2"].code == "JP"
    assert atlas.ask("192.0.2.1")["192.0.2.1"].code == "JP"


def test_a_file_that_goes(path: Path) -> None:
    """What is open goes on to be used."""
    atlas = Atlas(path)
    atlas.ask("192.0.2.1")
    path.unlink()
    assert atlas.ask("192.0.2.2") == {"192.0.2.2": NO}
    assert atlas.countries.fault == ""


def test_a_file_that_comes_later(path: Path) -> None:
    """The fault is gone with it."""
    content = path.read_bytes()
    path.unlink()
    atlas = Atlas(path)
    assert atlas.ask("192.0.2.1") == {}
    assert atlas.countries.fault == "can't be read: No such file or directory"
    path.write_bytes(content)
    assert atlas.ask("192.0.2.1") == {"192.0.2.1": NO}
    assert atlas.countries.fault == ""


def test_another_path(path: Path, tmp_path: Path) -> None:
    """What the old one knew is forgotten; None is no database at all."""
    atlas = Atlas(path)
    atlas.ask("192.0.2.1")
    atlas.countries.use(make_database(tmp_path / "d.mmdb", {"192.0.2.0/24": JAPAN}))
    assert atlas.ask("192.0.2.1")["192.0.2.1"].code == "JP"
    atlas.countries.use(None)
    assert atlas.ask("192.0.2.1") == {}
    assert not atlas.countries.is_on


def test_an_answer_that_comes_too_late(path: Path) -> None:
    """Of a file that is not asked any more; it is not taken for the new one's."""
    atlas = Atlas(path)
    found: list[Mapping[str, Country]] = []
    Deferred.fromCoroutine(atlas.countries.of(["192.0.2.1"])).addCallback(found.append)
    atlas.countries.use(None)
    atlas.worker.flush()
    assert found == [{}]


def test_a_worker_that_has_too_much_to_do(path: Path) -> None:
    """Whoever asks goes without."""
    atlas = Atlas(path)
    atlas.worker.stop(0)
    assert atlas.ask("192.0.2.1", "10.0.0.1") == {"10.0.0.1": LOCAL}


def test_what_the_log_says(path: Path) -> None:
    """Which file it is, or what is wrong with it; once each."""
    told: list[LogEvent] = []
    globalLogPublisher.addObserver(told.append)
    try:
        good = Atlas(path)
        good.countries.begin()
        good.worker.flush()
        good.ask("192.0.2.1")
        path.write_bytes(b"x")
        for last in range(2, 5):
            assert good.ask(f"192.0.2.{last}") == {}
    finally:
        globalLogPublisher.removeObserver(told.append)
    said = [
        (event["log_level"], event["log_format"].format(**event))
        for event in told
        if event.get("log_namespace", "").startswith("tinyice.geo")
    ]
    assert [level for level, _ in said] == [LogLevel.info, LogLevel.error]
    assert said[0][1].startswith("countries are those of Test-Country of 20")
    assert said[1][1] == f"geoip_database: {path} is no MaxMind DB, or damaged"


def test_more_than_one_asks_at_once(path: Path) -> None:
    """Each gets an answer."""
    atlas = Atlas(path)
    found: list[Mapping[str, Country]] = []
    for _ in range(2):
        Deferred.fromCoroutine(atlas.countries.of(["192.0.2.1"])).addCallback(found.append)
    atlas.worker.flush()
    assert found == [{"192.0.2.1": NO}, {"192.0.2.1": NO}]
