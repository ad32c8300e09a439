"""The file of countries: what it says, and what becomes of one that makes no sense."""

import random
from pathlib import Path

import pytest

from geo.mmdb import NORWAY, USUAL, make_database
from tinyice.core.countries import Country
from tinyice.geo.database import NAME_CHARS, Database, DatabaseFault

NO = Country("NO", "Norway")


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("192.0.2.77", NO),
        ("198.51.100.1", Country("JP", "Japan")),
        ("2001:db8:1::9", NO),
        ("203.0.113.1", None),
        ("2001:db8:2::9", None),
        ("nobody", None),
        ("", None),
    ],
)
def test_addresses(tmp_path: Path, address: str, country: Country | None) -> None:
    """Of both kinds; what is in no network, or no address, is nowhere."""
    database = Database(make_database(tmp_path / "c.mmdb"))
    assert database.country(address) == country
    assert database.about.startswith("Test-Country of 20")
    database.close()


def test_a_database_of_ipv4_alone(tmp_path: Path) -> None:
    """Other addresses are unknown to it."""
    path = make_database(tmp_path / "c.mmdb", {"192.0.2.0/24": NORWAY}, ip_version=4)
    database = Database(path)
    assert database.country("192.0.2.1") == NO
    assert database.country("2001:db8:1::9") is None


@pytest.mark.parametrize(
    ("record", "country"),
    [
        ({"country": {"iso_code": "NO"}}, Country("NO", "NO")),
        ({"country": {"iso_code": "NO", "names": {"en": 7}}}, Country("NO", "NO")),
        ({"country": {"iso_code": "NO", "names": ["x"]}}, Country("NO", "NO")),
        (
            {"country": {"iso_code": "NO", "names": {"en": "<b>\r\n\x1b[1m" + "x" * 999}}},
            Country("NO", "<b>[1m" + "x" * (NAME_CHARS - 9)),
        ),
        ({"country": {"iso_code": "<script>"}}, None),
        ({"country": {"iso_code": 47}}, None),
        ({"country": "NO"}, None),
        ({"continent": {"code": "EU"}}, None),
        (["NO"], None),
    ],
)
def test_records_that_are_not_as_expected(
    tmp_path: Path, record: object, country: Country | None
) -> None:
    """A country has a code of two letters; its name is one short line."""
    path = make_database(tmp_path / "c.mmdb", {**USUAL, "203.0.113.0/24": record})
    assert Database(path).country("203.0.113.1") == country


def fault_of(path: Path) -> str:
    """Why the file at ``path`` can't be used."""
    with pytest.raises(DatabaseFault) as caught:
        Database(path)
    return caught.value.reason


def test_files_that_are_none(tmp_path: Path) -> None:
    """Each is told apart."""
    (tmp_path / "text").write_text("hello", "utf-8")
    (tmp_path / "empty").touch()
    assert fault_of(tmp_path / "missing") == "can't be read: No such file or directory"
    assert fault_of(tmp_path) == "is no file"
    assert fault_of(Path("/dev/zero")) == "is no file"
    assert fault_of(tmp_path / "text") == "is no MaxMind DB, or damaged"
    assert fault_of(tmp_path / "empty") == "is no MaxMind DB, or damaged"


def test_a_database_of_something_else(tmp_path: Path) -> None:
    """One of networks' owners opens well, and knows nothing that is wanted here."""
    record = {"autonomous_system_number": 64496}
    path = make_database(tmp_path / "a.mmdb", {"192.0.2.0/24": record}, kind="Test-ASN")
    assert fault_of(path).startswith("knows no countries; it is Test-ASN of 20")


@pytest.mark.parametrize("seed", range(60))
def test_damage_anywhere(tmp_path: Path, seed: int) -> None:
    """Cut short or with bytes turned: a fault or a wrong country, and nothing else."""
    chance = random.Random(seed)
    path = make_database(tmp_path / "c.mmdb")
    content = bytearray(path.read_bytes())
    for _ in range(chance.randrange(1, 40)):
        content[chance.randrange(len(content))] = chance.randrange(256)
    path.write_bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])
    try:
        database = Database(path)
    except DatabaseFault:
        return
    for address in ("192.0.2.1", "198.51.100.9", "203.0.113.1", "2001:db8:1::1", "::"):
        found = database.country(address)
        assert found is None or len(found.code) == 2


def test_a_file_that_shrinks_while_it_is_open(tmp_path: Path) -> None:
    """Somebody copies another one over it: nothing is known for a moment."""
    path = make_database(tmp_path / "c.mmdb")
    database = Database(path)
    path.write_bytes(b"")
    assert database.country("192.0.2.1") is None
