"""Relays at an upgrade: the upstream notices nothing, and listeners hear every frame."""

import json
from contextlib import ExitStack
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate

from features import nasty
from features.api_talk import accounts
from features.handing import upgrade
from features.nasty import Upstream
from features.test_feature_relays import WAIT_S, numbers, relay, wait_for, whole
from features.test_feature_upgrade import station
from net.certificates import write_pair
from programs.raw import Recorder
from programs.station import HOST, free_port_pair
from programs.waiting import until

pytestmark = pytest.mark.timeout(240)


def test_a_relay_goes_on_in_the_successor(tmp_path: Path) -> None:
    """Twice: on the same connection, without a frame lost or heard again."""
    with (
        Upstream(nasty.plays("/r")) as upstream,
        station(tmp_path, relays=[relay("/r", upstream.url())], api_rate=0, **accounts()) as made,
    ):
        wait_for(made, "/r")
        recorder = Recorder(made.port, "/r", icy=False)
        until(lambda: recorder.size > 40_000, within=WAIT_S, what="sound")
        for _ in range(2):
            upgrade(made)
            size = recorder.size
            until(lambda s=size: recorder.size > s + 40_000, within=WAIT_S, what="more sound")
            assert wait_for(made, "/r")["upstream"] == upstream.url()
        assert not recorder.ended
        recorder.stop()
        heard = numbers(whole(recorder))
        assert heard == list(range(heard[0], heard[0] + len(heard)))
        assert len(upstream.requests) == 1


def test_a_relay_over_tls_begins_anew_and_its_listeners_stay(tmp_path: Path) -> None:
    """Its keys can't be handed over: the successor dials, and nothing is heard twice."""
    homes = [tmp_path / name for name in ("hub", "edge")]
    for home in homes:
        home.mkdir()
    pair, port = write_pair(homes[0]), free_port_pair()
    certificate = load_pem_x509_certificate(pair.cert_file.read_bytes())
    tls = {"use_https": True, "cert_file": str(pair.cert_file), "key_file": str(pair.key_file)}
    with Upstream(nasty.plays("/r")) as upstream, ExitStack() as stack:
        hub = stack.enter_context(
            station(homes[0], relays=[relay("/hub", upstream.url())], https_port=port, **tls)
        )
        until(lambda: hub.plays("/hub"), within=WAIT_S, what="the hub plays")
        url = f"https://{HOST}:{port}/hub"
        pinned = relay("/r", url, pin=certificate.fingerprint(SHA256()).hex())
        edge = stack.enter_context(station(homes[1], relays=[pinned], api_rate=0, **accounts()))
        wait_for(edge, "/r")
        recorder = Recorder(edge.port, "/r", icy=False)
        until(lambda: recorder.size > 60_000, within=WAIT_S, what="sound")
        upgrade(edge)
        size = recorder.size
        until(lambda: recorder.size > size + 60_000, within=WAIT_S, what="more sound")
        assert not recorder.ended
        recorder.stop()
        heard = numbers(whole(recorder))
        assert heard == sorted(set(heard)), "nothing twice"
        assert heard[-1] - heard[0] < len(heard) + 20, "and hardly anything not at all"


def test_one_that_is_named_no_more_ends_with_the_upgrade(tmp_path: Path) -> None:
    """The successor reads the file anew, and lets go of what nobody wants."""
    with (
        Upstream(nasty.plays("/r")) as upstream,
        station(tmp_path, relays=[relay("/r", upstream.url())], api_rate=0, **accounts()) as made,
    ):
        wait_for(made, "/r")
        config = tmp_path / "tinyice.json"
        document = json.loads(config.read_text())
        document["relays"] = []
        config.write_text(json.dumps(document))
        upgrade(made)
        until(lambda: not upstream.open_connections, within=WAIT_S, what="the connection ends")
        assert len(upstream.requests) == 1
