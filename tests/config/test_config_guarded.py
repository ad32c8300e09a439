"""Programs that are run and folders that are read: only superadmins decide, in whatever way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from twisted.internet.defer import Deferred

from config.configs import HASH
from config.writers import ANNA, CLIENT, Desk, desk, settled
from tinyice.config.edits import Edit, find_autodj, remove_autodj, section
from tinyice.core.access.permissions import Action
from tinyice.core.access.principal import Principal, Role, Via
from tinyice.core.errors import NotPermitted

OWNER = Principal("olga", Role.ADMIN, Via.SESSION, frozenset({"/night", "/new"}))
NIGHT = {
    "mount": "/night",
    "music_dir": "/srv/music/night",
    "song_command": "next 'a b'",
    "on_play_command": ["tell"],
    "mpd_port": 6600,
}
DOCUMENT = {"autodjs": [NIGHT], "media_roots": ["/srv/music"], "mounts": {"/new": ""}}


def ask(one: Desk, who: Principal, edit: Edit, mount: str = "/night") -> None:
    """Make a change as ``who``."""
    change = one.writer.change(
        edit, who=who, client=CLIENT, action=Action.CHANGE_AUTODJS, subject="x", mount=mount
    )
    settled(Deferred.fromCoroutine(change), one.worker)


def setting(**values: object) -> Edit:
    """An edit of the AutoDJ that there is."""

    def edit(document: dict[str, Any]) -> None:
        (find_autodj(document, "/night") or {}).update(values)

    return edit


def adding(**values: object) -> Edit:
    """An edit that makes another AutoDJ."""
    entry = {"mount": "/new", "music_dir": "/srv/music", **values}
    return lambda document: document["autodjs"].append(entry)


def of_mount(document: dict[str, Any]) -> None:
    """Have a folder played where a source is gone."""
    section(document, "advanced_mounts")["/new"] = {"music_dir": "/srv/music"}


def at_top(**values: object) -> Edit:
    """An edit of keys of the whole server."""
    return lambda document: document.update(values)


@pytest.mark.parametrize(
    "edit",
    [
        setting(song_command="next 'a c'"),
        setting(song_command=["rm", "-r", "/"]),
        setting(on_play_command="tell me"),
        # A program that is named without its whole path is looked for in the folder.
        setting(music_dir="/srv/music/olga"),
        setting(mount="/new"),
        adding(song_command="next"),
        adding(on_play_command=["tell"]),
        adding(mpd_enabled=True, mpd_port=6601),
        setting(mpd_port=6602),
        setting(mpd_host="0.0.0.0"),
        lambda document: document.update(autodjs=[{**NIGHT, "on_play_command": "x"}]),
        at_top(media_roots=["/"]),
        at_top(media_roots=[]),
        lambda document: document.pop("media_roots"),
    ],
)
def test_what_only_superadmins_change(tmp_path: Path, edit: Edit) -> None:
    """For anybody else the file stays as it is; the same change by a superadmin is made."""
    one = desk(tmp_path, DOCUMENT)
    before = one.text
    with pytest.raises(NotPermitted):
        ask(one, OWNER, edit)
    assert (one.text, one.events) == (before, [])
    ask(one, ANNA, edit)
    assert one.text != before


@pytest.mark.parametrize(
    "edit",
    [
        setting(bitrate=192, shuffle=False, song_command_timeout=3),
        setting(enabled=False),
        setting(song_command=["next", "a b"]),
        setting(song_command="", on_play_command=[]),
        adding(song_command="", on_play_command=[]),
        adding(mpd_enabled=False, mpd_port=0, mpd_host="127.0.0.1"),
        setting(mpd_enabled=True, mpd_port="6600", mpd_password=HASH),
        setting(mpd_port=0),
        lambda document: remove_autodj(document, "/night"),
        of_mount,
    ],
)
def test_what_those_change_whose_mount_it_is(
    tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    """All else, within the folders that there are for music."""
    one = desk(tmp_path, DOCUMENT)
    before = one.text
    ask(one, OWNER, edit)
    assert one.text != before


@pytest.mark.parametrize("edit", [adding(), of_mount, setting(music_dir="/srv/x")])
def test_without_media_roots_folders_are_chosen_by_superadmins(
    tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    """Where all folders of the machine would do, others choose none."""
    plain = {"mount": "/night", "music_dir": "/srv/music/night"}
    one = desk(tmp_path, {"autodjs": [plain]})
    with pytest.raises(NotPermitted):
        ask(one, OWNER, edit)
    ask(one, OWNER, setting(bitrate=192))
    ask(one, ANNA, edit)


def test_media_roots_from_the_environment_count(tmp_path: Path) -> None:
    """They hold, though the file says nothing of them."""
    one = desk(tmp_path, {"autodjs": []}, environ={"TINYICE_MEDIA_ROOTS": "/srv/music"})
    ask(one, OWNER, adding())
    assert one.config.autodjs[0].mount == "/new"


def test_what_was_written_by_hand_is_nobody_s(tmp_path: Path) -> None:
    """Who changes something else meanwhile is not refused for it."""
    one = desk(tmp_path, DOCUMENT)
    by_hand = one.text.replace("next 'a b'", "other")
    one.path.write_text(by_hand, encoding="utf-8")
    ask(one, OWNER, setting(bitrate=192))
    assert one.config.autodjs[0].song_command == ("other",)
