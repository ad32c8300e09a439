"""The database of countries that the configuration names: judged, used, replaced."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from twisted.internet.defer import Deferred

from config.configs import written
from geo.mmdb import JAPAN, make_database
from tinyice.assembly.applying import examine
from tinyice.assembly.countries import geoip_path, judge_countries, make_countries
from tinyice.cli import run
from tinyice.config.faults import ConfigFaults
from tinyice.config.inforce import InForce
from tinyice.config.model import Config
from tinyice.geo.countries import Countries
from tinyice.work.testing import MemoryWorker


def code_of(countries: Countries, worker: MemoryWorker) -> str:
    """Where 192.0.2.1 is; "" when nobody knows."""
    found: list[str] = []

    async def ask() -> None:
        places = await countries.of(["192.0.2.1"])
        found.extend(place.code for place in places.values())

    Deferred.fromCoroutine(ask())
    worker.flush()
    return "".join(found)


def test_where_it_lies(tmp_path: Path) -> None:
    """In the data folder, or anywhere by its whole path."""
    assert geoip_path(Config()) is None
    data_dir = str(tmp_path)
    assert geoip_path(Config(data_dir=data_dir, geoip_database="c.mmdb")) == tmp_path / "c.mmdb"
    assert geoip_path(Config(data_dir=data_dir, geoip_database="/c.mmdb")) == Path("/c.mmdb")


def test_a_change_of_the_configuration_holds_at_once(tmp_path: Path) -> None:
    """Another file, the same one still, none, one again."""
    data_dir = str(tmp_path)
    make_database(tmp_path / "a.mmdb")
    make_database(tmp_path / "b.mmdb", {"192.0.2.0/24": JAPAN})
    in_force, worker = InForce(Config(data_dir=data_dir)), MemoryWorker()
    countries = make_countries(in_force, worker)
    countries.begin()
    codes = [code_of(countries, worker)]
    for name in ("a.mmdb", "b.mmdb", "b.mmdb", "", "a.mmdb"):
        in_force.replace(Config(data_dir=data_dir, geoip_database=name))
        codes.append(code_of(countries, worker))
    assert codes == ["", "NO", "JP", "JP", "", "NO"]


def test_a_bad_file_is_told_before_it_is_in_force(tmp_path: Path) -> None:
    """With its key and its path; a file that was bad before hinders no other change."""
    bad = tmp_path / "bad.mmdb"
    bad.write_text("no database", "utf-8")
    config = Config(geoip_database=str(bad))
    for judged in (lambda: judge_countries(config), lambda: examine(Config(), config)):
        with pytest.raises(ConfigFaults) as caught:
            judged()
        (fault,) = caught.value.faults
        assert fault.key == "geoip_database"
        assert fault.message == f"{bad} is no MaxMind DB, or damaged"
    examine(config, Config(geoip_database=str(bad), hostname="other"))
    judge_countries(Config(geoip_database=str(make_database(tmp_path / "good.mmdb"))))


def test_the_command_that_checks(tmp_path: Path) -> None:
    """It says what is wrong with the file, and ends with status 1."""
    path = written(tmp_path, {"geoip_database": str(tmp_path / "missing.mmdb")})
    out, err = StringIO(), StringIO()
    status = run(
        ["--config", str(path), "check"],
        environ={},
        stdout=out,
        stderr=err,
        start=lambda _line: None,
    )
    assert status == 1
    assert "geoip_database: " in err.getvalue()
    assert "missing.mmdb can't be read: No such file or directory" in err.getvalue()


def test_the_library_is_loaded_by_who_needs_it() -> None:
    """A server without a database does not carry it."""
    code = (
        "import sys, tinyice.service, tinyice.web.site;"
        "print([name for name in ('maxminddb', 'multiprocessing') if name in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60
    )
    assert told.stdout.strip() == "[]"
