"""darkice, butt and liquidsoap as encoders."""

from programs.children import Child, give_away
from programs.encoders import CYRILLIC, TITLES, Encoder, Starter, Studio
from programs.station import HOST, PASSWORD, free_port_pair

NO_SOUND_CARD = "pcm.!default { type null }\nctl.!default { type null }\n"
DARKICE = """[general]
duration = 0
bufferSecs = 2
realtime = no
reconnect = no
[input]
device = null
sampleRate = 44100
bitsPerSample = 16
channel = 2
[icecast2-0]
format = mp3
bitrateMode = cbr
bitrate = 128
server = {host}
port = {port}
password = {password}
mountPoint = {mount}
name = {name}
"""
BUTT = """[main]
server = {server_name}
num_of_srv = 1
srv_ent = {server_name}
icy = {name}
num_of_icy = 1
icy_ent = {name}
connect_at_startup = 1
song_path = {song}
song_update = 1
[audio]
device = default
samplerate = 44100
bitrate = 128
channel = 2
codec = {codec}
[gui]
show_listeners = 1
[{server_name}]
address = {host}
port = {port}
password = {password}
type = {kind}
tls = 0
mount = {mount}
usr = source
[{name}]
pub = 0
description = {name}
genre = test
url =
expand_variables = 0
"""
LIQUIDSOAP = """
settings.log.stdout.set(true)
settings.log.file.set(false)
music = insert_metadata(sine(amplitude=0.3))
titles = ref([%s])
def announce() =
  let (artist, title) = list.hd(default=("", ""), !titles)
  titles := list.append(list.tl(!titles), [(artist, title)])
  music.insert_metadata([("artist", artist), ("title", title)])
end
thread.run(delay=2., every=3., announce)
"""
LIQUIDSOAP_OUTPUT = """output.icecast(host="{host}", port={port}, password="{password}",
  mount="/{mount}", name="{name}", {options}, music)
"""


def _fields(studio: Studio, encoder: Encoder) -> dict[str, object]:
    told = {"host": HOST, "port": encoder.feeds(studio).port, "password": PASSWORD}
    return {**told, "mount": encoder.mount.lstrip("/"), "name": encoder.station_name}


def _darkice(studio: Studio, encoder: Encoder) -> Child:
    config = studio.write("darkice.cfg", DARKICE.format(**_fields(studio, encoder)))
    return studio.run(encoder, ["darkice", "-v", "5", "-c", str(config)])


def _butt(codec: str, *, shoutcast: bool = False) -> Starter:
    def starter(studio: Studio, encoder: Encoder) -> Child:
        home = studio.folder(encoder.name.replace(" ", "-"))
        studio.write(f"{home.name}/.asoundrc", NO_SOUND_CARD)
        fields = _fields(studio, encoder)
        fields["song"] = studio.write(f"{home.name}/song.txt", CYRILLIC)
        kind = 0 if shoutcast else 1
        text = BUTT.format(server_name="here", codec=codec, kind=kind, **fields)
        config = studio.write(f"{home.name}/buttrc", text)
        command = ["butt", "-p", str(free_port_pair()), "-c", str(config)]
        give_away(home)
        # two xvfb-run -a that begin at the same number may both take it
        display = str(100 + 50 * encoder.station)
        return studio.run(
            encoder, ["xvfb-run", "-a", "-n", display, *command], env={"HOME": str(home)}
        )

    return starter


def _liquid_string(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _liquidsoap(studio: Studio, encoder: Encoder) -> Child:
    """One program feeds all three mounts: it needs seconds to start."""
    if "liquidsoap" not in studio.shared:
        pairs = [[_liquid_string(part) for part in title.split(" - ")] for title in TITLES]
        titles = ",".join(f"({artist}, {title})" for artist, title in pairs)
        outputs = "".join(
            LIQUIDSOAP_OUTPUT.format(options=options, **_fields(studio, each))
            for each, options in zip(LIQUIDSOAPS, LIQUIDSOAP_OPTIONS, strict=True)
        )
        path = studio.write("radio.liq", LIQUIDSOAP % titles + outputs)
        studio.shared["liquidsoap"] = studio.run(encoder, ["liquidsoap", str(path)])
    return studio.shared["liquidsoap"]


LIQUIDSOAP_OPTIONS = (
    "%mp3(bitrate=128)",
    '%vorbis, method="put", chunked=true',
    '%mp3(bitrate=128), protocol="icy", encoding="UTF-8"',
)
LIQUIDSOAPS = [
    Encoder(
        "liquidsoap source",
        ("liquidsoap",),
        "/liquid.mp3",
        "audio/mpeg",
        _liquidsoap,
        titles=TITLES,
    ),
    Encoder(
        "liquidsoap put",
        ("liquidsoap",),
        "/liquid.ogg",
        "application/ogg",
        _liquidsoap,
        titles=tuple(title.partition(" - ")[2] for title in TITLES),
    ),
    Encoder(
        "liquidsoap shoutcast",
        ("liquidsoap",),
        "/live",
        "audio/mpeg",
        _liquidsoap,
        titles=TITLES,
    ),
]
ENCODERS = [
    Encoder("darkice", ("darkice",), "/darkice.mp3", "audio/mpeg", _darkice, hurried=True),
    Encoder(
        "butt",
        ("butt", "xvfb-run"),
        "/butt.mp3",
        "audio/mpeg",
        _butt("mp3"),
        titles=(CYRILLIC,),
        hurried=True,
    ),
    Encoder(
        "butt shoutcast",
        ("butt", "xvfb-run"),
        "/live",
        "audio/mpeg",
        _butt("mp3", shoutcast=True),
        station=2,
        titles=(CYRILLIC,),
        hurried=True,
    ),
    *LIQUIDSOAPS,
]
"""The studio programs with configuration files of their own."""
