"""Each format that is offered is that, by content; as long and as loud as what went in."""

import io
import itertools
import subprocess

import av
import pytest

from codec.sounds import LOUDNESS, frames, heard, sine
from tinyice.codec.encoder import Encoder, Title
from tinyice.codec.encoders import encoder_for
from tinyice.codec.sound import Converter
from tinyice.core.quality import AAC, FLAC, MP3, OPUS, Quality, resolved
from tinyice.formats.detect import framer_for

KINDS = {MP3: "mpeg", OPUS: "ogg", AAC: "adts", FLAC: "ogg"}
NAMES = {MP3: "mp3float", OPUS: "opus", AAC: "aac", FLAC: "flac"}

QUALITIES = [
    (Quality(MP3, 128), 44100, 2),
    (Quality(MP3, 64, samplerate=22050, channels=1), 48000, 2),
    (Quality(MP3, 24), 8000, 1),
    (Quality(MP3, 320), 96000, 2),
    (Quality(MP3, 128, channels=2), 44100, 1),
    (Quality(OPUS, 96, channels=2), 48000, 1),
    (Quality(AAC, 96, channels=2), 44100, 1),
    (Quality(OPUS, 96), 44100, 2),
    (Quality(OPUS, 32, channels=1, opus_application="voip", opus_frame_ms=60.0), 16000, 1),
    (Quality(OPUS, 64, samplerate=24000, opus_vbr=False, opus_complexity=0), 48000, 2),
    (Quality(OPUS, 128, opus_application="lowdelay", opus_frame_ms=2.5), 48000, 2),
    (Quality(AAC, 96), 44100, 2),
    (Quality(AAC, 48, samplerate=32000, channels=1), 48000, 2),
    (Quality(FLAC), 44100, 2),
    (Quality(FLAC, samplerate=96000, channels=1), 48000, 1),
]


def encoder(quality: Quality, samplerate: int, channels: int) -> Encoder:
    numbers = itertools.count(7)
    return encoder_for(resolved(quality, samplerate, channels), lambda: next(numbers))


def encoded(
    made_by: Encoder, pcm: bytes, samplerate: int, channels: int, titles: tuple[int, ...] = ()
) -> tuple[bytes, float]:
    """The stream, with a new title before each of these frames, and how long it says it is."""
    converter = Converter(made_by.shape)
    data, seconds = made_by.begin(Title("Ärtist", "first")), 0.0
    for number, frame in enumerate(frames(pcm, samplerate, channels)):
        if number in titles:
            data += made_by.begin(Title("B", f"after {number}"))
        for samples in converter.convert(frame):
            made = made_by.encode(samples)
            data, seconds = data + made.data, seconds + made.seconds
    for samples in converter.flush():
        made = made_by.encode(samples)
        data, seconds = data + made.data, seconds + made.seconds
    made = made_by.flush()
    return data + made.data, seconds + made.seconds


@pytest.mark.parametrize(("quality", "samplerate", "channels"), QUALITIES)
def test_what_comes_out_is_what_went_in(quality: Quality, samplerate: int, channels: int) -> None:
    """Duration within the delay of the codec, loudness within half a decibel."""
    made_by = encoder(quality, samplerate, channels)
    data, seconds = encoded(made_by, sine(samplerate, channels, 3.0), samplerate, channels)
    found = heard(data, KINDS[quality.format])
    assert abs(found.seconds - 3.0) < 0.2
    assert abs(seconds - 3.0) < 0.2
    assert found.channels == made_by.shape.channels
    assert 0.94 < found.rms / LOUDNESS < 1.06
    assert found.faults == 0


@pytest.mark.parametrize("name", [MP3, OPUS, AAC, FLAC])
def test_the_format_is_found_by_content(name: str) -> None:
    """FFmpeg finds out without being told, and so does the framer of the mount."""
    quality = Quality(name, 96)
    data, _ = encoded(encoder(quality, 48000, 2), sine(48000, 2, 2.0), 48000, 2)
    with av.open(io.BytesIO(data)) as container:
        assert container.streams.audio[0].codec_context.name == NAMES[name]
    framer = framer_for("", data[:4])
    assert framer is not None
    assert framer.kind.value == KINDS[name]
    chunks = framer.feed(data)
    assert sum(len(chunk.data) for chunk in chunks) >= len(data) - 2000
    assert framer.info.samplerate == 48000
    assert framer.info.channels == 2


@pytest.mark.needs_program("ffmpeg")
@pytest.mark.parametrize("name", [MP3, OPUS, AAC, FLAC])
def test_another_ffmpeg_decodes_it(name: str) -> None:
    """The one of the system has not one word to say about it."""
    data, _ = encoded(encoder(Quality(name, 96), 48000, 2), sine(48000, 2, 2.0), 48000, 2)
    done = subprocess.run(
        ("ffmpeg", "-v", "error", "-i", "-", "-ac", "1", "-f", "s16le", "-"),
        input=data,
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert done.stderr == b""
    assert abs(len(done.stdout) / 96000 - 2.0) < 0.1


@pytest.mark.parametrize(("name", "click"), [(OPUS, 1500), (FLAC, 40)])
def test_titles_in_ogg_cost_no_sample(name: str, click: int) -> None:
    """The encoder runs on: no sample is missing or repeated where a logical stream begins."""
    pcm = sine(48000, 2, 4.0)
    data, _ = encoded(encoder(Quality(name, 128), 48000, 2), pcm, 48000, 2, (50, 51, 52, 120))
    found = heard(data, "ogg")
    assert abs(len(found.samples) - 4 * 48000) < 1000
    assert found.steps() < click
    framer = framer_for("", data[:4])
    assert framer is not None
    told = [chunk.tags["title"] for chunk in framer.feed(data) if chunk.tags]
    assert told == ["first", "after 50", "after 51", "after 52", "after 120"]


def test_flac_keeps_every_sample() -> None:
    """What went in comes out, title or not."""
    pcm = sine(44100, 1, 2.0)
    data, _ = encoded(encoder(Quality(FLAC), 44100, 1), pcm, 44100, 1, (30,))
    assert heard(data, "ogg").samples.tobytes() == pcm


def test_a_pause_leaves_one_stream() -> None:
    """After a pause an encoder goes on in the same logical stream, with what is new."""
    made_by = encoder(Quality(OPUS, 96), 48000, 2)
    data = made_by.begin(Title())
    pcm = frames(sine(48000, 2, 1.0), 48000, 2)
    converter = Converter(made_by.shape)
    for _ in range(2):
        for frame in pcm:
            data += b"".join(made_by.encode(one).data for one in converter.convert(frame))
        data += made_by.rest().data
        made_by.go_on()
    found = heard(data + made_by.flush().data, "ogg")
    assert abs(found.seconds - 2.0) < 0.05
    assert data.count(b"OpusHead") == 1
