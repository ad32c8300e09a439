"""The database of countries, as the configuration names it."""

from pathlib import Path

from tinyice.config.faults import ConfigFaults, Fault
from tinyice.config.inforce import InForce
from tinyice.config.model import Config
from tinyice.geo.countries import Countries
from tinyice.geo.database import Database, DatabaseFault
from tinyice.work.jobs import Work


def make_countries(in_force: InForce, worker: Work) -> Countries:
    """What is known of countries, by the file that is in force; nothing is opened yet."""
    countries = Countries(worker, geoip_path(in_force.config))

    def changed(before: Config, after: Config) -> None:
        if geoip_path(before) != geoip_path(after):
            countries.use(geoip_path(after))

    in_force.watch(changed)
    return countries


def geoip_path(config: Config) -> Path | None:
    """Where the file lies; None: there is to be none."""
    if not config.geoip_database:
        return None
    return Path(config.data_dir or ".").absolute() / config.geoip_database


def judge_countries(config: Config) -> None:
    """Open the file, if one is named; raises ConfigFaults. A worker's work."""
    path = geoip_path(config)
    if path is None:
        return
    try:
        Database(path).close()
    except DatabaseFault as fault:
        raise ConfigFaults([Fault("geoip_database", f"{path} {fault.reason}")]) from None
