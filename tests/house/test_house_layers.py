"""Arrows point down only: every import is held against one table."""

import sys
from dataclasses import dataclass

import pytest

from house.sources import Import, Source, imports, is_within, sources


@dataclass(frozen=True, slots=True)
class Row:
    """What one package may import besides the standard library and itself.

    ``house`` names packages, or single modules, under ``tinyice``.
    """

    house: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    everything: bool = False


TWISTED = ("twisted", "zope.interface")

TABLE = {
    "__init__": Row(),
    "assets": Row(),
    "systemd": Row(),
    "wire": Row(),
    "formats": Row(),
    # which paths may be mounts, what is settled for one, and who has an account is the
    # same for all; changes wait their turn, and are told to the audit
    "config": Row(
        house=(
            "core.paths",
            "core.quality",
            "core.settings",
            "core.access",
            "core.clients",
            "core.errors",
            "core.events",
        ),
        others=("msgspec", "twisted.internet.defer"),
    ),
    "core": Row(
        house=("wire", "formats"),
        others=("zope.interface", "twisted.internet.interfaces", "twisted.logger"),
    ),
    "certs": Row(house=("core",)),
    "logs": Row(house=("core",), others=TWISTED),
    "work": Row(house=("core", "config"), others=(*TWISTED, "bcrypt")),
    "geo": Row(house=("core", "work"), others=(*TWISTED, "maxminddb")),
    "outbound": Row(
        house=("core", "config"), others=(*TWISTED, "treq", "OpenSSL", "service_identity")
    ),
    "store": Row(house=("core", "work"), others=(*TWISTED, "sqlalchemy", "alembic")),
    "net": Row(house=("wire", "formats", "core", "config"), others=TWISTED),
    "codec": Row(
        house=("formats", "core", "config", "work"),
        others=(*TWISTED, "av", "lameenc", "numpy"),
    ),
    "autodj": Row(
        house=("wire", "formats", "core", "config", "codec", "work"), others=(*TWISTED, "mutagen")
    ),
    "playout": Row(house=("core", "formats", "work"), others=TWISTED),
    "web": Row(
        house=("wire", "core", "config"),
        others=(
            *TWISTED,
            "klein",
            "werkzeug",
            "jinja2",
            "markupsafe",
            "msgspec",
            "markdown_it",
            "multipart",
            "prometheus_client",
        ),
    ),
    "workers": Row(house=("core", "net", "work"), others=TWISTED),
    "transcoding": Row(house=("formats", "core", "config", "codec", "work"), others=("twisted",)),
    "metering": Row(house=("formats", "core", "codec"), others=("twisted",)),
    "relays": Row(
        house=("wire", "formats", "core", "config", "net", "work", "outbound"), others=TWISTED
    ),
    "handover": Row(
        house=("wire", "formats", "core", "net", "relays.frozen", "relays.push_frozen", "workers"),
        others=(*TWISTED, "msgspec"),
    ),
    "assembly": Row(everything=True),
    "options": Row(everything=True),
    "service": Row(everything=True),
    "cli": Row(everything=True),
    "__main__": Row(everything=True),
}

OWNERS = {
    "alembic": "store",
    "av": "codec",
    "bcrypt": "work",
    "jinja2": "web",
    "klein": "web",
    "lameenc": "codec",
    "markdown_it": "web",
    "maxminddb": "geo",
    "multipart": "web",
    "mutagen": "autodj",
    "prometheus_client": "web",
    "concurrent": "work",
    "multiprocessing": "work",
    "numpy": "codec",
    "sqlalchemy": "store",
    "sqlite3": "store",
    "subprocess": "work",
    "threading": "work",
    "treq": "outbound",
    "twisted.internet.threads": "work",
    "twisted.python.threadpool": "work",
}

TINYICE = sources("tinyice")


def faults(source: Source) -> list[str]:
    """Every import of ``source`` that its row does not allow."""
    row = TABLE.get(source.unit)
    if row is None:
        return [f"{source.name}: {source.unit} has no row in the table"]
    return [
        f"{source.name}:{found.line} imports {found.module}"
        for found in imports(source)
        if not is_allowed(found, source.unit, row)
    ]


def is_allowed(found: Import, unit: str, row: Row) -> bool:
    """Whether the table lets ``unit`` import this."""
    module = found.module
    if module.startswith("."):
        return False
    if is_within(module, "tinyice"):
        name = module.partition(".")[2]
        is_own = is_within(name, unit) or name.split(".")[0] not in TABLE
        return row.everything or is_own or any(is_within(name, below) for below in row.house)
    if module.split(".")[0] in sys.stdlib_module_names:
        return True
    return row.everything or any(is_within(module, other) for other in row.others)


@pytest.mark.parametrize("source", TINYICE, ids=lambda s: s.name)
def test_a_package_imports_only_what_lies_below_it(source: Source) -> None:
    """The audio path knows nothing of pages, the pages nothing of sockets."""
    assert faults(source) == []


@pytest.mark.parametrize(("library", "owner"), sorted(OWNERS.items()))
def test_one_package_owns_each_library(library: str, owner: str) -> None:
    """A library that weighs or blocks has one door, so that it can be replaced or left out."""
    strangers = [
        f"{source.name}:{found.line}"
        for source in TINYICE
        if source.unit != owner
        for found in imports(source)
        if is_within(found.module, library)
    ]
    assert strangers == []


def test_the_reactor_is_touched_in_the_service_only() -> None:
    """Nobody but the assembly may reach for the global reactor, and only when it runs."""
    places = [
        (source.name, found.in_function)
        for source in TINYICE
        for found in imports(source)
        if is_within(found.module, "twisted.internet.reactor")
    ]
    assert set(places) <= {("tinyice/service.py", True)}


IMPORTS = """
import av
from twisted.internet import reactor
def f():
    from tinyice.net import door
"""


def test_the_reader_sees_imports_wherever_they_stand() -> None:
    """An import in a function is an import, and a forbidden one is a fault."""
    source = Source("tinyice/wire/example.py", IMPORTS)
    assert [(i.module, i.in_function) for i in imports(source)] == [
        ("av", False),
        ("twisted.internet.reactor", False),
        ("tinyice.net.door", True),
    ]
    assert len(faults(source)) == 3
    assert faults(Source("tinyice/nowhere/example.py", "")) != []


def test_a_row_may_open_one_module_only() -> None:
    """What the table says of one module holds for that module alone."""
    text = "from tinyice.core import paths, mounts"
    assert faults(Source("tinyice/config/example.py", text)) == [
        "tinyice/config/example.py:1 imports tinyice.core.mounts"
    ]
