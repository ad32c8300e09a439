"""Small databases of countries, made by the tests."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmdb_writer import MMDBWriter
from netaddr import IPSet

NORWAY = {"country": {"iso_code": "NO", "names": {"en": "Norway", "de": "Norwegen"}}}
JAPAN = {"country": {"iso_code": "JP", "names": {"en": "Japan"}}}
USUAL: Mapping[str, Any] = {
    "192.0.2.0/24": NORWAY,
    "198.51.100.0/24": JAPAN,
    "2001:db8:1::/48": NORWAY,
}


def make_database(
    path: Path,
    records: Mapping[str, Any] = USUAL,
    *,
    kind: str = "Test-Country",
    ip_version: int = 6,
) -> Path:
    """A file at ``path`` that knows the networks of ``records``."""
    writer = MMDBWriter(ip_version, kind, ipv4_compatible=ip_version == 6)
    for network, record in records.items():
        writer.insert_network(IPSet([network]), record)
    fresh = path.with_suffix(".new")
    writer.to_db_file(str(fresh))
    fresh.replace(path)
    return path
