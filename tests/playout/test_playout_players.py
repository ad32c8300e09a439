"""Files and silence on mounts: had, heard, lost, had again."""

from pathlib import Path

import msgspec
import pytest

from core.fakes import Player
from formats.synthetic_frames import id3v2
from playout.stage import FRAME_SECONDS, Stage, frame_of, numbered, numbers
from tinyice.core.events import (
    FallbackEnded,
    FallbackEngaged,
    FallbackFound,
    FallbackMissing,
    FallbackRefused,
)
from tinyice.core.settings import MountSettings, StationSettings
from tinyice.core.source import Source
from tinyice.formats.base import AudioInfo, FormatKind
from tinyice.playout.errors import Unplayable
from tinyice.playout.looped import CHECK_EVERY_S, STARVED
from tinyice.playout.silence import SilenceKind, silence_of
from tinyice.playout.tape import NO_AUDIO

LIVE = 10_000_000
SILENT = 90_000_000
FILE = "file:night.mp3"


def settings(path: str = "/live", *chain: str) -> MountSettings:
    """A mount with that chain."""
    return MountSettings(path, chain=chain or (FILE, "silence"), configured=True)


class Encoder:
    """Sends numbered frames in real time."""

    def __init__(self, stage: Stage, path: str = "/live") -> None:
        self.stage = stage
        self.mount, self.source = stage.rig.on_air(path)
        self.sent = 0

    def play(self, seconds: float) -> None:
        """Let so much time pass."""
        for _ in range(round(seconds / 0.2)):
            count = round(0.2 / FRAME_SECONDS)
            self.mount.take(self.source, numbered(LIVE + self.sent, count))
            self.sent += count
            self.stage.run(0.2)

    def end(self) -> None:
        """Hang up."""
        self.stage.rig.mounts.release(self.mount, self.source, "gone")


def heard(player: Player) -> list[int]:
    """The numbers of what was heard, silenced frames among them."""
    data = bytes(player.got)
    return numbers(b"".join(frame_of(data[at : at + 417]) for at in range(0, len(data), 417)))


def runs(found: list[int]) -> list[tuple[int, int]]:
    """Where each unbroken row of numbers begins, and how long it is."""
    rows: list[tuple[int, int]] = []
    for number in found:
        if rows and rows[-1][0] + rows[-1][1] == number:
            rows[-1] = (rows[-1][0], rows[-1][1] + 1)
        else:
            rows.append((number, 1))
    return rows


def put(stage_folder: Path, frames: int = 300, name: str = "night.mp3") -> Path:
    """A file of so many frames."""
    path = stage_folder / name
    path.write_bytes(numbered(0, frames))
    return path


def test_a_file_takes_over_and_gives_way(tmp_path: Path) -> None:
    """The source ends: the file is heard at once, round behind round, until it is back."""
    put(tmp_path, 100)
    stage = Stage(tmp_path, settings())
    stage.run(1)
    assert stage.mount("/live").source is not None, "without an encoder the file is on air"
    encoder = Encoder(stage)
    encoder.play(20)
    player = stage.listen("/live")
    encoder.play(3)
    before = len(player.got)
    encoder.end()
    stage.rig.mounts.deliver()
    assert len(player.got) > before, "no gap: the first frames come in the same breath"
    stage.run(9)
    rows = runs(heard(player))
    assert rows[0][0] // 1_000_000 == 10
    loops = [length for start, length in rows if start == 0]
    assert len(loops) >= 3
    assert set(loops[:-1]) == {100}
    back = Encoder(stage)
    back.sent = 5_000_000
    back.play(25)
    assert runs(heard(player))[-1][0] > LIVE + 5_000_000
    kinds = [type(event) for event in stage.of(FallbackEngaged, FallbackEnded)]
    assert kinds[-2:] == [FallbackEngaged, FallbackEnded]
    assert player.finished == 0


def test_two_mounts_share_the_position(tmp_path: Path) -> None:
    """What begins later begins where the other one is."""
    put(tmp_path)
    stage = Stage(tmp_path, settings("/one"), settings("/two"))
    first, second = Encoder(stage, "/one"), Encoder(stage, "/two")
    one, two = stage.listen_soon("/one", first), stage.listen_soon("/two", second)
    first.end()
    for _ in range(10):
        second.play(0.4)
    second.end()
    stage.run(2)
    assert len(stage.workers) == 1
    assert heard(one)[-1] == heard(two)[-1]
    rows = runs(heard(two))
    assert rows[-1][0] > 50, "it joined in the middle"


def test_the_file_stands_still_while_nobody_plays_it(tmp_path: Path) -> None:
    """It goes on where it was."""
    put(tmp_path)
    stage = Stage(tmp_path, settings())
    stage.run(1)
    player = stage.listen("/live")
    encoder = Encoder(stage)
    encoder.play(30)
    start, length = next(row for row in reversed(runs(heard(player))) if row[0] < LIVE)
    worker = stage.workers[0]
    begun = worker.begun
    encoder.play(5)
    assert worker.begun == begun
    encoder.end()
    stage.run(2)
    assert runs(heard(player))[-1][0] == start + length


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file or directory"),
        (b"", "the file is empty"),
        (b"no audio at all " * 5000, "no audio that can be played"),
        (b"\0" * 3_000_000, "no audio that can be played"),
        (b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(50_000), "no audio that can be played"),
    ],
)
def test_a_bad_file_is_told_and_tried_again(
    content: bytes | None, words: str, tmp_path: Path
) -> None:
    """Silence is heard instead; once the file is good, it is taken."""
    path = tmp_path / "night.mp3"
    if content is not None:
        path.write_bytes(content)
    stage = Stage(tmp_path, settings())
    encoder = Encoder(stage)
    player = stage.listen_soon("/live", encoder)
    (missing,) = stage.of(FallbackMissing)
    assert isinstance(missing, FallbackMissing)
    assert (missing.mount, missing.input) == ("/live", FILE)
    assert words in missing.reason
    encoder.end()
    stage.run(5)
    assert heard(player)[-1] >= SILENT
    put(tmp_path)
    stage.run(100)
    assert stage.of(FallbackFound) == [FallbackFound("/live", FILE)]
    assert heard(player)[-1] < 300
    assert len(stage.of(FallbackMissing)) == 1, "each reason is told once"


@pytest.mark.parametrize("vanishes", [False, True])
def test_a_file_that_changes_or_vanishes_gives_way(tmp_path: Path, *, vanishes: bool) -> None:
    """What is behind it in the chain is heard; when it is good again, it returns."""
    path = put(tmp_path, 100)
    stage = Stage(tmp_path, settings())
    encoder = Encoder(stage)
    player = stage.listen_soon("/live", encoder)
    encoder.end()
    stage.run(4)
    if vanishes:
        path.unlink()
    else:
        path.write_bytes(b"nothing to be heard" * 999)
    stage.run(12)
    reasons = [event.reason for event in stage.of(FallbackMissing)]
    changed = "the file has changed while it was played"
    expected = ["no such file or directory"] if vanishes else [changed, NO_AUDIO]
    assert reasons == expected
    assert heard(player)[-1] >= SILENT
    put(tmp_path, 50)
    stage.run(80)
    assert heard(player)[-1] < 50
    assert player.finished == 0


def test_a_disk_that_hangs_gives_way(tmp_path: Path) -> None:
    """What was read ahead is played, then the next element; other files play on."""
    put(tmp_path, 30_000)
    put(tmp_path, 100, "other.mp3")
    stage = Stage(tmp_path, settings(), settings("/other", "file:other.mp3"))
    encoder = Encoder(stage)
    player = stage.listen_soon("/live", encoder)
    encoder.end()
    stage.run(2)
    other = stage.listen("/other")
    stage.hanging = stage.workers[:1]
    stage.run(20)
    assert [event.reason for event in stage.of(FallbackMissing)] == [STARVED]
    assert heard(player)[-1] >= SILENT
    assert sum(length for _, length in runs(heard(other))) > 700
    stage.hanging = []
    stage.run(12)
    assert heard(player)[-1] < SILENT
    assert len(stage.of(FallbackFound)) == 1


def test_a_file_that_is_replaced_is_played_from_its_next_round_on(tmp_path: Path) -> None:
    """Renamed into place, as tools do it, nothing is lost in between."""
    path = put(tmp_path, 100)
    stage = Stage(tmp_path, settings("/live", FILE))
    stage.run(1)
    player = stage.listen("/live")
    other = put(tmp_path, 200, "other.mp3")
    other.replace(path)
    stage.run(20)
    lengths = [length for start, length in runs(heard(player)) if start == 0]
    assert 200 in lengths
    assert stage.of(FallbackMissing) == []


def test_a_file_that_nobody_hears_is_looked_at(tmp_path: Path) -> None:
    """The operator learns that it is gone before it is needed."""
    path = put(tmp_path, 2000)
    stage = Stage(tmp_path, settings())
    encoder = Encoder(stage)
    encoder.play(12)
    path.unlink()
    encoder.play(CHECK_EVERY_S + 1)
    assert [event.reason for event in stage.of(FallbackMissing)] == ["no such file or directory"]
    path.write_bytes(numbered(0, 2000))
    encoder.play(10)
    assert len(stage.of(FallbackFound)) == 1


def test_names_that_lead_out_are_refused_for_good(tmp_path: Path) -> None:
    """No worker, no retry."""
    stage = Stage(tmp_path, settings("/live", "file:../secret.mp3"))
    stage.run(100)
    (missing,) = stage.of(FallbackMissing)
    assert isinstance(missing, FallbackMissing)
    assert "must not lead out" in missing.reason
    assert stage.workers == []


def test_another_codec_is_refused(tmp_path: Path) -> None:
    """An Ogg file behind an MP3 encoder is passed over, and the operator is told."""
    from formats.test_formats_seam_ogg import opus

    (tmp_path / "night.mp3").write_bytes(opus(5, 100))
    stage = Stage(tmp_path, settings())
    encoder = Encoder(stage)
    player = stage.listen_soon("/live", encoder)
    encoder.end()
    stage.run(3)
    assert heard(player)[-1] >= SILENT
    assert len(stage.of(FallbackRefused)) == 1


def test_silence_is_that_of_what_was_heard(tmp_path: Path) -> None:
    """Made once for all mounts that need the same; nothing was heard: there is none."""
    stage = Stage(tmp_path, settings("/one", "silence"), settings("/two", "silence"))
    stage.run(1)
    assert stage.made == []
    one, two = Encoder(stage, "/one"), Encoder(stage, "/two")
    one.play(1)
    two.play(1)
    assert stage.made == [SilenceKind("mp3", "mp3", 44100, 2, 128_000)]
    player = stage.listen_soon("/one", one)
    one.end()
    stage.run(5)
    assert heard(player)[-1] >= SILENT
    assert player.finished == 0


def test_silence_waits_until_the_sound_is_known(tmp_path: Path) -> None:
    """An encoder that sends a long tag first says nothing of its sound for a while."""
    stage = Stage(tmp_path, settings("/one", "silence"))
    encoder = Encoder(stage, "/one")
    encoder.mount.take(encoder.source, id3v2(5000)[:3000])
    stage.run(2.5)
    assert stage.made == []
    encoder.mount.take(encoder.source, id3v2(5000)[3000:])
    encoder.play(2)
    assert stage.made == [SilenceKind("mp3", "mp3", 44100, 2, 128_000)]


@pytest.mark.parametrize(
    ("kind", "info", "expected"),
    [
        (FormatKind.MPEG, AudioInfo(187_000, 48000, 2), ("mp3", "mp3", 48000, 2, 192_000)),
        (FormatKind.MPEG, AudioInfo(0, 44100, 1), ("mp3", "mp3", 44100, 1, 128_000)),
        (FormatKind.MPEG, AudioInfo(320_000, 22050, 2), ("mp3", "mp3", 22050, 2, 160_000)),
        (FormatKind.ADTS, AudioInfo(0, 44100, 2), ("adts", "aac", 44100, 2, 0)),
        (FormatKind.OGG, AudioInfo(0, 48000, 2, "Opus"), ("ogg", "opus", 48000, 2, 0)),
        (FormatKind.OGG, AudioInfo(9, 44100, 2, "Vorbis"), ("ogg", "vorbis", 44100, 2, 0)),
        (FormatKind.OGG, AudioInfo(0, 96000, 2, "FLAC"), ("ogg", "flac", 96000, 2, 0)),
        (FormatKind.MATROSKA, AudioInfo(0, 48000, 1, "Opus"), ("webm", "opus", 48000, 1, 0)),
        (FormatKind.MATROSKA, AudioInfo(0, 48000, 1, "FLAC"), ("matroska", "flac", 48000, 1, 0)),
    ],
)
def test_the_silence_of_each_format(
    kind: FormatKind, info: AudioInfo, expected: tuple[str, str, int, int, int]
) -> None:
    """Rate and channels are those of the programme, and MP3 has the nearest bit rate there is."""
    assert silence_of(kind, info) == SilenceKind(*expected)


@pytest.mark.parametrize("kind", [FormatKind.OGG, FormatKind.MATROSKA, FormatKind.RAW])
def test_some_silence_can_not_be_made(kind: FormatKind) -> None:
    """And that is told in words."""
    with pytest.raises(Unplayable, match="no silence can be made for Speex") as caught:
        silence_of(kind, AudioInfo(0, 16000, 1, "Speex"))
    assert caught.value.is_final


def test_elements_follow_the_configuration(tmp_path: Path) -> None:
    """One that is taken out of the chain is let go of, with its worker."""
    put(tmp_path)
    stage = Stage(tmp_path, settings())
    stage.run(1)
    stage.rig.settings["/live"] = settings("/live", "silence")
    stage.configure()
    stage.run(1)
    assert stage.mount("/live").source is None or stage.kind_on_air("/live") == "silence"
    assert all(worker.stopped for worker in stage.workers)
    stage.rig.settings["/live"] = settings()
    stage.configure()
    stage.run(12)
    assert stage.kind_on_air("/live") == "file"


def test_a_mount_that_is_switched_off_plays_nothing(tmp_path: Path) -> None:
    """And everything again when it is switched on."""
    put(tmp_path)
    stage = Stage(tmp_path, settings("/live", FILE))
    stage.run(1)
    chain = stage.rig.settings["/live"]
    stage.rig.settings["/live"] = MountSettings("/live", disabled=True, configured=True)
    stage.configure()
    assert stage.mount("/live").source is None
    stage.rig.settings["/live"] = chain
    stage.configure()
    stage.run(1)
    assert stage.kind_on_air("/live") == "file"


@pytest.mark.parametrize("begins_late", [False, True])
def test_another_process_goes_on_where_this_one_was(tmp_path: Path, *, begins_late: bool) -> None:
    """A file is heard from the next frame on, however far into it, and its rounds go on."""
    put(tmp_path, 3000)
    stage = Stage(tmp_path, settings("/live", FILE))
    stage.run(1)
    player = stage.listen("/live")
    stage.run(85 if begins_late else 12)
    last = heard(player)[-1]
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(stage.playout.freeze()))
    other = Stage(tmp_path, settings("/live", FILE), goes_on=state)
    other.run(1)
    player = other.listen("/live")
    other.run(90)
    rows = runs(heard(player))
    first = next(number for number in heard(player) if number)
    assert last - 40 <= first <= last + 40
    assert rows[1] == (0, 3000) or len(rows) == 2


def test_a_file_that_is_shorter_now_begins_anew(tmp_path: Path) -> None:
    """What was frozen may be true no more."""
    put(tmp_path, 100)
    stage = Stage(tmp_path, settings("/live", FILE), goes_on={"night.mp3": 500.0})
    stage.run(1)
    assert stage.kind_on_air("/live") == "file"
    assert stage.playout.freeze()["night.mp3"] < 3


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    """No call waits, no worker lives."""
    put(tmp_path)
    stage = Stage(tmp_path, settings())
    stage.run(2)
    stage.rig.mounts.stop()
    stage.playout.stop()
    stage.run(1)
    assert stage.clock.getDelayedCalls() == []
    assert all(worker.stopped for worker in stage.workers)
    stage.configure(StationSettings())
    assert stage.mount("/live").source is None


def test_no_source_is_taken_for_an_encoder(tmp_path: Path) -> None:
    """What a chain brings is no session: nobody has connected."""
    put(tmp_path)
    stage = Stage(tmp_path, settings())
    stage.run(1)
    source = stage.mount("/live").source
    assert isinstance(source, Source)
    assert (source.kind, source.element) == ("file", FILE)
    assert source.is_stand_in
    assert stage.rig.mounts.sources == 0
