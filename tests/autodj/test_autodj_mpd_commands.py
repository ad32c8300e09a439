"""Commands of MPD clients, one after the other, on a station in memory."""

from pathlib import PurePosixPath

import pytest

from autodj.mpd_station import PICTURE, TRACKS
from autodj.mpd_talk import Room, Talker
from tinyice.autodj.mpd.needs import NOTHING
from tinyice.autodj.mpd.table import TABLE

GOOD = [each for each in TRACKS if not each.fault]


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def talker(room: Room) -> Talker:
    return room.talker()


@pytest.fixture
def full(room: Room) -> Talker:
    """Somebody whose queue has everything, in the order of paths: ids 1 to 8."""
    talker = room.talker()
    assert talker.ask('add ""') == "OK\n"
    return talker


def ids(talker: Talker) -> list[int]:
    return [int(value) for value in talker.values("playlistinfo", "Id")]


def test_a_new_station_stands_still(talker: Talker) -> None:
    status = talker.answer("status")
    assert status["state"] == "stop"
    assert status["playlistlength"] == "0"
    assert "song" not in status
    assert "elapsed" not in status
    assert talker.ask("currentsong") == "OK\n"
    assert talker.ask("play") == "OK\n"
    assert talker.answer("status")["state"] == "stop"


def test_status_follows_what_plays(room: Room, full: Talker) -> None:
    full.ask("play 2")
    room.time.at += 12.5
    status = full.answer("status")
    assert (status["state"], status["song"], status["songid"]) == ("play", "2", "3")
    assert (status["elapsed"], status["time"]) == ("12.500", "12:200")
    assert (status["duration"], status["audio"]) == ("200.000", "44100:f:2")
    assert (status["nextsong"], status["nextsongid"]) == ("3", "4")
    song = full.answer("currentsong")
    assert (song["file"], song["Pos"], song["Id"]) == (GOOD[2].path, "2", "3")
    assert song["Title"] == "Under Pressure"


def test_pause_holds_the_place(room: Room, full: Talker) -> None:
    full.ask("play 0")
    room.time.at += 5
    full.ask("pause 1")
    room.time.at += 100
    assert full.answer("status")["state"] == "pause"
    assert full.answer("status")["elapsed"] == "5.000"
    full.ask("pause 1")
    assert full.answer("status")["state"] == "pause"
    full.ask("pause")
    assert full.answer("status")["state"] == "play"
    full.ask("pause")
    full.ask("play")
    assert full.answer("status")["elapsed"] == "5.000"
    full.ask("stop")
    assert full.answer("status")["state"] == "stop"
    assert full.answer("status")["songid"] == "1"


def test_next_and_previous(full: Talker) -> None:
    full.ask("next")
    assert full.answer("status")["state"] == "stop"
    full.ask("playid 4")
    full.ask("next")
    assert full.answer("status")["songid"] == "5"
    full.ask("previous")
    assert full.answer("status")["songid"] == "4"
    full.ask("playid 8")
    full.ask("next")
    assert full.answer("status")["state"] == "stop"


SEEKS = [
    ("seek 1 30", "2", "30.000"),
    ("seekid 3 30.5", "3", "30.500"),
    ("seekcur 7.25", "1", "7.250"),
    ("seekcur +5", "1", "15.000"),
    ("seekcur -4", "1", "6.000"),
    ("seekcur -400", "1", "0.000"),
]


@pytest.mark.parametrize(("line", "entry", "elapsed"), SEEKS)
def test_seek(room: Room, full: Talker, line: str, entry: str, elapsed: str) -> None:
    full.ask("play 0")
    room.time.at += 10
    assert full.ask(line) == "OK\n"
    status = full.answer("status")
    assert (status["songid"], status["elapsed"]) == (entry, elapsed)


OPTIONS = [
    ("random 1", "random", "1"),
    ("repeat 1", "repeat", "1"),
    ("single 1", "single", "1"),
    ("single oneshot", "single", "oneshot"),
    ("consume 1", "consume", "1"),
    ("consume oneshot", "consume", "oneshot"),
    ("setvol 30", "volume", "30"),
    ("volume -30", "volume", "70"),
    ("volume +30", "volume", "100"),
    ("crossfade 5", "xfade", "5"),
]


@pytest.mark.parametrize(("line", "name", "value"), OPTIONS)
def test_options(talker: Talker, line: str, name: str, value: str) -> None:
    assert talker.ask(line) == "OK\n"
    assert talker.answer("status")[name] == value


def test_volume_and_gain_are_told_on_their_own(talker: Talker) -> None:
    talker.ask("setvol 42")
    assert talker.ask("getvol") == "volume: 42\nOK\n"
    talker.ask("replay_gain_mode album")
    assert talker.ask("replay_gain_status") == "replay_gain_mode: album\nOK\n"


def test_what_went_wrong_is_told_until_it_is_cleared(room: Room, talker: Talker) -> None:
    room.player.fail("nothing can be played")
    assert talker.answer("status")["error"] == "nothing can be played"
    talker.ask("clearerror")
    assert "error" not in talker.answer("status")


CHANGES = [
    ("delete 0", [2, 3, 4, 5, 6, 7, 8]),
    ("delete 2:4", [1, 2, 5, 6, 7, 8]),
    ("delete 6:", [1, 2, 3, 4, 5, 6]),
    ("delete 6:99", [1, 2, 3, 4, 5, 6]),
    ("deleteid 5", [1, 2, 3, 4, 6, 7, 8]),
    ("move 0 3", [2, 3, 4, 1, 5, 6, 7, 8]),
    ("move 0:2 3", [3, 4, 5, 1, 2, 6, 7, 8]),
    ("move 7 0", [8, 1, 2, 3, 4, 5, 6, 7]),
    ("moveid 8 1", [1, 8, 2, 3, 4, 5, 6, 7]),
    ("move 0 +0", [2, 3, 1, 4, 5, 6, 7, 8]),
    ("move 6 +0", [1, 2, 3, 7, 4, 5, 6, 8]),
    ("move 6 -0", [1, 2, 7, 3, 4, 5, 6, 8]),
    ("move 0 -0", [2, 1, 3, 4, 5, 6, 7, 8]),
    ("moveid 1 +1", [2, 3, 4, 1, 5, 6, 7, 8]),
    ("swap 0 7", [8, 2, 3, 4, 5, 6, 7, 1]),
    ("swapid 1 2", [2, 1, 3, 4, 5, 6, 7, 8]),
    ("clear", []),
    ("addid top.opus", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    ("addid top.opus 0", [9, 1, 2, 3, 4, 5, 6, 7, 8]),
    ("addid top.opus +0", [1, 2, 3, 9, 4, 5, 6, 7, 8]),
    ("addid top.opus -0", [1, 2, 9, 3, 4, 5, 6, 7, 8]),
    ("addid top.opus -2", [9, 1, 2, 3, 4, 5, 6, 7, 8]),
    ("addid top.opus +2", [1, 2, 3, 4, 5, 9, 6, 7, 8]),
    ("add Queen/Jazz", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("add /Queen/Jazz/ 1", [1, 9, 10, 2, 3, 4, 5, 6, 7, 8]),
    ("findadd artist Queen", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    ("searchadd artist queen position +0", [1, 2, 3, 9, 10, 11, 4, 5, 6, 7, 8]),
    ("searchadd \"(artist == 'queen')\" sort -title window 0:1", [1, 2, 3, 4, 5, 6, 7, 8, 9]),
]


@pytest.mark.parametrize(("line", "left"), CHANGES)
def test_changes_of_the_queue(full: Talker, line: str, left: list[int]) -> None:
    """The third entry plays."""
    full.ask("play 2")
    version = int(full.answer("status")["playlist"])
    assert full.ask(line).endswith("OK\n")
    assert ids(full) == left
    assert int(full.answer("status")["playlist"]) == version + 1
    positions = full.pairs(f"plchangesposid {version}")
    known = dict(enumerate(range(1, 9)))
    entries = [
        (int(positions[at][1]), int(positions[at + 1][1])) for at in range(0, len(positions), 2)
    ]
    known |= dict(entries)
    assert [known[at] for at in range(len(left))] == left


def test_shuffle_keeps_what_there_is(full: Talker) -> None:
    full.ask("shuffle 2:")
    assert ids(full)[:2] == [1, 2]
    assert sorted(ids(full)) == list(range(1, 9))
    full.ask("shuffle")
    assert sorted(ids(full)) == list(range(1, 9))


def test_a_number_is_never_given_twice(full: Talker) -> None:
    full.ask("deleteid 8")
    assert full.ask("addid top.opus") == "Id: 9\nOK\n"


def test_priorities(full: Talker) -> None:
    full.ask("play 0")
    full.ask("prio 10 5 6:8")
    full.ask("prioid 20 3")
    assert full.answer("playlistid 3")["Prio"] == "20"
    assert full.answer("playlistinfo 7")["Prio"] == "10"
    assert full.values('playlistfind "(prio >= 10)"', "Id") == ["3", "6", "7", "8"]
    assert full.values('playlistfind "(prio >= 10)" sort -prio', "Id")[0] == "3"
    full.ask("next")
    assert full.answer("status")["songid"] == "3"


def test_what_is_in_the_queue(full: Talker) -> None:
    assert full.values("playlistinfo", "Pos") == [str(n) for n in range(8)]
    assert full.values("playlistinfo 2:4", "Id") == ["3", "4"]
    assert full.values("playlistinfo 7:", "Id") == ["8"]
    assert full.values("playlistinfo 8:", "Id") == []
    assert full.values("playlistinfo -1", "Id") == [str(n) for n in range(1, 9)]
    assert full.values("playlistid", "Id") == [str(n) for n in range(1, 9)]
    assert full.values("playlistid 3", "Pos") == ["2"]
    assert full.ask("playlist").startswith(f"0:file: {GOOD[0].path}\n")
    assert full.values("playlistsearch artist QUEEN", "Id") == ["3", "4", "5"]
    assert full.values("playlistfind artist Queen", "Id") == ["4", "5"]
    assert full.values("playlistsearch artist queen sort -title window 0:2", "Id") == ["3", "5"]


def test_what_has_changed_since(full: Talker) -> None:
    version = full.answer("status")["playlist"]
    full.ask("swap 0 3")
    assert full.values(f"plchanges {version}", "Pos") == ["0", "1", "2", "3"]
    assert full.values(f"plchanges {version} 1:3", "Pos") == ["1", "2"]
    assert full.values("plchanges 0", "Pos") == [str(n) for n in range(8)]
    assert full.values("plchanges 4294967295", "Pos") == [str(n) for n in range(8)]


FOUND = [
    ("find artist Queen", 2),
    ("find artist queen", 0),
    ("find Artist Queen album Jazz track 2", 1),
    ("search artist queen", 3),
    ("search any pressure", 1),
    ("search any BJÖRK", 2),
    ("search title ''", None),
    ('search title ""', 8),
    ('find title ""', 1),
    ("find \"(!(title == ''))\"", 7),
    ("find \"(artist == 'Queen')\"", 2),
    ("find \"(artist != 'Queen')\"", 6),
    ("search \"(artist == 'QUEEN')\"", 2),
    ("search \"(artist eq_cs 'QUEEN')\"", 0),
    ("find \"((genre == 'Rock') AND (!(album contains 'Jaz')))\"", 1),
    ("find \"(albumartist == 'Queen')\"", 3),
    ("find \"(title starts_with 'U')\"", 1),
    ("find \"(base 'Queen/Jazz')\"", 2),
    ("find base Queen", 3),
    ("find file top.opus", 1),
    ("search filename TOP", 1),
    ("find \"(file == 'top.opus')\"", 1),
    ("find date 1995", 2),
    ("find \"(modified-since '2023-01-01T00:00:00Z')\"", 8),
    ("find modified-since 1900000000", 0),
    ("find \"(AudioFormat =~ '44100:*:2')\"", 8),
    ("find \"(AudioFormat == '48000:16:2')\"", 0),
    ('find title "It\'s \\"Late\\""', 1),
    ('find "(title == \\"It\\\\\'s \\\\\\"Late\\\\\\"\\")"', 1),
    ("find genre Rock window 1:2", 1),
    ("find genre Rock window 1:", 2),
    ("find genre Rock sort title window 0:1", 1),
    ("find composer x", 0),
    ("find artistsort Queen", 2),
    ("find originaldate 1995 sort -originaldate", 2),
]


@pytest.mark.parametrize(("line", "count"), FOUND)
def test_find_and_search(talker: Talker, line: str, count: int | None) -> None:
    if count is None:
        assert talker.ask(line).startswith("ACK [5@0]")
    else:
        assert len(talker.values(line, "file")) == count


def test_what_is_found_has_an_order(talker: Talker) -> None:
    titles = talker.values("find genre Rock sort Title", "Title")
    assert titles == ['It\'s "Late"', "Mustapha", "Under Pressure"]
    assert talker.values("find genre Rock sort -Title", "Title") == titles[::-1]
    assert talker.values("find album Jazz sort -track", "Track") == ["2", "1"]
    assert len(talker.values("find genre Rock sort -Last-Modified", "file")) == 3


def test_lists_of_tags(talker: Talker) -> None:
    assert talker.values("list artist", "Artist") == [
        "", "Björk", "Nobody", "Queen", "Queen & David Bowie", "Somebody",
    ]  # fmt: skip
    assert talker.values("list album Queen", "Album") == ["Jazz"]
    assert talker.values("list album artist Queen", "Album") == ["Jazz"]
    assert talker.values("list album \"(genre == 'Rock')\"", "Album") == ["Duets", "Jazz"]
    assert talker.pairs("list album genre Rock group albumartist") == [
        ("AlbumArtist", "Queen"), ("Album", "Duets"), ("Album", "Jazz"),
    ]  # fmt: skip
    assert talker.pairs("list title artist Björk group album group artist") == [
        ("Artist", "Björk"), ("Album", "Post"), ("Title", "Army of Me"), ("Title", "Hyperballad"),
    ]  # fmt: skip
    assert talker.values("list artist window 1:3", "Artist") == ["Björk", "Nobody"]
    assert len(talker.values("list file", "file")) == 8


def test_counts(talker: Talker) -> None:
    assert talker.pairs("count artist Queen") == [("songs", "2"), ("playtime", "400")]
    assert talker.pairs("count artist Nix") == [("songs", "0"), ("playtime", "0")]
    assert talker.pairs("searchcount artist queen") == [("songs", "3"), ("playtime", "600")]
    assert talker.pairs("count genre Rock group album") == [
        ("Album", "Duets"), ("songs", "1"), ("playtime", "200"),
        ("Album", "Jazz"), ("songs", "2"), ("playtime", "400"),
    ]  # fmt: skip
    stats = talker.answer("stats")
    assert (stats["songs"], stats["artists"], stats["albums"]) == ("8", "5", "4")


def test_folders(talker: Talker) -> None:
    assert talker.values("lsinfo", "directory") == ["Björk", "Queen", "odd"]
    assert talker.values('lsinfo ""', "file") == ["top.opus"]
    assert talker.values("lsinfo /", "file") == ["top.opus"]
    assert talker.values("lsinfo Queen", "directory") == ["Queen/Duets", "Queen/Jazz"]
    assert talker.values("lsinfo top.opus", "Title") == ["Top"]
    assert talker.values("listall Queen", "directory") == ["Queen", "Queen/Duets", "Queen/Jazz"]
    assert len(talker.values("listall", "file")) == 8
    assert len(talker.values("listallinfo", "Last-Modified")) == 8
    assert talker.values("listfiles odd", "file")[-1] == "no tags.wav"
    assert "broken.mp3" in talker.values("listfiles odd", "file")
    assert talker.values("listfiles Queen", "directory") == ["Duets", "Jazz"]


def test_a_name_that_is_no_utf8_is_one_that_can_be_asked_for(talker: Talker) -> None:
    told = next(name for name in talker.values("listall odd", "file") if "caf" in name)
    assert PurePosixPath(told).suffix == ".ogg"
    assert talker.ask(f'addid "{told}"') == "Id: 1\nOK\n"
    assert talker.answer("playlistinfo")["file"] == told


def test_updates(room: Room, talker: Talker) -> None:
    assert talker.ask("update") == "updating_db: 1\nOK\n"
    assert talker.ask("rescan Queen") == "updating_db: 2\nOK\n"
    assert room.memory.library.scans == [("", False), ("Queen", True)]
    room.memory.library.scanning = 2
    assert talker.answer("status")["updating_db"] == "2"


def test_pictures_come_in_chunks(talker: Talker) -> None:
    path = '"Queen/Duets/Under Pressure.mp3"'
    for command in ("albumart", "readpicture"):
        picture = b""
        while len(picture) < len(PICTURE):
            answer = talker.raw(f"{command} {path} {len(picture)}")
            head, _, rest = answer.partition(b"binary: ")
            assert head == f"size: {len(PICTURE)}\ntype: image/png\n".encode()
            size, _, rest = rest.partition(b"\n")
            assert rest[int(size) :] == b"\nOK\n"
            picture += rest[: int(size)]
        assert picture == PICTURE
    talker.ask("binarylimit 100")
    assert b"binary: 100\n" in talker.raw(f"albumart {path} 0")
    assert talker.ask(f"albumart {path} 25601").startswith("ACK [2@0]")
    assert talker.ask(f"albumart {path} -1").startswith("ACK [2@0]")
    assert talker.ask("readpicture top.opus 0") == "OK\n"
    assert talker.ask("albumart top.opus 0") == "ACK [50@0] {albumart} No file exists\n"


@pytest.mark.parametrize(
    "line",
    [
        "save jingles replace",
        "save jingles append",
        "rm jingles",
        "rename jingles mine",
        "playlistclear jingles",
        "playlistadd jingles top.opus",
        "playlistdelete jingles 0",
        "playlistmove jingles 0 1",
        "searchaddpl jingles artist queen",
    ],
)
def test_playlists_of_the_station(room: Room, full: Talker, line: str) -> None:
    """They are listed and loaded like others; whoever would change one is told why not."""
    playlists = room.memory.playlists
    playlists.saved["jingles"] = ["top.opus", "top.opus"]
    playlists.of_station.add("jingles")
    assert full.values("listplaylists", "playlist") == ["jingles"]
    assert full.ask(line) == (
        f"ACK [4@0] {{{line.split(maxsplit=1)[0]}}} the playlist jingles is the station's:"
        " every AutoDJ may load it, none may change it. Save under another name.\n"
    )
    assert full.ask("save jingles") == "ACK [56@0] {save} Playlist already exists\n"
    assert playlists.saved == {"jingles": ["top.opus", "top.opus"]}
    full.ask("clear")
    assert full.ask("load jingles") == "OK\n"
    assert full.values("playlistinfo", "file") == ["top.opus"] * 2


def test_stored_playlists(room: Room, full: Talker) -> None:
    saved = room.memory.playlists.saved
    full.ask("save mine")
    assert saved["mine"] == [each.path for each in sorted(GOOD, key=lambda each: each.path)]
    assert full.ask("save mine").startswith("ACK [56@0]")
    full.ask("delete 2:")
    full.ask("save mine replace")
    assert len(saved["mine"]) == 2
    full.ask("save mine append")
    assert len(saved["mine"]) == 4
    full.ask("playlistadd mine top.opus")
    full.ask("playlistadd mine Queen/Jazz 0")
    assert [len(saved["mine"]), saved["mine"][0], saved["mine"][-1]] == [
        7, 'Queen/Jazz/It\'s "Late".mp3', "top.opus",
    ]  # fmt: skip
    full.ask("playlistmove mine 6 0")
    assert saved["mine"][0] == "top.opus"
    full.ask("playlistdelete mine 1:")
    assert saved["mine"] == ["top.opus"]
    full.ask("searchaddpl mine artist QUEEN")
    assert full.pairs("playlistlength mine") == [("songs", "4"), ("playtime", "800")]
    saved["mine"].append("gone.mp3")
    assert full.values("listplaylist mine", "file")[-1] == "gone.mp3"
    assert full.values("listplaylistinfo mine", "Title")[0] == "Top"
    assert full.values("listplaylistinfo mine", "file")[-1] == "gone.mp3"
    full.ask("clear")
    room.memory.playlists.gains["mine"] = -3.0
    full.ask("load mine")
    assert len(ids(full)) == 4
    assert {entry.gain_db for entry in room.memory.player.playlist} == {-3.0}
    full.ask("load mine 0:1 0")
    assert full.values("playlistinfo 0", "file") == ["top.opus"]
    full.ask("rename mine yours")
    assert full.values("listplaylists", "playlist") == ["yours"]
    assert full.values("lsinfo", "playlist") == ["yours"]
    full.ask("playlistclear yours")
    assert saved["yours"] == []
    full.ask("rm yours")
    assert full.ask("listplaylists") == "OK\n"


def test_stickers(talker: Talker) -> None:
    talker.ask('sticker set song top.opus rating "8"')
    talker.ask("sticker inc song top.opus rating 2")
    talker.ask("sticker set song Queen/Jazz/Mustapha.mp3 rating 4")
    talker.ask("sticker set song top.opus mood calm=true")
    assert talker.ask("sticker get song top.opus rating") == "sticker: rating=10\nOK\n"
    assert talker.values("sticker list song top.opus", "sticker") == ["mood=calm=true", "rating=10"]
    assert talker.values('sticker find song "" rating', "file") == [
        "Queen/Jazz/Mustapha.mp3", "top.opus",
    ]  # fmt: skip
    assert talker.values("sticker find song Queen rating", "sticker") == ["rating=4"]
    assert talker.values('sticker find song "" rating gt 5', "sticker") == ["rating=10"]
    assert talker.values('sticker find song "" rating sort value_int window 0:1', "sticker") == [
        "rating=4"
    ]
    talker.ask("sticker delete song top.opus rating")
    assert talker.ask("sticker get song top.opus rating").startswith("ACK [50@0]")
    talker.ask("sticker delete song top.opus")
    assert talker.ask("sticker list song top.opus") == "OK\n"


def test_a_station_without_stickers_says_so() -> None:
    talker = Room(with_stickers=False).talker()
    assert talker.ask("sticker list song top.opus").startswith("ACK [5@0]")
    assert "sticker" not in talker.values("commands", "command")


def test_tags_that_are_not_wanted_are_left_out(full: Talker) -> None:
    full.ask("tagtypes clear")
    assert full.ask("tagtypes") == "OK\n"
    assert "Title" not in full.answer("playlistinfo 0")
    full.ask("tagtypes enable Title Artist Composer")
    assert full.values("tagtypes", "tagtype") == ["Artist", "Title"]
    assert "Album" not in full.answer("playlistinfo 0")
    full.ask("tagtypes disable Artist")
    assert full.values("tagtypes", "tagtype") == ["Title"]
    full.ask("tagtypes all")
    assert full.answer("playlistinfo 0")["Album"] == "Post"
    full.ask("tagtypes reset Date")
    assert full.values("tagtypes", "tagtype") == ["Date"]
    assert len(full.values("tagtypes available", "tagtype")) == 8


def test_what_there_is_besides(talker: Talker) -> None:
    assert talker.answer("outputs")["outputname"] == "/radio"
    assert talker.ask("enableoutput 0") == "OK\n"
    assert talker.ask("disableoutput 0").startswith("ACK [4@0]")
    assert talker.ask("enableoutput 1").startswith("ACK [50@0]")
    assert "flac" in talker.values("decoders", "suffix")
    assert talker.ask("urlhandlers") == "OK\n"
    assert talker.ask("config").startswith("ACK [4@0]")
    assert talker.ask("listpartitions") == "partition: default\nOK\n"
    assert talker.ask("partition default") == "OK\n"
    assert talker.answer("readcomments top.opus")["Genre"] == "Ambient"


REFUSED = [
    ("play 8", 2, "Bad song index"),
    ("play x", 2, "Integer expected: x"),
    ("play 1 2", 2, 'too many arguments for "play"'),
    ("seek 1", 2, 'too few arguments for "seek"'),
    ("seek 1 -3", 2, "Float expected: -3"),
    ("seekcur 3", 55, "Not playing"),
    ("playid 99", 50, "No such song"),
    ("deleteid 99", 50, "No such song"),
    ("delete 8", 2, "Bad song index"),
    ("delete 9:10", 2, "Bad song index"),
    ("move 0 8", 2, "Bad song index"),
    ("move 0:9 0", 2, "Bad song index"),
    ("move 0 +0", 55, "No current song"),
    ("swap 0 8", 2, "Bad song index"),
    ("swapid 1 99", 50, "No such song"),
    ("addid nothing.mp3", 50, "No such song"),
    ("addid top.opus 9", 2, "Bad song index"),
    ("add nothing", 50, "No such directory"),
    ("add http://example.org/a.mp3", 50, "Unsupported URI scheme"),
    ("add ../../etc/passwd", 50, "No such directory"),
    ("addid odd/broken.mp3", 50, "No such song"),
    ("lsinfo ..", 50, "No such directory"),
    ("listfiles nothing", 50, "No such directory"),
    ("setvol 101", 2, "Number too large: 101"),
    ("setvol -1", 2, "Integer expected: -1"),
    ("random 2", 2, "Boolean (0/1) expected: 2"),
    ("single 2", 2, "Unrecognized mode: 2; 0, 1 or oneshot expected"),
    ("replay_gain_mode loud", 2, "Unrecognized replay gain mode"),
    ("crossfade 61", 2, "Number too large: 61"),
    ("prio 256 0", 2, "Number too large: 256"),
    ("find nothing x", 2, "Unknown tag type: nothing"),
    ("find artist", 2, "Incorrect number of filter arguments"),
    ("find sort title", 2, "Filter expected"),
    ("list nothing", 2, "Unknown tag type: nothing"),
    ("list artist Queen", 2, 'should be "Album" for 3 arguments'),
    ("list album group album", 2, "Conflicting group"),
    ("load nothing", 50, "No such playlist"),
    ("rm ..", 50, "No such playlist"),
    ("rm ../top", 50, "No such playlist"),
    ("save ../top", 2, "playlist name is invalid"),
    ("save new sometimes", 2, "Unrecognized save mode, expected create, append or replace"),
    ("binarylimit 1", 2, "Value too small"),
    ("binarylimit 999999999", 2, "Value too large"),
    ("partition other", 50, "No such partition"),
    ("idle nothing", 2, "Unrecognized idle event: nothing"),
    ("tagtypes enable", 2, "Not enough arguments"),
    ("sticker get album x y", 2, "unknown sticker domain"),
    ("sticker", 2, 'too few arguments for "sticker"'),
    ("unsubscribe x", 50, "not subscribed to this channel"),
    ("sendmessage x y", 50, "nobody is subscribed to this channel"),
    ("subscribe a/b", 2, "invalid channel name"),
]


@pytest.mark.parametrize(("line", "ack", "reason"), REFUSED)
def test_refusals_change_nothing(full: Talker, line: str, ack: int, reason: str) -> None:
    before = full.ask("status")
    command = line.partition(" ")[0]
    assert full.ask(line) == f"ACK [{ack}@0] {{{command}}} {reason}\n"
    assert full.ask("status") == before


def test_unknown_commands_are_named_nowhere_else(talker: Talker) -> None:
    assert talker.ask("mount a b") == 'ACK [5@0] {} unknown command "mount"\n'
    assert talker.ask('play "1') == "ACK [5@0] {} Missing closing '\"'\n"


def test_all_commands_are_told(talker: Talker) -> None:
    assert set(talker.values("commands", "command")) == {*TABLE, "idle", "close"}
    assert talker.ask("notcommands") == "OK\n"


def test_nothing_is_open_without_the_password() -> None:
    talker = Room(free=NOTHING).talker()
    free = {"binarylimit", "close", "commands", "notcommands", "password", "ping", "tagtypes"}
    assert set(talker.values("commands", "command")) == free
    assert set(talker.values("notcommands", "command")) == {*TABLE, "idle"} - free
    for command in set(TABLE) - free | {"idle"}:
        refusal = f'ACK [4@0] {{{command}}} you don\'t have permission for "{command}"\n'
        assert talker.ask(command) == refusal
    assert talker.ask("password wrong") == "ACK [3@0] {password} incorrect password\n"
    assert talker.ask('password "open sesame"') == "OK\n"
    assert talker.answer("status")["state"] == "stop"
    assert talker.ask("notcommands") == "OK\n"
