"""Redirects: followed within limits, circles named, logins and trust kept where they belong."""

import pytest

from relays.upstreams import BEST, SECOND, Call, Station, upstream
from tinyice.relays.relay import Relay
from tinyice.relays.settings import RelaySettings, Upstream

BASIC = "Authorization: Basic c291cmNlOnNlY3JldA=="


def begun(station: Station, *upstreams: Upstream) -> Relay:
    relay = Relay(RelaySettings("/r", upstreams), station.world)
    relay.start()
    return relay


def led_to(call: Call, location: str, status: int = 302) -> None:
    call.accept().say(f"HTTP/1.0 {status} Found\r\nLocation: {location}\r\n\r\n".encode())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(status: int) -> None:
    station = Station()
    relay = begun(station, upstream(BEST))
    first = station.net.next()
    led_to(first, "/other?x=1", status)
    assert not first.is_open
    call = station.net.next().stream()
    assert call.asked.startswith("GET /other?x=1 HTTP/1.0\r\nHost: best.example\r\n")
    assert relay.snapshot().upstream == BEST, "it is still called by the name that it has here"


def test_the_login_stays_with_its_server() -> None:
    """And trust, too: where nobody wrote the address down, it is judged."""
    station = Station()
    begun(station, upstream(BEST, password="secret"))
    led_to(station.net.next(), "/same")
    same = station.net.next()
    led_to(same, "http://elsewhere.example/live")
    other = station.net.next().accept()
    assert BASIC in same.asked
    assert same.trusted
    assert "Authorization" not in other.asked
    assert not other.trusted


def test_a_server_that_the_relay_names_is_trusted_in_redirects_too() -> None:
    station = Station()
    begun(station, upstream(BEST, password="secret"), upstream(SECOND, password="secret"))
    led_to(station.net.next(), "http://second.example/elsewhere")
    call = station.net.next().accept()
    assert call.trusted
    assert BASIC in call.asked


def test_what_the_api_named_is_judged_everywhere() -> None:
    station = Station()
    begun(station, upstream(BEST, trusted=False))
    first = station.net.next()
    led_to(first, "/same")
    assert not first.trusted
    assert not station.net.next().trusted


def test_the_pin_is_for_the_servers_that_the_relay_names() -> None:
    station = Station()
    pinned = Upstream(upstream("https://best.example/live").to, pin="ab" * 32)
    begun(station, pinned)
    first = station.net.next()
    led_to(first, "/same")
    same = station.net.next()
    led_to(same, "https://elsewhere.example/")
    assert (first.pin, same.pin, station.net.next().pin) == ("ab" * 32, "ab" * 32, "")


def test_a_pin_is_not_left_behind() -> None:
    """Who wants a certificate does not want to end where there is none."""
    station = Station()
    relay = begun(station, Upstream(upstream("https://best.example/live").to, pin="ab" * 32))
    led_to(station.net.next(), "http://best.example/live")
    assert "nothing is pinned" in relay.snapshot().error
    assert not station.net.new


def test_a_circle_is_named() -> None:
    station = Station()
    relay = begun(station, upstream(BEST))
    led_to(station.net.next(), "http://b.example/x?secret=1")
    led_to(station.net.next(), BEST)
    assert relay.snapshot().error == (
        "leads in a circle: http://best.example/live -> http://b.example/x -> "
        "http://best.example/live"
    )
    assert not station.net.new


def test_ten_redirects_and_no_more() -> None:
    station = Station()
    relay = begun(station, upstream(BEST))
    for number in range(10):
        led_to(station.net.next(), f"/{number}")
    led_to(station.net.next(), "/10")
    assert "leads on and on" in relay.snapshot().error
    assert len(station.net.calls) == 11


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("rtmp://best.example/live", "neither http"),
        ("http://[::1", "malformed"),
        ("http://best.example:0/", "no possible port"),
        ("http://" + "a" * 9000, "too long"),
        ("", "answers with an error (302)"),
    ],
)
def test_where_no_redirect_leads(location: str, words: str) -> None:
    station = Station()
    relay = begun(station, upstream(BEST))
    led_to(station.net.next(), location)
    assert words in relay.snapshot().error
    assert not station.net.new


def test_nobody_is_led_out_of_tls_with_a_login() -> None:
    station = Station()
    relay = begun(station, upstream("https://best.example/live", password="secret"))
    led_to(station.net.next(), "http://best.example/live")
    assert "nothing is encrypted" in relay.snapshot().error
    assert not station.net.new


def test_what_a_redirect_names_can_not_add_to_the_request() -> None:
    """A location is escaped before it is asked for."""
    station = Station()
    begun(station, upstream(BEST))
    led_to(station.net.next(), "/a\tb é\x7f")
    call = station.net.next().accept()
    assert call.asked.splitlines()[0].startswith("GET /")
    assert len(call.asked.splitlines()) == 8
