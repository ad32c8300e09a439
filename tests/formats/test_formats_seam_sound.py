"""Programmes of real encoders, switched at random, as ffmpeg hears them through the seams."""

import array
import random
import re
import subprocess
from collections.abc import Callable

import pytest

from formats.joining import Piece, Unit, entries, play, units_of
from formats.test_formats_real import DEMUXERS
from formats.test_formats_seam_frames import crc16, has_crc
from formats.test_formats_seam_ogg import check_link, links_of
from tinyice.formats.base import FormatKind
from tinyice.formats.detect import framer_for

RATE = 44100
SECONDS = 12
SWITCHES = 30
PEAK = 1.1
LONE_TONE_PEAK = 1.22
"""Half of a frame that nothing follows: for a lone tone (1 + √2) / 2 of its peak at the most."""

CHORD = "+".join(f"0.13*sin({pitch}*(6+floor(t))*t)" for pitch in (220, 277, 330))
SOUNDS = {
    "chord": f"aevalsrc='{CHORD}+0.05*(random(0)-0.5)|{CHORD}+0.1*(random(1)-0.5)':s={RATE}",
    "noise": f"anoisesrc=color=pink:amplitude=0.6:seed=7:r={RATE},aformat=channel_layouts=stereo",
    "tone": f"aevalsrc='0.4*sin(2*PI*440*t)|0.4*sin(2*PI*997*t)':s={RATE}",
}
MP3 = ("-c:a", "libmp3lame", "-f", "mp3")
CBR = (*MP3, "-b:a", "128k")
VBR = (*MP3, "-q:a", "4")
LOW = (*MP3, "-ar", "22050", "-ac", "1", "-b:a", "32k")
NO_RESERVOIR = (*CBR, "-reservoir", "0")
AAC = ("-c:a", "aac", "-b:a", "128k", "-f", "adts")
VORBIS = ("-c:a", "libvorbis", "-f", "ogg")
OPUS = ("-c:a", "libopus", "-ar", "48000", "-page_duration", "200000", "-f", "ogg")
FLAC = ("-c:a", "flac", "-f", "ogg")
SPEEX = ("-c:a", "libspeex", "-ar", "16000", "-ac", "1", "-f", "ogg")
WEBM = ("-c:a", "libopus", "-ar", "48000", "-cluster_time_limit", "500", "-f", "webm")
MONO_WEBM = (*WEBM[:-2], "-ac", "1", "-f", "webm")
MKV = ("-c:a", "flac", "-sample_fmt", "s16", "-cluster_time_limit", "500", "-f", "matroska")

Programme = Callable[[str, tuple[str, ...]], list[Unit]]

pytestmark = pytest.mark.needs_program("ffmpeg")


def encode(sound: str, options: tuple[str, ...]) -> bytes:
    """The sound as that encoder makes it."""
    source = f"{SOUNDS[sound]}:d={SECONDS}" if "," not in SOUNDS[sound] else SOUNDS[sound]
    command = ("ffmpeg", "-nostdin", "-v", "error", "-f", "lavfi", "-i", source)
    done = subprocess.run(
        (*command, "-t", str(SECONDS), *options, "pipe:1"), capture_output=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def programme() -> Programme:
    """Give the units of a sound in a format; each is made once."""
    made: dict[tuple[str, tuple[str, ...]], list[Unit]] = {}

    def give(sound: str, options: tuple[str, ...]) -> list[Unit]:
        key = (sound, options)
        if key not in made:
            data = encode(sound, options)
            framer = framer_for("", data[:64])
            assert framer is not None
            made[key] = units_of(framer, data)
        return made[key]

    return give


def switches(programmes: list[list[Unit]], seed: int, count: int, *, longest: int) -> list[Piece]:
    """Pieces of the programmes by turns, each entered anywhere and left anywhere."""
    dice = random.Random(seed)
    pieces = []
    for turn in range(count):
        units = programmes[turn % len(programmes)]
        places = entries(units, needs_headers=any(unit.headers for unit in units))
        at = dice.choice(places[: len(places) * 3 // 4])
        pieces.append(Piece(units[at : at + dice.randrange(longest // 3, longest)]))
    return pieces


def decoded(data: bytes, kind: FormatKind) -> tuple["array.array[float]", str]:
    """The samples, all channels together, and what ffmpeg says against the stream."""
    strict = ("-xerror", "-err_detect", "explode")
    command = ("ffmpeg", "-v", "error", *strict, "-f", DEMUXERS[kind], "-i", "-", "-f", "f32le")
    done = subprocess.run((*command, "pipe:1"), input=data, capture_output=True, check=False)
    samples = array.array("f", done.stdout)
    said = done.stderr.decode(errors="replace") + (str(done.returncode) if done.returncode else "")
    return samples, said


def peak_of(data: bytes, kind: FormatKind) -> float:
    """The loudest sample, whatever else is wrong."""
    command = ("ffmpeg", "-v", "quiet", "-f", DEMUXERS[kind], "-i", "-", "-f", "f32le", "pipe:1")
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return max(map(abs, array.array("f", done.stdout)))


def whole(units: list[Unit]) -> bytes:
    """The programme as it was."""
    return b"".join(unit.chunk.data for unit in units)


def plain_cut(pieces: list[Piece]) -> bytes:
    """The same pieces one after the other, with nothing mended."""
    return b"".join(whole(piece.units) for piece in pieces)


PAIRS = {
    "cbr and vbr": (("chord", CBR), ("noise", VBR)),
    "vbr and vbr": (("noise", VBR), ("chord", VBR)),
    "no reservoir": (("chord", NO_RESERVOIR), ("noise", CBR)),
    "low rates": (("chord", LOW), ("noise", LOW)),
    "aac": (("chord", AAC), ("noise", AAC)),
}


@pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS.keys())
def test_no_click_at_thirty_switches(
    pair: tuple[tuple[str, tuple[str, ...]], ...], programme: Programme
) -> None:
    """The loudest sample over thirty switches is hardly louder than the programmes are."""
    programmes = [programme(*each) for each in pair]
    kind = FormatKind.ADTS if AAC in pair[0] else FormatKind.MPEG
    own = max(peak_of(whole(units), kind) for units in programmes)
    pieces = switches(programmes, 1, SWITCHES, longest=60)
    _, spans = play(kind, pieces)
    samples, said = decoded(b"".join(spans), kind)
    assert said == ""
    assert max(map(abs, samples)) <= PEAK * own


def test_a_plain_cut_clicks(programme: Programme) -> None:
    """What the seams are there for: the same switches without them are several times as loud."""
    programmes = [programme("chord", CBR), programme("noise", VBR)]
    own = max(peak_of(whole(units), FormatKind.MPEG) for units in programmes)
    cut = peak_of(plain_cut(switches(programmes, 1, SWITCHES, longest=60)), FormatKind.MPEG)
    assert cut > 2 * own


@pytest.mark.parametrize("options", [CBR, NO_RESERVOIR, AAC])
def test_lone_tones_stay_within_the_bound_of_the_transform(
    options: tuple[str, ...], programme: Programme
) -> None:
    """The worst case: a full tone that breaks off keeps the alias of its last half frame."""
    kind = FormatKind.ADTS if options is AAC else FormatKind.MPEG
    units = programme("tone", options)
    _, spans = play(kind, switches([units, units], 2, SWITCHES, longest=60))
    samples, said = decoded(b"".join(spans), kind)
    assert said == ""
    assert max(map(abs, samples)) <= LONE_TONE_PEAK * peak_of(whole(units), kind)


def test_silence_lasts_a_few_frames(programme: Programme) -> None:
    """A switch costs no more than the frames that the reservoir spans."""
    programmes = [programme("chord", CBR), programme("noise", CBR)]
    pieces = switches(programmes, 3, SWITCHES, longest=60)
    _, spans = play(FormatKind.MPEG, pieces)
    for piece, span in zip(pieces[1:], spans[1:], strict=True):
        original = whole(piece.units)
        assert len(span) == len(original)
        changed = [at for at, (a, b) in enumerate(zip(original, span, strict=True)) if a != b]
        assert max(changed, default=0) < 4 * 418


@pytest.mark.needs_program("lame")
def test_checksums_of_frames_are_those_of_lame() -> None:
    """Frames with error protection carry the checksum that is made here for silent ones."""
    wave = encode("chord", ("-f", "wav"))
    command = ("lame", "--quiet", "-p", "-b", "128", "-t", "-", "-")
    stream = subprocess.run(command, input=wave, capture_output=True, check=True).stdout
    framer = framer_for("audio/mpeg", stream[:64])
    assert framer is not None
    units = units_of(framer, stream)[5:50]
    for unit in units:
        raw = unit.chunk.data
        assert has_crc(raw)
        assert int.from_bytes(raw[4:6], "big") == crc16(raw[2:4] + raw[6:38])
    _, spans = play(FormatKind.MPEG, [Piece(units), Piece(units[7:])])
    assert decoded(b"".join(spans), FormatKind.MPEG)[1] == ""


OGG = {"vorbis": (VORBIS, 0), "opus": (OPUS, 312), "flac": (FLAC, 0), "speex": (SPEEX, 0)}
"""Each with the samples at the start of a link that are not to be heard."""

SPEEX_LOOKAHEAD = 143
"""Speex encoders take this from the granules of a stream's own beginning."""


@pytest.mark.parametrize("name", OGG)
def test_links_of_ogg_are_sound(name: str, programme: Programme) -> None:
    """Every link decodes without an error, and has the length that its granules tell."""
    options, skipped = OGG[name]
    programmes = [programme("chord", options), programme("noise", options)]
    _, spans = play(FormatKind.OGG, switches(programmes, 4, 8, longest=12))
    links = links_of(b"".join(spans))
    assert len({link[0].serial for link in links}) == len(links) == 8
    for link in links:
        check_link(link)
        samples, said = decoded(b"".join(page.raw for page in link), FormatKind.OGG)
        assert said == ""
        channels = 1 if name == "speex" else 2
        granules = max(page.granule for page in link) - skipped
        slack = SPEEX_LOOKAHEAD if name == "speex" else 1
        assert len(samples) // channels == pytest.approx(granules, abs=slack)


@pytest.mark.parametrize("name", ["vorbis", "opus", "flac"])
def test_a_chain_decodes_straight_through(name: str, programme: Programme) -> None:
    """A listener's player goes on from link to link, and hears all of each.

    ffmpeg gives the first packet of a chained Vorbis link too, half a block.
    It can't chain Speex, with or without seams.
    """
    options, skipped = OGG[name]
    programmes = [programme("chord", options), programme("noise", options)]
    _, spans = play(FormatKind.OGG, switches(programmes, 5, SWITCHES, longest=9))
    links = links_of(b"".join(spans))
    samples, said = decoded(b"".join(spans), FormatKind.OGG)
    assert not [line for line in said.splitlines() if not re.search("non monotonically", line)]
    granules = sum(max(page.granule for page in link) - skipped for link in links)
    slack = 1024 * len(links) if name == "vorbis" else 1
    assert granules <= len(samples) // 2 <= granules + slack


@pytest.mark.needs_program("oggdec")
def test_vorbis_chains_have_their_exact_length(programme: Programme) -> None:
    """The codec's own decoder gives as many samples as the granules tell."""
    programmes = [programme("chord", VORBIS), programme("noise", VORBIS)]
    _, spans = play(FormatKind.OGG, switches(programmes, 6, 10, longest=9))
    written = b"".join(spans)
    command = ("oggdec", "-Q", "-R", "-o", "-", "-")
    done = subprocess.run(command, input=written, capture_output=True, check=True)
    granules = sum(max(page.granule for page in link) for link in links_of(written))
    assert len(done.stdout) == granules * 4


@pytest.mark.parametrize("options", [WEBM, MKV])
def test_segments_that_go_on_decode_straight_through(
    options: tuple[str, ...], programme: Programme
) -> None:
    """One segment over all switches, with every block in it and time that goes on."""
    programmes = [programme("chord", options), programme("noise", options)]
    pieces = switches(programmes, 7, 10, longest=30)
    units = programmes[0]
    pieces.insert(0, Piece(units[:20], begins=True))
    _, spans = play(FormatKind.MATROSKA, pieces)
    written = b"".join(spans)
    assert written.count(b"\x1a\x45\xdf\xa3") == 1
    samples, said = decoded(written, FormatKind.MATROSKA)
    assert said == ""
    own = max(peak_of(whole(each), FormatKind.MATROSKA) for each in programmes)
    assert max(map(abs, samples)) <= PEAK * own


def test_segments_with_other_tracks_are_chained(programme: Programme) -> None:
    """Mono behind stereo: another segment with its own headers, and all of it is heard.

    ffmpeg says that it did not expect the segment, and goes on with its clusters.
    """
    programmes = [programme("chord", WEBM), programme("noise", MONO_WEBM)]
    pieces = switches(programmes, 8, 6, longest=30)
    _, spans = play(FormatKind.MATROSKA, pieces)
    assert all(span.startswith(b"\x1a\x45\xdf\xa3") for span in spans)
    samples, said = decoded(b"".join(spans), FormatKind.MATROSKA)
    expected = re.compile("non monotonically|0x18538067 at pos")
    assert not [line for line in said.splitlines() if not expected.search(line)]
    alone = [decoded(span, FormatKind.MATROSKA)[0] for span in spans]
    per_channel = sum(len(one) // (2 - turn % 2) for turn, one in enumerate(alone))
    assert len(samples) // 2 == pytest.approx(per_channel, rel=0.01)
