"""AutoDJs in the file: what they may say, and what is refused."""

import json
from pathlib import Path
from typing import Any

import pytest

from config.configs import HASH, checked, loaded, written
from tinyice.config.autodj_rules import whole_path
from tinyice.config.autodjs import AutoDJ
from tinyice.config.edits import find_autodj, remove_autodj
from tinyice.config.faults import ConfigFaults
from tinyice.config.mounts import configured_paths, is_configured, is_visible, settings_for
from tinyice.core.quality import Quality

PLAIN = {"mount": "/night", "music_dir": "/srv/music"}

GO = {
    "name": "Night",
    "mount": "/night",
    "music_dir": "music",
    "format": "opus",
    "bitrate": 0,
    "enabled": True,
    "loop": True,
    "inject_metadata": True,
    "playlist": None,
    "last_playlist": "",
    "mpd_enabled": False,
    "mpd_port": "",
    "mpd_password": "",
    "visible": True,
    "song_command": "./next.sh 'a b' c",
    "song_command_timeout": 0,
    "on_play_command": "",
    "on_play_command_timeout": 0,
}
"""As the Go server of the same name writes one."""


def faults(folder: Path, document: dict[str, Any]) -> dict[str, str]:
    """The faults of a document, by key."""
    with pytest.raises(ConfigFaults) as caught:
        checked(folder, document)
    return {fault.key: fault.message for fault in caught.value.faults}


def test_what_an_autodj_says(tmp_path: Path) -> None:
    """A mount and a folder are enough."""
    (one,) = checked(tmp_path, {"autodjs": [PLAIN]}).config.autodjs
    assert one == AutoDJ(mount="/night", music_dir="/srv/music")
    assert (one.called, one.quality) == ("night", Quality("mp3", 128, 44100, 2))


def test_files_of_the_go_server(tmp_path: Path) -> None:
    """Every key of it has its meaning; zeros and empty texts are the defaults."""
    (one,) = checked(tmp_path, {"autodjs": [GO], "media_roots": []}).config.autodjs
    assert one.called == "Night"
    assert one.quality == Quality("opus", 128, 48000, 2)
    assert one.song_command == ("./next.sh", "a b", "c")
    assert (one.on_play_command, one.playlist) == ((), ())
    assert (one.song_command_s, one.on_play_command_s) == (5.0, 10.0)


def test_a_command_is_a_list_or_a_text(tmp_path: Path) -> None:
    """A text is taken apart; what only a shell knows is a word, and is told of."""
    listed = {**PLAIN, "song_command": ["next", "a b", ""]}
    (one,) = checked(tmp_path, {"autodjs": [listed]}).config.autodjs
    assert one.song_command == ("next", "a b", "")
    found = checked(tmp_path, {"autodjs": [{**PLAIN, "on_play_command": "now | tee 'x y'"}]})
    assert found.config.autodjs[0].on_play_command == ("now", "|", "tee", "x y")
    (note,) = found.notes
    assert note.startswith("autodjs[0].on_play_command: no shell runs it, so | is a word")


def test_its_mount_is_a_mount_of_the_file(tmp_path: Path) -> None:
    """It is there without a source, as long as the AutoDJ is on; lists may leave it out."""
    off = {**PLAIN, "mount": "/off", "enabled": False}
    hidden = {**PLAIN, "mount": "/hidden", "visible": False}
    document = {"autodjs": [PLAIN, off, hidden], "approve_mounts": True}
    config = checked(tmp_path, document).config
    assert configured_paths(config) == ("/night", "/hidden")
    assert [is_configured(config, path) for path in ("/night", "/off")] == [True, False]
    assert settings_for(config, "/night").visible
    assert not is_visible(config, "/hidden")


def test_the_password_of_mpd_clients_becomes_a_hash(tmp_path: Path) -> None:
    """Nobody reads it in the file; a hash stays."""
    entries = [
        {**PLAIN, "mpd_password": "by hand"},
        {**PLAIN, "mount": "/b", "mpd_password": HASH},
    ]
    path = written(tmp_path, {"admin_password": HASH, "autodjs": entries})
    found = loaded(path)
    first, second = json.loads(path.read_text(encoding="utf-8"))["autodjs"]
    assert first["mpd_password"].startswith("$2b$12$")
    assert found.config.autodjs[0].mpd_password == first["mpd_password"]
    assert second["mpd_password"] == HASH


def test_a_port_that_everybody_reaches_is_told_of(tmp_path: Path) -> None:
    """Without a password; on this machine alone it is nothing to speak of."""
    near = {**PLAIN, "mpd_enabled": True, "mpd_port": 6600}
    far = {**near, "mpd_host": "0.0.0.0", "mount": "/b", "mpd_port": 6601}
    locked = {**far, "mpd_password": HASH, "mount": "/c", "mpd_port": 6602}
    (note,) = checked(tmp_path, {"autodjs": [near, far, locked]}).notes
    assert note.startswith("autodjs[1].mpd_password: not given, so everybody may drive it")


@pytest.mark.parametrize(
    ("entry", "key", "words"),
    [
        ({"music_dir": "/srv/music"}, "mount", "must name the mount"),
        ({"mount": "/night"}, "music_dir", "must name the folder"),
        ({**PLAIN, "mount": "/low"}, "mount", "output mount of a transcoder: /low"),
        ({**PLAIN, "music_dir": "/srv"}, "music_dir", "one of media_roots, which are: /srv/music"),
        ({**PLAIN, "music_dir": "/srv/music2"}, "music_dir", "must be in one of media_roots"),
        ({**PLAIN, "music_dir": "/srv/music/../x"}, "music_dir", "must be in one of media_roots"),
        ({**PLAIN, "format": "wma"}, "format", "must be one of"),
        ({**PLAIN, "bitrate": 130}, "bitrate", "must be one of 32, 40"),
        ({**PLAIN, "sample_rate": 44000}, "sample_rate", "must be one of 8000"),
        ({**PLAIN, "mpd_enabled": True}, "mpd_port", "because mpd_enabled is true"),
        ({**PLAIN, "mpd_enabled": True, "mpd_port": 8000}, "mpd_port", "must differ from port"),
        ({**PLAIN, "mpd_enabled": True, "mpd_port": 8001}, "mpd_port", "from shoutcast_port"),
        ({**PLAIN, "mpd_host": "here"}, "mpd_host", "must be an IP address"),
        ({**PLAIN, "song_command": "next 'a"}, "song_command", "must end each quotation"),
        ({**PLAIN, "song_command": [""]}, "song_command", "must begin with the name"),
        ({**PLAIN, "song_command": 1}, "song_command", "a list of its words, or one text"),
        ({**PLAIN, "on_play_command": ["a\n"]}, "on_play_command[0]", "control characters"),
        ({**PLAIN, "crossfade": 16}, "crossfade", "from 0 to 15"),
        ({**PLAIN, "crossfade_curve": "round"}, "crossfade_curve", '"sine", "linear"'),
        ({**PLAIN, "gain": "loud"}, "gain", '"track", "album", "off"'),
        ({**PLAIN, "target_loudness": 0}, "target_loudness", "from -40 to -5"),
        ({**PLAIN, "tag_charset": "klingon"}, "tag_charset", "not a known charset"),
        ({**PLAIN, "music": "x"}, "music", 'did you mean "music_dir"'),
    ],
)
def test_what_is_no_autodj(tmp_path: Path, entry: dict[str, Any], key: str, words: str) -> None:
    low = {"input_mount": "/live", "output_mount": "/low"}
    document = {"autodjs": [entry], "transcoders": [low], "media_roots": ["/srv/music/"]}
    found = faults(tmp_path, document)
    assert list(found) == [f"autodjs[0].{key}"]
    assert words in found[f"autodjs[0].{key}"]


def test_mounts_and_ports_differ(tmp_path: Path) -> None:
    """Two AutoDJs on one mount, or on one port, can't be."""
    assert list(faults(tmp_path, {"autodjs": [PLAIN, PLAIN]})) == ["autodjs[1].mount"]
    driven = {**PLAIN, "mpd_enabled": True, "mpd_port": 6600}
    found = faults(tmp_path, {"autodjs": [driven, {**driven, "mount": "/b"}]})
    assert found == {
        "autodjs[1].mpd_port": "must differ from autodjs[0].mpd_port, which is 6600 too"
    }
    checked(tmp_path, {"autodjs": [driven, {**driven, "mount": "/b", "mpd_enabled": False}]})


def test_a_folder_for_a_mount_whose_source_is_gone(tmp_path: Path) -> None:
    """It is bounded as those of AutoDJs are, and stands beside none."""
    document = {"advanced_mounts": {"/live": {"music_dir": "music", "silence_after": 20}}}
    settings = settings_for(checked(tmp_path, document).config, "/live")
    assert (settings.music_dir, settings.silence_after_s) == ("music", 20)
    assert settings.silence_level_db == -50
    bounded = faults(tmp_path, {**document, "media_roots": ["/srv"]})
    assert list(bounded.values()) == ["must be in one of media_roots, which are: /srv"]
    beside = faults(tmp_path, {**document, "autodjs": [{**PLAIN, "mount": "/live"}]})
    assert "must be empty, because the mount has an AutoDJ" in "".join(beside.values())


def test_folders_without_a_whole_path_are_in_data_dir(tmp_path: Path) -> None:
    """Roots, too."""
    document = {"data_dir": "/var/radio", "autodjs": [{**PLAIN, "music_dir": "music/night"}]}
    config = checked(tmp_path, {**document, "media_roots": ["music", "/srv"]}).config
    assert whole_path(config, "music/night") == "/var/radio/music/night"
    assert list(faults(tmp_path, {**document, "media_roots": ["other"]})) == [
        "autodjs[0].music_dir"
    ]


def test_edits() -> None:
    """An AutoDJ is found by its mount, and forgotten."""
    document: dict[str, Any] = {"autodjs": ["rubbish", dict(PLAIN)]}
    assert find_autodj(document, "/night") == PLAIN
    assert find_autodj(document, "/other") is None
    assert remove_autodj(document, "/night")
    assert not remove_autodj(document, "/night")
    assert document == {"autodjs": ["rubbish"]}
