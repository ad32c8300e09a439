"""VLC and GStreamer as players."""

import re

from programs.players import ALL, ICY, OGG, Player, Seat, not_known_yet

RUN_S = 14


def _vlc(seat: Seat) -> list[str]:
    sound = "transcode{acodec=s16l,channels=2,samplerate=44100}"
    out = f"#{sound}:std{{access=file,mux=wav,dst={seat.out}}}"
    bounded = [f"--run-time={RUN_S}", "--play-and-exit"]
    quiet = ["--no-video", "--no-color", "--sout", out]
    return ["cvlc", "-vv", *quiet, *bounded, seat.url, "vlc://quit"]


def _gstreamer(seat: Seat) -> list[str]:
    source = ["souphttpsrc", f"location={seat.url}"]
    demux = []
    if seat.encoding in ICY:
        source.append("iradio-mode=true")
        demux.append("icydemux")
    chain = [*demux, "decodebin", "audioconvert", "audio/x-raw,format=S16LE", "wavenc"]
    words = [word for element in chain for word in ("!", element)]
    sink = ["!", "filesink", f"location={seat.out}", "buffer-mode=unbuffered"]
    return ["gst-launch-1.0", "-t", *source, *words, *sink]


PLAYERS = [
    Player(
        "vlc",
        ("cvlc",),
        ALL,
        _vlc,
        # its mkv demuxer wants to seek, complains, and leaves WebM to the next one
        re.compile(r"(?<!mkv )(demux|decoder|packetizer|stream) error"),
        titled=ICY,
        so_far=not_known_yet,
    ),
    Player(
        "gstreamer",
        ("gst-launch-1.0",),
        ALL,
        _gstreamer,
        re.compile(r"(?m)^(ERROR|WARNING)"),
        titled=(*ICY, *OGG),
    ),
]
"""The players made of plug-ins."""
