"""Programmes on air for the pages to show: real ffmpeg encoders."""

from pathlib import Path

from programs import audio
from programs.children import Child, start
from programs.station import HOST, PASSWORD, Station

LASTING_S = 900.0


def broadcast(
    station: Station,
    mount: str,
    *,
    encoding: str = "mp3",
    name: str = "",
    password: str = PASSWORD,
    title: str = "",
) -> Child:
    """Let ffmpeg send to ``mount`` until it is stopped."""
    told = ["-content_type", audio.CONTENT_TYPES[encoding]]
    told += ["-ice_name", name] if name else []
    told += ["-metadata", f"title={title}"] if title else []
    target = f"icecast://source:{password}@{HOST}:{station.port}{mount}"
    command = ["ffmpeg", "-nostdin", "-v", "warning", "-re", *audio.LAVFI]
    return start(
        [*command, *audio.ENCODINGS[encoding], *told, target],
        home=_folder(station),
        name=f"encoder{mount.replace('/', '-')}",
        lasting=LASTING_S,
    )


def _folder(station: Station) -> Path:
    folder = station.home / "encoders"
    folder.mkdir(exist_ok=True)
    return folder
