"""What a terminal is told at the start."""

from tinyice.assembly.welcome import welcome
from tinyice.config.firstrun import FirstRun
from tinyice.config.load import Loaded
from tinyice.config.model import Config


def told(config: Config, *, first: FirstRun | None = None, demo: bool = False) -> str:
    return "\n".join(welcome(Loaded(config, (), {}, first), demo=demo))


def test_first_start() -> None:
    """The credentials of a first start stand there, each on a line of its own."""
    lines = told(Config(), first=FirstRun("a-secret", "b-secret", "c-secret")).splitlines()
    assert lines[:3] == [
        "Admin Password: a-secret",
        "Default Source Password: b-secret",
        "Live Mount Password: c-secret",
    ]


def test_later_start() -> None:
    """Later starts tell no credentials."""
    assert "Password:" not in told(Config())


def test_addresses() -> None:
    """The address to listen at can be typed into a browser."""
    assert "http://localhost:8000/\n" in told(Config())
    assert "http://192.0.2.1:81/\n" in told(Config(bind_host="192.0.2.1", port=81))
    assert "http://[2001:db8::1]:8000/\n" in told(Config(bind_host="2001:db8::1"))
    assert "https://radio.example/\n" in told(Config(base_url="https://radio.example/"))


def test_demo() -> None:
    """The demo is named where it plays."""
    assert "http://localhost:8000/demo" in told(Config(), demo=True)
    assert "/demo" not in told(Config())
