"""The encoders that stand on libshout: ezstream, ices2, GStreamer, VLC's stream output."""

from programs.children import Child
from programs.encoders import CYRILLIC, TITLES, Encoder, Starter, Studio
from programs.station import HOST, PASSWORD

EZSTREAM = """<ezstream>
  <servers><server>
    <hostname>{host}</hostname><port>{port}</port><password>{password}</password>
  </server></servers>
  <streams><stream>
    <mountpoint>{mount}</mountpoint><format>MP3</format><stream_name>{name}</stream_name>
  </stream></streams>
  <intakes><intake><type>playlist</type><filename>{playlist}</filename></intake></intakes>
</ezstream>
"""
ICES = """<ices>
  <background>0</background><logpath>{home}</logpath><logfile>ices.log</logfile>
  <loglevel>4</loglevel><consolelog>1</consolelog>
  <stream>
    <metadata><name>{name}</name></metadata>
    <input>
      <module>playlist</module><param name="type">basic</param>
      <param name="file">{playlist}</param><param name="random">0</param>
    </input>
    <instance>
      <hostname>{host}</hostname><port>{port}</port><password>{password}</password>
      <mount>{mount}</mount>
    </instance>
  </stream>
</ices>
"""


def _fields(studio: Studio, encoder: Encoder) -> dict[str, object]:
    told = {"host": HOST, "port": encoder.feeds(studio).port, "password": PASSWORD}
    return {**told, "mount": encoder.mount, "name": encoder.station_name, "home": studio.home}


def _ezstream(studio: Studio, encoder: Encoder) -> Child:
    playlist = studio.write("ezstream.m3u", "".join(f"{path}\n" for path in studio.mp3_tracks))
    config = EZSTREAM.format(playlist=playlist, **_fields(studio, encoder))
    path = studio.write("ezstream.xml", config)
    path.chmod(0o600)
    return studio.run(encoder, ["ezstream", "-v", "-c", str(path)])


def _ices(studio: Studio, encoder: Encoder) -> Child:
    playlist = studio.write("ices.txt", "".join(f"{path}\n" for path in studio.vorbis_tracks))
    config = ICES.format(playlist=playlist, **_fields(studio, encoder))
    return studio.run(encoder, ["ices2", str(studio.write("ices.xml", config))])


def _quoted(text: str) -> str:
    """A string inside of a structure inside of a pipeline."""
    return '\\"' + text.replace('"', '\\\\\\"') + '\\"'


def _gstreamer(*coding: str) -> Starter:
    def starter(studio: Studio, encoder: Encoder) -> Child:
        artist, _, title = CYRILLIC.partition(" - ")
        tags = f'tags="title={_quoted(title)},artist={_quoted(artist)}"'
        sound = ["audiotestsrc", "is-live=true", "wave=pink-noise", "!", "audioconvert"]
        target = [f"ip={HOST}", f"port={encoder.feeds(studio).port}", f"password={PASSWORD}"]
        named = [f"mount={encoder.mount}", f'streamname="{encoder.station_name}"']
        words = [*sound, "!", "taginject", tags, "!", *coding, "!", "shout2send", *target, *named]
        return studio.run(encoder, ["gst-launch-1.0", *words])

    return starter


def _vlc(transcode: str, access: str, mux: str, *, shoutcast: bool = False) -> Starter:
    def starter(studio: Studio, encoder: Encoder) -> Child:
        path = "/" if shoutcast else encoder.mount
        address = f"{studio.login}@{HOST}:{encoder.feeds(studio).port}{path}"
        out = f"access=shout{{{access}name={encoder.station_name}}},mux={mux},dst={address}"
        sout = f"#transcode{{{transcode},channels=2,samplerate=44100}}:std{{{out}}}"
        command = ["cvlc", "--no-video", "--loop", str(studio.long_mp3), "--sout", sout]
        return studio.run(encoder, command)

    return starter


OGG = "application/ogg"
ENCODERS = [
    Encoder("ezstream", ("ezstream", "ffmpeg"), "/ez.mp3", "audio/mpeg", _ezstream, titles=TITLES),
    Encoder("ices2", ("ices2", "ffmpeg"), "/ices.ogg", OGG, _ices, titles=TITLES),
    Encoder(
        "gstreamer mp3",
        ("gst-launch-1.0",),
        "/gst.mp3",
        "audio/mpeg",
        _gstreamer("lamemp3enc", "target=bitrate", "bitrate=128", "cbr=true"),
        titles=(CYRILLIC,),
    ),
    Encoder(
        "gstreamer vorbis",
        ("gst-launch-1.0",),
        "/gst.ogg",
        OGG,
        _gstreamer("vorbisenc", "!", "oggmux"),
        titles=(CYRILLIC.partition(" - ")[2],),
    ),
    Encoder("vlc vorbis", ("cvlc",), "/vlc.ogg", OGG, _vlc("acodec=vorb,ab=128", "", "ogg")),
    Encoder(
        "vlc shoutcast",
        ("cvlc",),
        "/live",
        "audio/mpeg",
        _vlc("acodec=mp3,ab=128", "mp3,", "raw", shoutcast=True),
        station=1,
    ),
]
"""The clients of libshout: its probes, its 401 first, its metadata dance."""
