"""Transcoders in the file: what they may say, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from config.configs import checked
from tinyice.config.faults import ConfigFaults
from tinyice.config.mounts import configured_paths, is_configured, is_visible, settings_for
from tinyice.core.quality import Quality
from tinyice.transcoding.settings import TranscoderSettings, transcoders_of

PLAIN = {"input_mount": "/live", "output_mount": "/low"}

GO = {
    "name": "Low",
    "input_mount": "/live",
    "output_mount": "/low",
    "format": "opus",
    "bitrate": 48,
    "enabled": True,
    "visibility": "unlisted",
    "sample_rate": 0,
    "channels": 1,
    "opus_application": "voip",
    "opus_vbr": True,
    "opus_complexity": 5,
    "opus_frame_size_ms": 40,
}
"""As the Go server of the same name writes one."""


def faults(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    """The faults of a document, by key."""
    with pytest.raises(ConfigFaults) as caught:
        checked(folder, document)
    return {fault.key: fault.message for fault in caught.value.faults}


def test_what_a_transcoder_says(tmp_path: Path) -> None:
    """Without more it is MP3 with 128 kbit/s, called as its output."""
    config = checked(tmp_path, {"transcoders": [PLAIN]}).config
    assert transcoders_of(config) == (
        TranscoderSettings("low", "/live", "/low", Quality("mp3", 128)),
    )


def test_files_of_the_go_server(tmp_path: Path) -> None:
    """Every key of it has its meaning; what it leaves out or sets to zero is the default."""
    config = checked(tmp_path, {"transcoders": [GO], "auto_transcode_mp3_bitrates": [128]}).config
    (one,) = transcoders_of(config)
    assert one.quality == Quality(
        "opus",
        48,
        channels=1,
        opus_application="voip",
        opus_complexity=5,
        opus_frame_ms=40.0,
    )
    assert config.auto_transcode_mp3_bitrates == (128,)
    zeros = {**PLAIN, "opus_frame_size_ms": 0, "opus_application": "", "visibility": ""}
    (one,) = transcoders_of(checked(tmp_path, {"transcoders": [zeros]}).config)
    assert (one.quality.opus_frame_ms, one.quality.opus_application) == (20.0, "audio")


def test_the_output_is_a_mount_of_the_file(tmp_path: Path) -> None:
    """It is there without a source, as long as the transcoder is on."""
    off = {**PLAIN, "output_mount": "/off", "enabled": False}
    config = checked(tmp_path, {"transcoders": [PLAIN, off], "approve_mounts": True}).config
    assert configured_paths(config) == ("/low",)
    assert [is_configured(config, path) for path in ("/low", "/off")] == [True, False]
    assert settings_for(config, "/low").visible


@pytest.mark.parametrize(
    ("visibility", "marks", "shown"),
    [
        ("", {}, True),
        ("", {"/other": True}, False),
        ("public", {"/other": True}, True),
        ("unlisted", {}, False),
        ("unlisted", {"/low": True}, False),
    ],
)
def test_whether_lists_show_it(
    tmp_path: Path, visibility: str, marks: dict[str, bool], *, shown: bool
) -> None:
    """Its own word counts before those for all mounts."""
    document = {"transcoders": [{**PLAIN, "visibility": visibility}], "visible_mounts": marks}
    assert is_visible(checked(tmp_path, document).config, "/low") is shown


@pytest.mark.parametrize(
    ("entry", "key", "words"),
    [
        ({"output_mount": "/low"}, "input_mount", "must name the mount"),
        ({"input_mount": "/live"}, "output_mount", "must name the mount"),
        ({**PLAIN, "output_mount": "/live"}, "output_mount", "can't feed itself"),
        ({**PLAIN, "output_mount": "/hub"}, "output_mount", "mount of a relay"),
        ({**PLAIN, "format": "wma"}, "format", "must be one of"),
        ({**PLAIN, "bitrate": 130}, "bitrate", "must be one of 8, 16"),
        ({**PLAIN, "bitrate": 320, "sample_rate": 22050}, "bitrate", "at 22050 Hz"),
        ({**PLAIN, "format": "opus", "bitrate": 600}, "bitrate", "from 6 to 510"),
        ({**PLAIN, "sample_rate": 44000}, "sample_rate", "must be one of 8000"),
        ({**PLAIN, "channels": 6}, "channels", ""),
        ({**PLAIN, "format": "opus", "opus_frame_size_ms": 15}, "opus_frame_size_ms", "2.5, 5"),
        ({**PLAIN, "fromat": "mp3"}, "fromat", 'did you mean "format"'),
    ],
)
def test_what_is_no_transcoder(tmp_path: Path, entry: dict[str, Any], key: str, words: str) -> None:
    relay = {"mount": "/hub", "url": "https://hub.example/live"}
    found = faults(tmp_path, {"transcoders": [entry], "relays": [relay]})
    assert list(found) == [f"transcoders[0].{key}"]
    assert words in found[f"transcoders[0].{key}"]


def test_outputs_and_names_differ(tmp_path: Path) -> None:
    """Two of one mount or of one name could not be told apart."""
    found = faults(tmp_path, {"transcoders": [PLAIN, {**PLAIN, "name": "x"}]})
    assert list(found) == ["transcoders[1].output_mount"]
    other = {**PLAIN, "output_mount": "/other", "name": "low"}
    assert list(faults(tmp_path, {"transcoders": [PLAIN, other]})) == ["transcoders[1].name"]


def test_circles(tmp_path: Path) -> None:
    """A mount that hears itself, by way of others, is refused with the way."""
    entries = [
        {"input_mount": "/c", "output_mount": "/a"},
        {"input_mount": "/a", "output_mount": "/b"},
        {"input_mount": "/b", "output_mount": "/c"},
        {"input_mount": "/c", "output_mount": "/d"},
    ]
    found = faults(tmp_path, {"transcoders": entries})
    assert list(found) == ["transcoders[0].input_mount"]
    assert "/a <- /c <- /b <- /a" in found["transcoders[0].input_mount"]


def test_a_fallback_closes_no_circle(tmp_path: Path) -> None:
    """An input does not fall back to what is made of it."""
    document = {"transcoders": [PLAIN], "fallback_mounts": {"/live": "/night", "/night": "/low"}}
    found = faults(tmp_path, document)
    assert found == {
        "transcoders[0].input_mount": ("must not lead in a circle: /low <- /live <- /night <- /low")
    }
    checked(tmp_path, {"transcoders": [PLAIN], "fallback_mounts": {"/low": "/night"}})


def test_bit_rates_beside_everything(tmp_path: Path) -> None:
    """Only those that MP3 has."""
    found = faults(tmp_path, {"auto_transcode_mp3_bitrates": [128, 130]})
    assert list(found) == ["auto_transcode_mp3_bitrates[1]"]
