"""Encoders that fall silent, come back, collide, or hurry."""

import time

import pytest

from features.conftest import Serve
from features.sounding import (
    BYTES_A_SECOND,
    FRAME_BYTES,
    WAIT_S,
    Encoder,
    arrived,
    audio_of,
    hears,
    is_unbroken,
)
from features.talk import (
    SOURCE_LOGIN,
    connect,
    listening_status,
    read,
    request,
    status,
)
from programs.raw import Recorder
from programs.station import Station
from programs.waiting import until
from tinyice.work.passwords import hash_now

OTHER_PASSWORD = "also right"
TAKEOVER_S = 1.0
LEAD_S = 3.0
SLACK_S = 1.5
READ_S = 4.1
"""How much sound one read from a socket may bring."""

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def station(serve: Serve) -> Station:
    return serve(
        takeover_after=TAKEOVER_S,
        source_lead=LEAD_S,
        header_timeout=1,
        source_timeout=30,
        advanced_mounts={"/silent": {"source_timeout": 2}},
        users={"olga": {"mounts": {"/other": hash_now(OTHER_PASSWORD, 4)}}},
    )


def is_free(station: Station, mount: str) -> bool:
    """Whether nothing feeds the mount."""
    return mount not in station.statistics()


def test_a_silent_source_is_dropped(station: Station) -> None:
    """After its time-out the mount is free, its listeners are let go, and another gets in."""
    with Encoder(station.port, "/silent") as silent:
        silent.play(2)
        listener = Recorder(station.port, "/silent")
        assert silent.is_dropped(WAIT_S)
        assert is_free(station, "/silent")
        until(lambda: listener.ended, within=WAIT_S, what="the listener is let go")
        hears(listener, bytes(silent.sent))
        with Encoder(station.port, "/silent", password="hackme") as other:
            other.play(1)
            assert listening_status(station.port, "/silent") == 200


def test_a_half_open_encoder_is_dropped(station: Station) -> None:
    """One that logs in and never sends, and one that does not finish its head."""
    with Encoder(station.port, "/silent") as mute:
        assert not is_free(station, "/silent")
        head = connect(station.port)
        head.sendall(b"SOURCE /silent HTTP/1.0\r\nAuthorization: Basic ")
        began = time.monotonic()
        assert b" 408 " in read(head)
        assert time.monotonic() - began < WAIT_S
        head.close()
        assert mute.is_dropped(WAIT_S)
        assert is_free(station, "/silent")


def test_a_second_encoder_is_refused(station: Station) -> None:
    """It gets 403, and the first one's listeners miss nothing."""
    with Encoder(station.port, "/busy") as first:
        first.play(1)
        station.wait_for_mount("/busy", WAIT_S)
        listener = Recorder(station.port, "/busy", icy=False)
        for words in (
            request("/busy", SOURCE_LOGIN, "Content-Type: audio/mpeg", method="SOURCE"),
            request("/busy", SOURCE_LOGIN, "Content-Type: audio/mpeg", method="PUT"),
        ):
            assert status(station.port, words) == 403
        hears(listener, first.play(1))
        assert is_unbroken(listener, [first.sent])
        assert not listener.ended
        listener.stop()


def test_a_takeover(station: Station) -> None:
    """The same password replaces a session that is silent: listeners stay, bytes go on."""
    with Encoder(station.port, "/taken") as old:
        old.play(2)
        arrived(station, old)
        plain = Recorder(station.port, "/taken", icy=False)
        titled = Recorder(station.port, "/taken")
        for listener in (plain, titled):
            hears(listener, bytes(old.sent))
        old.play(0.2)
        until_taken = Encoder(station.port, "/taken", starting_at=5000)
        assert b" 403 " in until_taken.reply
        with taken_over(station, "/taken") as new:
            played = new.play(2)
            for listener in (plain, titled):
                hears(listener, played)
            with pytest.raises(OSError):
                late_bytes(old)
            news = new.play(1)
            for listener in (plain, titled):
                hears(listener, news)
                assert not listener.ended
                # no old burst, no late bytes, nothing lost between the two
                assert is_unbroken(listener, [old.sent, new.sent])
                listener.stop()
            newcomer = Recorder(station.port, "/taken", icy=False)
            hears(newcomer, news)
            newcomer.stop()


def taken_over(station: Station, mount: str) -> Encoder:
    """A new session with the common password, as soon as the server lets it in."""

    def again() -> Encoder | None:
        encoder = Encoder(station.port, mount, starting_at=5000)
        if encoder.is_on_air:
            return encoder
        encoder.close()
        return None

    encoder = until(again, within=WAIT_S, what="the takeover")
    assert encoder is not None
    return encoder


def late_bytes(old: Encoder) -> None:
    """Send what must not be heard, until the connection breaks."""
    for _ in range(1000):
        old.connection.sendall(b"late" * 100)
        time.sleep(0.005)


def test_another_password_is_no_takeover(station: Station) -> None:
    """Even when the session is silent: who knows another password is another encoder."""
    with Encoder(station.port, "/other") as old:
        old.play(1)
        arrived(station, old)
        time.sleep(TAKEOVER_S + 0.2)
        other = Encoder(station.port, "/other", user="olga", password=OTHER_PASSWORD)
        assert b" 403 " in other.reply
        other.close()
        taken_over(station, "/other").close()


def test_no_old_burst_after_a_silent_source(station: Station) -> None:
    """Who joins when the source begins again gets nothing from before."""
    with Encoder(station.port, "/stale") as encoder:
        stale = encoder.play(1)
        arrived(station, encoder)
        # one second of sound, and the two that make it stale
        time.sleep(3.5)
        listener = Recorder(station.port, "/stale", icy=False)
        until(lambda: listener.size, within=WAIT_S, what="an answer")
        fresh = encoder.play(2)
        hears(listener, fresh)
        heard = audio_of(listener)
        listener.stop()
        # the last frame may have waited for its successor
        assert not any(
            frame in heard
            for frame in (stale[at : at + FRAME_BYTES] for at in range(0, 30 * FRAME_BYTES, 417))
        )


def test_a_hurried_encoder_is_held_back(station: Station) -> None:
    """It gets no further than its lead; who listens meanwhile loses nothing."""
    began = time.monotonic()
    with Encoder(station.port, "/hurry") as encoder:
        encoder.connection.settimeout(0.2)
        hurry(encoder, until_second=2.0, began=began)
        listener = Recorder(station.port, "/hurry", icy=False)
        hurry(encoder, until_second=6.0, began=began)
        taken = int(station.statistics()["/hurry"]["total_bytes_read"])
        elapsed = time.monotonic() - began
        assert taken / BYTES_A_SECOND <= elapsed + LEAD_S + READ_S + SLACK_S
        assert taken / BYTES_A_SECOND >= elapsed + LEAD_S - SLACK_S
        until(lambda: len(audio_of(listener)) > 3 * BYTES_A_SECOND, within=WAIT_S, what="sound")
        assert is_unbroken(listener, [encoder.sent])
        assert not listener.ended
        listener.stop()


def hurry(encoder: Encoder, *, until_second: float, began: float) -> None:
    """Send as fast as the server takes it."""
    while time.monotonic() < began + until_second:
        try:
            encoder.play(FRAME_BYTES / BYTES_A_SECOND)
        except TimeoutError:
            continue
