"""Conversations of MPD clients: lists of commands, waiting for changes, and channels."""

import pytest

from autodj.mpd_talk import Room, Talker
from tinyice.autodj.mpd import channels, conversation, talk
from tinyice.autodj.mpd.needs import NOTHING, Subsystem
from tinyice.autodj.mpd.table import TABLE


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def talker(room: Room) -> Talker:
    return room.talker()


def test_a_list_is_answered_when_it_has_ended(talker: Talker) -> None:
    assert talker.ask("command_list_begin", 'add ""', "status") == ""
    answer = talker.ask("command_list_end")
    assert "playlistlength: 8\n" in answer
    assert answer.endswith("OK\n")
    assert "list_OK" not in answer


def test_a_list_tells_of_each_command_if_asked_to(talker: Talker) -> None:
    lines = ("command_list_ok_begin", "ping", "getvol", "ping", "command_list_end")
    assert talker.ask(*lines) == "list_OK\nvolume: 100\nlist_OK\nlist_OK\nOK\n"
    assert talker.ask("command_list_begin", "command_list_end") == "OK\n"


def test_a_list_ends_where_it_fails(talker: Talker) -> None:
    lines = ("command_list_begin", "setvol 86", "play 10240", "setvol 1", "command_list_end")
    assert talker.ask(*lines) == "ACK [2@1] {play} Bad song index\n"
    assert talker.answer("status")["volume"] == "86"
    lines = ("command_list_ok_begin", "ping", "nonsense", "command_list_end")
    assert talker.ask(*lines) == 'list_OK\nACK [5@1] {} unknown command "nonsense"\n'
    assert talker.ask("ping") == "OK\n"


def test_what_failed_leaves_nothing_of_its_answer(talker: Talker) -> None:
    lines = ("command_list_begin", "getvol", "listplaylistinfo nothing", "command_list_end")
    assert talker.ask(*lines) == "volume: 100\nACK [50@1] {listplaylistinfo} No such playlist\n"


@pytest.mark.parametrize("line", ["idle", "idle player", "command_list_begin", "noidle"])
def test_a_list_holds_commands_only(talker: Talker, line: str) -> None:
    for begin in ("command_list_begin", "command_list_ok_begin"):
        assert talker.ask(begin, line, "command_list_end").startswith("ACK [")
    assert talker.ask("ping") == "OK\n"


def test_who_closes_in_a_list_is_gone(talker: Talker) -> None:
    assert talker.ends("command_list_begin", "ping", "close", "ping", "command_list_end")


def test_lists_have_bounds(room: Room) -> None:
    assert room.talker().ends(
        "command_list_begin", *["ping"] * (conversation.LIST_COMMANDS_MAX + 1)
    )
    talker = room.talker()
    assert not talker.ends(
        "command_list_begin", *["ping"] * (conversation.LIST_COMMANDS_MAX - 1), "command_list_end"
    )
    long = b'find title "' + b"x" * 60_000 + b'"'
    assert room.talker().ends("command_list_begin", *[long] * 40)


def test_answers_have_a_bound(room: Room, talker: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talk.Answer.__init__, "__defaults__", (1000,))
    assert talker.ask("listallinfo").startswith("ACK [52@0] {listallinfo} The answer is too long")
    assert talker.ask("ping") == "OK\n"
    lines = ["command_list_begin", *["status"] * 10, "command_list_end"]
    assert "ACK [52@" in talker.ask(*lines)


def test_who_waits_is_told_of_a_change(room: Room, talker: Talker) -> None:
    other = room.talker()
    assert talker.ask("idle") == ""
    talker.said = b""
    other.ask("setvol 20")
    assert talker.said == b"changed: mixer\nOK\n"
    assert talker.ask("ping") == "OK\n"


def test_who_waits_for_something_is_told_of_that_only(room: Room, talker: Talker) -> None:
    assert talker.ask("idle player options") == ""
    room.tell(Subsystem.MIXER)
    assert talker.said == b""
    room.tell(Subsystem.OPTIONS)
    assert talker.said == b"changed: options\nOK\n"
    assert talker.ask("idle") == "changed: mixer\nOK\n"


def test_nothing_is_lost_that_changes_meanwhile(room: Room, talker: Talker) -> None:
    room.tell(Subsystem.DATABASE)
    room.tell(Subsystem.PLAYER)
    room.tell(Subsystem.PLAYER)
    assert talker.ask("idle") == "changed: database\nchanged: player\nOK\n"
    assert talker.ask("idle") == ""
    assert talker.ask("noidle") == "OK\n"


def test_noidle_ends_the_waiting_at_once(room: Room, talker: Talker) -> None:
    talker.ask("idle player")
    room.tell(Subsystem.MIXER)
    assert talker.ask("noidle") == "OK\n"
    assert talker.ask("idle") == "changed: mixer\nOK\n"


def test_a_noidle_that_comes_too_late_is_not_answered(room: Room, talker: Talker) -> None:
    """The change was told when the client was just about to give up waiting."""
    talker.ask("idle")
    room.tell(Subsystem.PLAYER)
    assert talker.ask("noidle", "getvol") == "volume: 100\nOK\n"


def test_who_waits_says_nothing_else(talker: Talker) -> None:
    talker.ask("idle")
    assert talker.ends("status")


def test_who_is_gone_is_told_nothing(room: Room, talker: Talker) -> None:
    talker.ask("idle")
    talker.conversation.leave()
    talker.said = b""
    room.tell(Subsystem.PLAYER)
    assert talker.said == b""


CHANGES = [
    ('add ""', ["playlist"]),
    ("clear", []),
    ("setvol 20", ["mixer"]),
    ("random 1", ["options"]),
    ("crossfade 2", ["options"]),
    ("replay_gain_mode track", ["options"]),
    ("save mine", ["stored_playlist"]),
    ("playlistadd mine top.opus", ["stored_playlist"]),
    ("update", ["update"]),
    ("sticker set song top.opus a b", ["sticker"]),
    ("subscribe news", ["subscription"]),
    ("status", []),
    ("listall", []),
]


@pytest.mark.parametrize(("line", "told"), CHANGES)
def test_commands_tell_everybody_what_they_change(
    room: Room, talker: Talker, line: str, told: list[str]
) -> None:
    other = room.talker()
    other.ask(line)
    talker.ask("idle")
    told_now = talker.said or talker.raw("noidle")
    assert [row[9:] for row in told_now.decode().splitlines()[:-1]] == told


@pytest.mark.parametrize(
    "line", [b"GET / HTTP/1.1", b"POST / HTTP/1.1", b"\x16\x03\x01", b"Host: x", b"1", b" status"]
)
def test_what_is_of_another_protocol_ends_it(talker: Talker, line: bytes) -> None:
    """A browser that was led here must not be able to hide commands in its request."""
    assert talker.ends(line)


def test_an_empty_line_is_refused(talker: Talker) -> None:
    assert talker.ask("") == "ACK [5@0] {} No command given\n"


def test_messages_go_from_client_to_client(room: Room, talker: Talker) -> None:
    other, third = room.talker(), room.talker()
    talker.ask("subscribe news")
    assert other.values("channels", "channel") == ["news"]
    assert talker.ask("subscribe news").startswith("ACK [56@0]")
    third.ask("noidle")
    talker.ask("idle message")
    other.ask('sendmessage news "it rains"')
    assert talker.said == b"changed: message\nOK\n"
    other.ask('sendmessage news "it pours"')
    assert talker.pairs("readmessages") == [
        ("channel", "news"), ("message", "it rains"), ("channel", "news"), ("message", "it pours"),
    ]  # fmt: skip
    assert talker.ask("readmessages") == "OK\n"
    assert third.ask("idle message") == ""
    talker.ask("unsubscribe news")
    assert other.ask("sendmessage news x").startswith("ACK [50@0]")
    assert other.ask("channels") == "OK\n"


def test_channels_have_bounds_and_forget_who_is_gone(room: Room, talker: Talker) -> None:
    for number in range(channels.CHANNELS_MAX):
        assert talker.ask(f"subscribe c{number}") == "OK\n"
    assert talker.ask("subscribe more").startswith("ACK [56@0]")
    other = room.talker()
    for _ in range(channels.MESSAGES_MAX + 10):
        other.ask("sendmessage c1 x")
    assert len(talker.pairs("readmessages")) == 2 * channels.MESSAGES_MAX
    talker.conversation.leave()
    assert other.ask("channels") == "OK\n"


def test_who_may_not_read_can_not_wait_either() -> None:
    talker = Room(free=NOTHING).talker()
    assert talker.ask("idle").startswith("ACK [4@0] {idle}")
    lines = ("command_list_begin", "password wrong", "status", "command_list_end")
    assert talker.ask(*lines) == "ACK [3@0] {password} incorrect password\n"
    lines = ("command_list_begin", 'password "open sesame"', "getvol", "command_list_end")
    assert talker.ask(*lines) == "volume: 100\nOK\n"


def test_every_command_has_a_permission_that_is_told() -> None:
    assert {name for name, command in TABLE.items() if command.permission == NOTHING} == {
        "binarylimit", "commands", "notcommands", "password", "ping", "tagtypes",
    }  # fmt: skip
