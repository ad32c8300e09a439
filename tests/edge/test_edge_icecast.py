"""An Icecast in the row: as the hub of our studio, and as the studio of our hub."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.comparing import never_old
from edge.fleet import (
    TOLD,
    WAIT_S,
    all_hear,
    all_read,
    decode,
    encoders,
    listeners,
    listening,
    relay,
)
from features.conftest import Serve
from net.certificates import write_pair
from programs.station import Station, free_port_pair, start_icecast
from programs.waiting import until

pytestmark = [pytest.mark.timeout(180), pytest.mark.needs_program("ffmpeg", "icecast2")]

MP3, OPUS, NIGHT = "/live.mp3", "/ice.opus", "/night.mp3"
SECOND = 16_000
PATIENCE = {"source_timeout": 60, "return_after": 2}
RELAY = """<relay>
  <server>127.0.0.1</server><port>{port}</port><mount>{mount}</mount>
  <on-demand>0</on-demand><relay-shoutcast-metadata>1</relay-shoutcast-metadata>
</relay>"""

OpenIcecast = Callable[..., Station]


@pytest.fixture
def icecast(workshop: Path) -> Iterator[OpenIcecast]:
    """Starts an Icecast that relays a mount of the studio, and this alone."""
    opened: list[Station] = []

    def opener(studio: Station, mount: str, port: int) -> Station:
        home = workshop / f"icecast{len(opened)}"
        home.mkdir()
        more = RELAY.format(port=studio.port, mount=mount)
        opened.append(start_icecast(home, port=port, more=more))
        return opened[-1]

    yield opener
    for station in opened:
        station.child.stop()


def test_icecast_in_the_middle(serve: Serve, icecast: OpenIcecast, tmp_path: Path) -> None:
    """Its restart drops nobody behind our hub, which has TLS, or at the edge behind that."""
    studio, port, pair = serve(), free_port_pair(), write_pair(tmp_path)
    with encoders() as encode, listening() as listen:
        encode(studio, MP3, pitch=300)
        studio.wait_for_mount(MP3, WAIT_S)
        sent = listen(studio, MP3, icy=False)
        middle = icecast(studio, MP3, port)
        encode(middle, OPUS, pitch=400)
        for mount in (MP3, OPUS):
            middle.wait_for_mount(mount, WAIT_S)
        hub = serve(
            relays=[relay(MP3, middle), relay(OPUS, middle)],
            advanced_mounts={MP3: {"fallbacks": [NIGHT]}},
            use_https=True,
            https_port=free_port_pair(),
            cert_file=str(pair.cert_file),
            key_file=str(pair.key_file),
            **PATIENCE,
        )
        encode(hub, NIGHT, pitch=500)
        for mount in (MP3, OPUS, NIGHT):
            hub.wait_for_mount(mount, WAIT_S)
        hub.set_title(NIGHT, "Nachtmusik")
        edge = serve(
            relays=[relay(mount, hub, on_demand=True) for mount in (MP3, OPUS)], **PATIENCE
        )
        audience = [listen(station, mount) for station in (hub, edge) for mount in (MP3, OPUS)]
        mp3 = audience[::2]
        studio.set_title(MP3, "Morgenlied")
        all_read(mp3, "Morgenlied")
        all_hear(audience, SECOND)
        for recorder in audience:
            headers = recorder.answer.headers
            assert {name: headers.get(name) for name in TOLD} == TOLD

        middle.child.stop()
        all_read(mp3, "Nachtmusik")
        all_hear(mp3, SECOND)
        again = icecast(studio, MP3, port)
        encode(again, OPUS, pitch=600)
        studio.set_title(MP3, "Mittag")
        all_read(mp3, "Mittag")
        all_hear(audience, 2 * SECOND)

        for recorder in audience:
            assert not recorder.ended
            recorder.stop()
        decode(audience, tmp_path, at_least_s=8)
        for recorder in mp3:
            assert never_old(recorder.answer.audio, sent.answer.audio) > 150
        assert listeners(hub, MP3) <= 1
        until(lambda: listeners(hub, OPUS) <= 1, within=WAIT_S, what="no connection is left over")
