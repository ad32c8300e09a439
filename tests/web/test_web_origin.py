"""Under which address a visitor is sent on."""

from dataclasses import replace

import pytest
from twisted.web.test.requesthelper import DummyRequest

from tinyice.web.origin import base_of
from web.web_support import SETTINGS


@pytest.mark.parametrize(
    ("host", "secure", "https_port", "base"),
    [
        (b"meridian.example", False, 443, "http://meridian.example"),
        (b"meridian.example", True, 443, "https://meridian.example"),
        (b"meridian.example:8443", True, 8443, "https://meridian.example:8443"),
        (b"", False, 443, "http://radio.example:8000"),
        (b"", True, 443, "https://radio.example"),
        (b"", True, 8443, "https://radio.example:8443"),
        (b"not a host", True, 8443, "https://radio.example:8443"),
    ],
)
def test_scheme_and_port(host: bytes, secure: bool, https_port: int, base: str) -> None:
    """Who came by TLS stays with TLS, also when he named no host."""
    request = DummyRequest([b""])
    request.requestHeaders.setRawHeaders(b"Host", [host])
    settings = replace(SETTINGS, https_port=https_port)
    assert base_of(request, settings, secure=secure) == base


def test_the_configured_address_wins() -> None:
    """What the operator says is right, however a visitor came."""
    settings = replace(SETTINGS, base_url="http://meridian.example/")
    assert base_of(DummyRequest([b""]), settings, secure=True) == "http://meridian.example"
