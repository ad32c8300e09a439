"""What encoders say of their programme."""

import pytest

from tinyice.wire.headers import Headers
from tinyice.wire.station import StationFields, station_fields

CASES: list[tuple[dict[str, bytes], StationFields]] = [
    ({}, StationFields()),
    (
        {
            "Ice-Name": b"N",
            "Ice-Description": b"D",
            "Ice-Genre": b"G",
            "Ice-URL": b"http://u",
            "Ice-Public": b"1",
            "ice-bitrate": b"128",
        },
        StationFields("N", "D", "G", "http://u", public=True, bitrate="128"),
    ),
    (
        {"icy-name": b"N", "icy-genre": b"G", "icy-url": b"U", "icy-pub": b"0", "icy-br": b"96"},
        StationFields("N", "", "G", "U", public=False, bitrate="96"),
    ),
    (
        {"x-audiocast-name": b"N", "x-audiocast-public": b"1", "x-audiocast-bitrate": b"64"},
        StationFields("N", public=True, bitrate="64"),
    ),
    (
        {"x-audiocast-name": b"X", "icy-name": b"Y", "ice-name": b" "},
        StationFields("Y"),
    ),
    (
        {"ice-name": b"A", "icy-name": b"B", "icy-public": b"1", "ice-public": b"maybe"},
        StationFields("A"),
    ),
    (
        {"ice-name": "Радио".encode(), "ice-genre": b"vari\xe9"},
        StationFields("Радио", genre="varié"),
    ),
    ({"ice-name": b"a\x1b[31m\tb"}, StationFields("a[31m b")),
    (
        {"ice-audio-info": b"samplerate=0;channels=0;quality=3%2e00"},
        StationFields(
            audio_info="samplerate=0;channels=0;quality=3%2e00",
            audio_items={"ice-samplerate": "0", "ice-channels": "0", "ice-quality": "3.00"},
        ),
    ),
    (
        {"ice-audio-info": b"ice-bitrate=128; Ice-Channels=2;;=x;empty=;lone"},
        StationFields(
            bitrate="128",
            audio_info="ice-bitrate=128; Ice-Channels=2;;=x;empty=;lone",
            audio_items={"ice-bitrate": "128", "ice-channels": "2"},
        ),
    ),
    (
        {"ice-bitrate": b"96", "ice-audio-info": b"bitrate=128"},
        StationFields(bitrate="96", audio_info="bitrate=128", audio_items={"ice-bitrate": "128"}),
    ),
]


@pytest.mark.parametrize(("fields", "expected"), CASES)
def test_station(fields: dict[str, bytes], expected: StationFields) -> None:
    """Each field is the first that is not empty of ice-, icy- and x-audiocast-."""
    headers = Headers((name.encode(), value) for name, value in fields.items())
    assert station_fields(headers) == expected
