"""How often this server sends, so that the floor can do the same."""

import base64
import urllib.error
import urllib.request
from dataclasses import dataclass

from bench.children import HOST
from bench.servers import PASSWORD

SLICES = 20
"""Slices of a pulse, as long as the server does not tell."""

PULSE_METRIC, SLICES_METRIC = "tinyice_pulse_seconds", "tinyice_pulse_slices"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Listeners get bytes once in a pulse, a slice of them at a time."""

    pulse_ms: float
    slices: int


DEFAULT = Cadence(250.0, SLICES)


def gauge(metrics: str, name: str) -> float | None:
    """Find the value of a metric without labels, in Prometheus' text."""
    for line in metrics.splitlines():
        found, _, value = line.partition(" ")
        if found == name:
            return float(value)
    return None


def judge(metrics: str, receives: float) -> Cadence:
    """Take the cadence from the server's metrics, or else from what listeners saw."""
    told = gauge(metrics, PULSE_METRIC)
    slices = gauge(metrics, SLICES_METRIC)
    seen_ms = 1000 / receives if receives > 0 else DEFAULT.pulse_ms
    pulse_ms = told * 1000 if told else seen_ms
    return Cadence(round(pulse_ms, 1), int(slices or SLICES))


def ask(port: int, target: str, user: str = "admin") -> str:
    """What the server answers; "" where it has nothing there."""
    request = urllib.request.Request(f"http://{HOST}:{port}{target}")
    login = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
    request.add_header("Authorization", f"Basic {login}")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=10) as answer:
            body: bytes = answer.read()
    except (urllib.error.URLError, OSError):
        return ""
    return body.decode()


def ask_metrics(port: int) -> str:
    """Read the server's metrics; "" where it has none."""
    return ask(port, "/metrics")
