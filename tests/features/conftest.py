"""Servers for the tests of a module: they end with it, and must not have failed."""

import signal
from collections.abc import Callable, Iterator

import pytest

from programs.station import Station, start_tinyice

Serve = Callable[..., Station]

STOP_S = 10.0


@pytest.fixture(scope="module")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Starts the service with options and settings of ``programs.station.start_tinyice``."""
    stations: list[Station] = []

    def starter(*options: str, **settings: object) -> Station:
        stations.append(start_tinyice(tmp_path_factory.mktemp("station"), *options, **settings))
        return stations[-1]

    yield starter
    for station in stations:
        if station.child.running:
            station.child.send(signal.SIGTERM)
    for station in stations:
        with station.child as child:
            child.wait(STOP_S)
        assert "Traceback" not in station.child.output(), station.child.output()
