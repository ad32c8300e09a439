"""What an AutoDJ costs: CPU and memory for each format, and reading a large library.

``python -m bench.autodj`` writes docs/performance.md. The library is made of small files
and read while another AutoDJ of the same server plays, to whom somebody listens. It ends
with status 1 where that one is heard much later than without.
"""

import argparse
import base64
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.children import HOST, Running
from bench.machine import describe
from bench.proc import PROC, TICKS_PER_S, family, kilobytes, ticks_of
from bench.report import rewrite_file
from bench.servers import PASSWORD, PROJECT, TinyIce
from bench.table import header, line, number
from bench.transcode import NOISE
from bench.trial import serving
from tinyice.autodj.playlist import ENTRIES_MAX

PLAYOUT = "tinyice.codec.playout"
LIBRARIAN = "tinyice.autodj.librarian"
FORMATS = {
    "MP3 128k": ("mp3", 128),
    "Opus 96k": ("opus", 96),
    "AAC 96k": ("aac", 96),
    "FLAC": ("flac", 128),
}
TRACKS, TRACK_S = 4, 45.0
IDLE = 8
SETTLE_S = 6.0
FOLDER_OF = 512
"""So many files are in one folder."""

LATER_MS = 500.0
"""So much longer the longest gap may be while a library is read: players have more in store."""

SEARCHES = ("q=title&order=artist", "title=9", "q=nothing%20like%20that")
"""What somebody looks for: everything in another order, some of it, and nothing."""

HEAD = ("plays", "process that plays", "the server", "memory of it")


def music(folder: Path) -> None:
    """Some tracks with something to decode in them."""
    folder.mkdir()
    for index in range(TRACKS):
        noise = NOISE.format(seconds=TRACK_S).replace(":s=1", f":s={index + 1}")
        words = ("-f", "lavfi", "-i", noise, "-c:a", "libmp3lame", "-b:a", "192k")
        told = ("-metadata", f"title=T{index}", "-metadata", f"artist=A{index}")
        path = folder / f"{index}.mp3"
        command = ("ffmpeg", "-nostdin", "-v", "error", *words, *told, "-y", str(path))
        subprocess.run(command, check=True)


def library(folder: Path, count: int) -> int:
    """So many files of a few kilobytes, each with its own tags; how many bytes in all."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "short.mp3"
        words = ("-f", "lavfi", "-i", "sine=duration=0.2", "-b:a", "64k", "-id3v2_version", "0")
        subprocess.run(("ffmpeg", "-v", "error", *words, str(path)), check=True)
        sound = path.read_bytes()
    size = 0
    for index in range(count):
        album = folder / f"{index // FOLDER_OF:04}"
        if index % FOLDER_OF == 0:
            album.mkdir(parents=True)
        frames = b"".join(
            _frame(name, text)
            for name, text in (
                (b"TIT2", f"Title {index}"),
                (b"TPE1", f"Artist {index % 5000}"),
                (b"TALB", f"Album {index // 12}"),
                (b"TRCK", str(index % 12 + 1)),
            )
        )
        length = bytes(len(frames) >> shift & 0x7F for shift in (21, 14, 7, 0))
        data = b"ID3\x03\0\0" + length + frames + sound
        (album / f"{index:06}.mp3").write_bytes(data)
        size += len(data)
    return size


def _frame(name: bytes, text: str) -> bytes:
    body = b"\0" + text.encode("ascii")
    return name + len(body).to_bytes(4, "big") + b"\0\0" + body


def entry(mount: str, folder: Path, kind: str = "mp3", kbps: int = 128) -> dict[str, object]:
    """An AutoDJ in a configuration."""
    told = {"mount": mount, "music_dir": str(folder), "format": kind, "bitrate": kbps}
    return {**told, "shuffle": False}


def ask(port: int, path: str, method: str = "GET", body: object = None) -> Any:  # noqa: ANN401
    """What an operation of the API answers, whatever it is."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", data, method=method)
    request.add_header("Content-Type", "application/json")
    login = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
    request.add_header("Authorization", f"Basic {login}")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.loads(answer.read())


class Listener(threading.Thread):
    """Somebody who listens; ``gap_s``: the longest time without a byte since it was asked for."""

    def __init__(self, port: int, mount: str) -> None:
        super().__init__(daemon=True)
        self._socket = joined(port, mount)
        self._longest = 0.0
        self.bytes = 0

    def run(self) -> None:
        """Read until the end."""
        last = time.monotonic()
        while data := self._socket.recv(65536):
            now = time.monotonic()
            self._longest, last = max(self._longest, now - last), now
            self.bytes += len(data)

    def gap_ms(self) -> float:
        """The longest gap since this was asked last."""
        longest, self._longest = self._longest, 0.0
        return 1000 * longest

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self.join(5)
        self._socket.close()


def joined(port: int, mount: str) -> socket.socket:
    """The connection of somebody who listens there, as soon as that can be."""
    for _ in range(300):
        connection = socket.create_connection((HOST, port), 20)
        connection.sendall(f"GET {mount} HTTP/1.0\r\n\r\n".encode())
        if b" 200 " in connection.recv(16):
            return connection
        connection.close()
        time.sleep(0.1)
    raise SystemExit(f"{mount} does not play")


@dataclass(frozen=True)
class Share:
    """CPU in per cent of a core, of the processes that play and of the server; MB of one."""

    playing: float
    server: float
    megabytes: float


def used(pid: int) -> tuple[float, float]:
    """CPU seconds so far: of the processes that play, and of the server itself."""
    playing = server = 0.0
    for one in family(pid):
        seconds = sum(ticks_of((PROC / str(one) / "stat").read_text())) / TICKS_PER_S
        if is_running(one, PLAYOUT):
            playing += seconds
        elif one == pid:
            server += seconds
    return playing, server


def is_running(pid: int, module: str) -> bool:
    """Whether that process runs ``module``."""
    return module.encode() in (PROC / str(pid) / "cmdline").read_bytes()


def own_mb(pid: int) -> float:
    """What a process has for itself alone."""
    rollup = (PROC / str(pid) / "smaps_rollup").read_text()
    return sum(kilobytes(rollup, f"Private_{kind}") for kind in ("Clean", "Dirty")) / 1000


@contextmanager
def running(entries: list[dict[str, object]]) -> Iterator[Running]:
    """A server with these AutoDJs, once all have their mounts."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        more: Mapping[str, object] = {"autodjs": entries}
        server = stack.enter_context(serving(TinyIce(more=more), folder))
        wanted = {str(one["mount"]) for one in entries}
        while not wanted <= {one["mount"] for one in ask(server.port, "/api/autodjs")["items"]}:
            time.sleep(0.1)
        yield server


def share(entries: list[dict[str, object]], seconds: float, *, is_heard: bool) -> Share:
    """What AutoDJs take for so long; ``is_heard``: somebody listens to each."""
    with running(entries) as server, ExitStack() as stack:
        if is_heard:
            for one in entries:
                stack.enter_context(Listener(server.port, str(one["mount"])))
        time.sleep(SETTLE_S)
        before, began = used(server.pid), time.monotonic()
        time.sleep(seconds)
        after, passed = used(server.pid), time.monotonic() - began
        players = [one for one in family(server.pid) if is_running(one, PLAYOUT)]
        megabytes = max(map(own_mb, players))
    playing_s, server_s = (late - early for early, late in zip(before, after, strict=True))
    return Share(100 * playing_s / passed, 100 * server_s / passed, megabytes)


@dataclass(frozen=True)
class Reading:
    """How a library was read: at first, and again when nothing had changed.

    And how it was searched; what the server has for itself then, and with a playlist of
    ``entries`` as well.
    """

    files: int
    megabytes: float
    first_s: float
    again_s: float
    reader_mb: float
    quiet_ms: float
    gap_ms: float
    search_ms: float
    search_gap_ms: float
    server_mb: float
    entries: int
    full_mb: float

    @property
    def is_heard(self) -> bool:
        """Whether who listens to another AutoDJ did not notice much."""
        return max(self.gap_ms, self.search_gap_ms) <= self.quiet_ms + LATER_MS


def reading(folder: Path, other: Path, *, files: int, seconds: float) -> Reading:
    """Read a library of so many files while another AutoDJ is heard."""
    size = library(folder, files)
    late = folder.with_name("late")
    late.mkdir()
    with running([entry("/heard", other), entry("/large", late)]) as server:
        with Listener(server.port, "/heard") as listener:
            time.sleep(SETTLE_S)
            listener.gap_ms()
            time.sleep(seconds)
            quiet_ms = listener.gap_ms()
            folder.rename(late / "all")
            took, reader_mb = scanned(server)
            gap_ms = listener.gap_ms()
            again_s, _ = scanned(server)
            found = ask(server.port, "/api/autodjs/library?mount=/large")["tracks"]
            if found != files:
                raise SystemExit(f"{found} of {files} files were found")
            listener.gap_ms()
            search_ms = max(searched(server, words) for words in SEARCHES)
            search_gap_ms = listener.gap_ms()
        server_mb = own_mb(server.pid)
        entries = filled(server, min(files, ENTRIES_MAX))
        return Reading(
            files, size / 1e6, took, again_s, reader_mb, quiet_ms, gap_ms,
            search_ms, search_gap_ms, server_mb, entries, own_mb(server.pid),
        )  # fmt: skip


def searched(server: Running, words: str) -> float:
    """How many milliseconds the answer to a search takes."""
    began = time.monotonic()
    ask(server.port, f"/api/autodjs/library/tracks?mount=/large&{words}")
    return 1000 * (time.monotonic() - began)


def filled(server: Running, entries: int) -> int:
    """Put as many whole folders into the playlist as give so many; how many entries it has."""
    ask(server.port, "/api/autodjs/playlist?mount=/large", "DELETE")
    for folder in range(entries // FOLDER_OF):
        search = {"folder": f"all/{folder:04}"}
        ask(server.port, "/api/autodjs/playlist?mount=/large", "POST", {"search": search})
    time.sleep(SETTLE_S)
    return int(ask(server.port, "/api/autodjs/playlist?mount=/large&limit=1")["total"])


def scanned(server: Running) -> tuple[float, float]:
    """How long a scan of all takes, and how much memory who reads the files has at most."""
    began, most = time.monotonic(), 0.0
    wanted = ask(server.port, "/api/autodjs/library/scan?mount=/large", "POST")["scan"]
    while 0 < ask(server.port, "/api/autodjs/library?mount=/large")["scanning"] <= wanted:
        with suppress(OSError):
            # It may just have ended.
            readers = [one for one in family(server.pid) if is_running(one, LIBRARIAN)]
            most = max([most, *map(own_mb, readers)])
        time.sleep(0.2)
    return time.monotonic() - began, most


def report(shares: Mapping[str, Share], idle: Share, read: Reading, *, seconds: float) -> str:
    """The block of the document."""
    rows = [
        line(
            (
                name,
                f"{number(one.playing)} % of a core",
                f"{number(one.server)} %",
                f"{number(one.megabytes)} MB",
            )
        )
        for name, one in shares.items()
    ]
    return (
        "\n".join([*header(HEAD), *rows])
        + f"\n\n{IDLE} AutoDJs that nobody listens to: {number(idle.playing)} % for what plays, "
        f"{number(idle.server)} % for the server.\n\n"
        f"A library of {read.files:,} files ({number(read.megabytes)} MB) is read in "
        f"{number(read.first_s)} s, and looked through again in {number(read.again_s)} s when "
        f"nothing has changed; who reads it has {number(read.reader_mb)} MB for itself. The "
        f"longest gap of somebody who listens to another AutoDJ is {number(read.gap_ms)} ms "
        f"meanwhile, and {number(read.quiet_ms)} ms before. The slowest of {len(SEARCHES)} "
        f"searches takes {number(read.search_ms)} ms; the longest gap meanwhile is "
        f"{number(read.search_gap_ms)} ms.\n\n"
        f"The server has {number(read.server_mb)} MB for itself with that library, and "
        f"{number(read.full_mb)} MB with {read.entries:,} entries in a playlist.\n\n"
        f"One AutoDJ and one listener for {seconds:g} s, pink noise in MP3 192k. {describe()}. "
        "Made by `make bench` (`python -m bench.autodj`)."
    )


def main(words: Sequence[str] | None = None) -> int:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.autodj")
    parser.add_argument("--seconds", type=float, default=30.0, help="for each format")
    parser.add_argument("--files", type=int, default=100_000, help="in the library")
    parser.add_argument("--dry-run", action="store_true", help="print the table only")
    options = parser.parse_args(words)
    if shutil.which("ffmpeg") is None:
        print("bench.autodj: ffmpeg is missing: apt-get install ffmpeg")
        return 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        tracks = folder / "music"
        music(tracks)
        shares = {
            name: share([entry("/dj", tracks, *how)], options.seconds, is_heard=True)
            for name, how in FORMATS.items()
        }
        many = [entry(f"/dj{index}", tracks) for index in range(IDLE)]
        idle = share(many, options.seconds, is_heard=False)
        read = reading(folder / "large", tracks, files=options.files, seconds=options.seconds)
    told = report(shares, idle, read, seconds=options.seconds)
    print(told)
    if not options.dry_run:
        rewrite_file(PROJECT / "docs/performance.md", "autodj", told)
    return 0 if read.is_heard else 1


if __name__ == "__main__":
    sys.exit(main())
