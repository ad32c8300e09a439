"""ffmpeg as an encoder: its icecast protocol, old and new, and its plain PUT. And curl."""

import base64
from collections.abc import Sequence

from programs import audio
from programs.children import Child
from programs.encoders import CYRILLIC, Encoder, Starter, Studio
from programs.station import HOST

OGG = ("vorbis", "opus", "flac")


def _encoding(encoder: Encoder) -> str:
    return encoder.mount.rpartition(".")[2]


def _input(encoder: Encoder) -> list[str]:
    quiet = ["ffmpeg", "-nostdin", "-v", "warning", "-re", *audio.LAVFI]
    return [*quiet, "-metadata", f"title={CYRILLIC}", *audio.ENCODINGS[_encoding(encoder)]]


def _icecast(*more: str) -> Starter:
    def starter(studio: Studio, encoder: Encoder) -> Child:
        address = f"{studio.login}@{HOST}:{encoder.feeds(studio).port}{encoder.mount}"
        told = ["-content_type", encoder.content_type, "-ice_name", encoder.station_name]
        command = [*_input(encoder), *told, *more, f"icecast://{address}"]
        return studio.run(encoder, command)

    return starter


def _http(*, authorized_at_once: bool) -> Starter:
    def starter(studio: Studio, encoder: Encoder) -> Child:
        lines = [f"ice-name: {encoder.station_name}"]
        if authorized_at_once:
            basic = base64.b64encode(studio.login.encode()).decode()
            lines.append(f"Authorization: Basic {basic}")
        headers = "".join(line + "\r\n" for line in lines)
        told = ["-content_type", encoder.content_type, "-headers", headers, "-method", "PUT"]
        login = "" if authorized_at_once else f"{studio.login}@"
        address = f"http://{login}{HOST}:{encoder.feeds(studio).port}{encoder.mount}"
        return studio.run(encoder, [*_input(encoder), *told, address])

    return starter


def _curl(studio: Studio, encoder: Encoder, upload: str) -> list[str]:
    url = encoder.feeds(studio).url(encoder.mount)
    headers = [f"Content-Type: {encoder.content_type}", f"ice-name: {encoder.station_name}"]
    told = [part for header in headers for part in ("-H", header)]
    return ["curl", "-sS", "-T", upload, "-u", studio.login, *told, url]


def _curl_file(studio: Studio, encoder: Encoder) -> Child:
    paced = ["--limit-rate", "16k"]
    return studio.run(encoder, [*_curl(studio, encoder, str(studio.long_mp3)), *paced])


def _curl_pipe(studio: Studio, encoder: Encoder) -> Child:
    # "$0" ends the list that ffmpeg gets, the rest is curl's
    parts: Sequence[str] = [*_input(encoder), "-"]
    script = 'n="$1"; shift; "${@:1:n}" | "${@:n+1}"'
    words = [str(len(parts)), *parts, *_curl(studio, encoder, "-")]
    return studio.run(encoder, ["bash", "-c", script, "pipe", *words])


ENCODERS = [
    *(
        Encoder(
            f"ffmpeg {name}",
            ("ffmpeg",),
            f"/ffmpeg.{name}",
            audio.CONTENT_TYPES[name],
            _icecast(),
            titles=(CYRILLIC,) if name in OGG else (),
        )
        for name in audio.CONTENT_TYPES
    ),
    Encoder(
        "ffmpeg legacy", ("ffmpeg",), "/legacy.mp3", "audio/mpeg", _icecast("-legacy_icecast", "1")
    ),
    Encoder(
        "ffmpeg put challenged",
        ("ffmpeg",),
        "/challenged.mp3",
        "audio/mpeg",
        _http(authorized_at_once=False),
    ),
    Encoder(
        "ffmpeg put",
        ("ffmpeg",),
        "/put.opus",
        "audio/ogg",
        _http(authorized_at_once=True),
        titles=(CYRILLIC,),
    ),
    Encoder("curl file", ("curl", "ffmpeg"), "/curlfile.mp3", "audio/mpeg", _curl_file),
    Encoder("curl chunked", ("curl", "ffmpeg"), "/curlpipe.mp3", "audio/mpeg", _curl_pipe),
]
"""Everything that ffmpeg and curl can be."""
