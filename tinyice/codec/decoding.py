"""Samples of whatever FFmpeg reads: files, and streams of which piece after piece comes.

Rules of this file:

- damaged audio is left out and counted; what is sound before and after it is heard;
- nothing is read ahead: whoever gives bytes knows that all before is decoded, less
  a frame or two;
- who reads may raise: that ends the decoding and reaches the caller.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Protocol

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import ArgumentError, FFmpegError

from tinyice.codec.ogg_links import OggLinks

Read = Callable[[int], bytes]
"""The next bytes, at most so many; b"": there are no more."""

DEMUXERS = {"mpeg": "mp3", "adts": "aac", "ogg": "ogg", "matroska": "matroska"}
"""FFmpeg's names for the families of streams."""

_SMPB = re.compile(r"\s*[0-9A-Fa-f]+(?:\s+[0-9A-Fa-f]+){2}\s+([0-9A-Fa-f]+)")
"""What iTunes says of priming, padding, and how many samples there are between."""

READ = (
    *("aac", "ac3", "aiff", "amr", "ape", "asf", "au", "avi", "caf", "dsf", "dts", "dtshd"),
    *("eac3", "flac", "flv", "iff", "loas", "matroska", "mov", "mp3", "mpc", "mpc8", "mpeg"),
    *("mpegts", "ogg", "oma", "rm", "tak", "truehd", "tta", "voc", "w64", "wav", "wv"),
)
"""The families that are looked for: none of them leads on to other files or addresses."""

_NO_AUDIO = "there is no audio in it"
_BUFFER_BYTES = 4096
_ONLY = {"format_whitelist": ",".join(READ)}
_LIVE = {"probesize": "32", "analyzeduration": "0"}
_FAULTS_IN_A_ROW = 10_000
"""A file of which so much can't be read is no audio."""


class Unreadable(Exception):
    """This is no audio that can be decoded; the text is for people."""


class Faults:
    """How many pieces could not be decoded."""

    def __init__(self) -> None:
        self.count = 0
        self.last = ""

    def note(self, error: Exception) -> None:
        """One more."""
        self.count += 1
        self.last = str(error)


class _Input(Protocol):
    """What FFmpeg reads from, and whether there is more behind its end."""

    def read(self, size: int) -> bytes: ...
    def next_link(self) -> bool: ...


class _Straight:
    """A stream that has no links. After a fault it is read on, some bytes further."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._is_over = False
        self._was_read = True

    def read(self, size: int) -> bytes:
        data = b"" if self._is_over else self._read(size)
        self._is_over = not data
        self._was_read = True
        return data

    def next_link(self) -> bool:
        if not self._was_read:
            self.read(_BUFFER_BYTES)
        self._was_read = False
        return not self._is_over


def live(kind: str, read: Read, faults: Faults) -> Iterator[AudioFrame]:
    """The samples of a stream of that family (the value of a ``FormatKind``), until its end.

    Each link of a chained Ogg stream has a decoder of its own, so that rate, channels
    and even the codec may change.
    """
    source: _Input = OggLinks(read) if kind == "ogg" else _Straight(read)
    while source.next_link():
        try:
            container = av.open(
                source,
                "r",
                format=DEMUXERS.get(kind),
                options=_LIVE if kind in DEMUXERS else _ONLY,
                buffer_size=_BUFFER_BYTES,
            )
        except (FFmpegError, ValueError) as error:
            faults.note(error)
            continue
        with container, suppress(Unreadable):
            yield from _frames(container, _audio_of(container), faults)


class File:
    """The audio of a file. Raises ``Unreadable`` where there is none."""

    def __init__(self, path: Path) -> None:
        self.faults = Faults()
        try:
            self._container = av.open(str(path), metadata_errors="replace", options=_ONLY)
        except ArgumentError as error:
            # So FFmpeg says of families that are not looked for.
            raise Unreadable(_NO_AUDIO) from error
        except (FFmpegError, OSError, ValueError) as error:
            raise Unreadable(getattr(error, "strerror", "") or str(error)) from error
        try:
            self._stream = _audio_of(self._container)
        except Unreadable:
            self._container.close()
            raise

    @property
    def samplerate(self) -> int:
        """In Hz."""
        return int(self._stream.codec_context.sample_rate)

    @property
    def channels(self) -> int:
        """How many."""
        return int(self._stream.codec_context.layout.nb_channels)

    @property
    def seconds(self) -> float | None:
        """How long it says it is; None: it does not."""
        stream, container = self._stream, self._container
        if stream.duration is not None and stream.time_base is not None:
            return float(stream.duration * stream.time_base)
        return None if container.duration is None else container.duration / av.time_base

    @property
    def exact_seconds(self) -> float | None:
        """How long it is without what its encoder has put behind it; None: decoders know.

        FFmpeg cuts that off for all but AAC in MP4.
        """
        if "mp4" not in self._container.format.name:
            return None
        told = _SMPB.match(self._container.metadata.get("iTunSMPB", ""))
        if told is not None:
            return int(told[1], 16) / self.samplerate
        stream = self._stream
        if not stream.duration or stream.time_base is None:
            return None
        return float(stream.duration * stream.time_base)

    def position_of(self, frame: AudioFrame) -> int | None:
        """How many samples of the file are before ``frame``; None: nobody knows."""
        if frame.pts is None or frame.time_base is None:
            return None
        start = self._stream.start_time or 0
        seconds = frame.pts * frame.time_base - start * (self._stream.time_base or 0)
        return round(seconds * frame.sample_rate)

    def seek(self, seconds: float) -> None:
        """Go on at the packet that holds this second, or the one before it."""
        if self._stream.time_base is not None:
            start = self._stream.start_time or 0
            at = start + int(seconds / self._stream.time_base)
            with suppress(FFmpegError):
                self._container.seek(at, stream=self._stream)

    def frames(self) -> Iterator[AudioFrame]:
        """The samples from here to the end; raises ``Unreadable`` where none can be had."""
        return _frames(self._container, self._stream, self.faults)

    def close(self) -> None:
        """Read no more."""
        self._container.close()


def _audio_of(container: InputContainer) -> AudioStream:
    found = container.streams.best("audio")
    if not isinstance(found, AudioStream):
        raise Unreadable(_NO_AUDIO)
    return found


def _frames(container: InputContainer, stream: AudioStream, faults: Faults) -> Iterator[AudioFrame]:
    packets = container.demux(stream)
    in_a_row = 0
    while True:
        try:
            packet = next(packets, None)
        except (FFmpegError, ValueError) as error:
            faults.note(error)
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except (FFmpegError, ValueError) as error:
            faults.note(error)
            in_a_row += 1
            if in_a_row >= _FAULTS_IN_A_ROW:
                raise Unreadable(f"it can't be decoded: {faults.last}") from error
            continue
        for frame in frames:
            if frame.samples:
                in_a_row = 0
                yield frame
