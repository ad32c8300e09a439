"""What to type into the programs that send: the same few values, under each one's names."""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

PLACEHOLDER = "PASSWORD"
"""Stands in commands for a password that can't be shown."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a source connects, and as whom. ``password`` is "" unless it was set just now."""

    host: str
    port: int
    mount: str
    user: str = "source"
    password: str = ""
    tls_port: int = 0

    @property
    def address(self) -> str:
        """The address in the form that ffmpeg and OBS read."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        user = quote(self.user, safe="")
        secret = quote(self.password or PLACEHOLDER, safe="")
        return f"icecast://{user}:{secret}@{name}:{self.port}{quote(self.mount)}"


@dataclass(frozen=True, slots=True)
class Line:
    """One value, under the name that the program has for it. "" can't be told, nor copied."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Program:
    """What one program wants to know; ``code`` is a text for a file or a shell."""

    key: str
    name: str
    hint: str
    lines: tuple[Line, ...] = ()
    code: str = ""


def programs(target: Target) -> tuple[Program, ...]:
    """The programs that most people send with."""
    return (_butt(target), _mixxx(target), _obs(target), _ffmpeg(target), _liquidsoap(target))


def command(target: Target) -> str:
    """One line for a shell that sends a file as MP3."""
    return (
        "ffmpeg -re -i show.flac -c:a libmp3lame -b:a 192k -f mp3 -content_type audio/mpeg "
        + shlex.quote(target.address)
    )


def _places(target: Target, *, host: str, mount: str, user: str) -> Iterator[Line]:
    yield Line(host, target.host)
    yield Line("Port", str(target.port))
    if target.tls_port:
        yield Line("Port with TLS", str(target.tls_port))
    yield Line(*_split(mount, target))
    yield Line(user, target.user)
    yield Line("Password", target.password)


def _split(name: str, target: Target) -> tuple[str, str]:
    """The mount, with its slash unless ``name`` ends with one."""
    if name.endswith("/"):
        return name[:-1], target.mount.removeprefix("/")
    return name, target.mount


def _butt(target: Target) -> Program:
    lines = _places(target, host="Address", mount="Mount/", user="User")
    return Program(
        "butt",
        "BUTT",
        "Settings, Main, Server: Add. The codec is chosen under Audio; MP3 plays everywhere.",
        (Line("Type", "Icecast"), *lines, Line("Codec", "MP3, 192k, 44100")),
    )


def _mixxx(target: Target) -> Program:
    lines = _places(target, host="Host", mount="Mount", user="Login")
    return Program(
        "mixxx",
        "Mixxx",
        "Preferences, Live Broadcasting. Tick “Enable UTF-8 metadata”, then Options, "
        "Enable Live Broadcasting.",
        (Line("Type", "Icecast 2"), *lines, Line("Format", "MP3")),
    )


def _obs(target: Target) -> Program:
    return Program(
        "obs",
        "OBS",
        "Settings, Output, Output Mode: Advanced, tab Recording. Then Start Recording.",
        (
            Line("Type", "Custom Output (FFmpeg)"),
            Line("Output", "Output to URL"),
            Line("URL", target.address),
            Line("Container", "mp3"),
            Line("Muxer", "content_type=audio/mpeg"),
            Line("Encoder", "libmp3lame"),
        ),
    )


def _ffmpeg(target: Target) -> Program:
    return Program(
        "ffmpeg",
        "ffmpeg",
        "The input first, then one of these formats, then the address. ffmpeg says audio/mpeg "
        "whatever it sends, unless -content_type is given.",
        (
            Line("MP3", "-c:a libmp3lame -b:a 192k -f mp3 -content_type audio/mpeg"),
            Line("AAC", "-c:a aac -b:a 128k -f adts -content_type audio/aac"),
            Line("Opus", "-c:a libopus -b:a 96k -f ogg -content_type audio/ogg"),
            Line("FLAC", "-c:a flac -f ogg -content_type audio/ogg"),
            Line("To", target.address),
        ),
    )


def _liquidsoap(target: Target) -> Program:
    code = (
        'radio = mksafe(playlist("/path/to/music"))\n'
        "output.icecast(%mp3(bitrate=192),\n"
        f"  host={_quoted(target.host)}, port={target.port},\n"
        f"  user={_quoted(target.user)}, password={_quoted(target.password or PLACEHOLDER)},\n"
        f"  mount={_quoted(target.mount.removeprefix('/'))}, radio)"
    )
    return Program("liquidsoap", "Liquidsoap", "A file radio.liq: liquidsoap radio.liq", code=code)


def _quoted(text: str) -> str:
    """A string of Liquidsoap; what it would reckon out, between #{ and }, is taken apart."""
    plain = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return "(" + plain.replace("#{", '#" ^ "{') + ")" if "#{" in plain else plain
