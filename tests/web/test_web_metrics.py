"""/metrics: who may read it, and what a collector makes of it."""

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from web_support import ADMIN, FIGURES, IDLE, SOURCE, WRONG, FakeStation, Web, mount

from tinyice.core.events import DropReason
from tinyice.core.snapshots import StationHeaders, WorkerSnapshot
from tinyice.web.metrics import metrics_answer

OF_THE_TRANSCODER = {
    "tinyice_transcoder_encoding": 1,
    "tinyice_transcoder_audio_seconds_total": 90.5,
    "tinyice_transcoder_restarts_total": 1,
    "tinyice_transcoder_bytes_left_out_total": 4096,
}

OF_THE_GO_SERVER = {
    "tinyice_bandwidth_in_bytes_total": "counter",
    "tinyice_bandwidth_out_bytes_total": "counter",
    "tinyice_total_dropped_bytes": "unknown",
    "tinyice_num_gc": "unknown",
    "tinyice_stream_bytes_in_total": "counter",
    "tinyice_stream_bytes_out_total": "counter",
    "tinyice_stream_bytes_dropped_total": "counter",
    "tinyice_listeners_total": "gauge",
    "tinyice_sources_total": "gauge",
    "tinyice_mem_sys_bytes": "gauge",
    "tinyice_heap_alloc_bytes": "gauge",
    "tinyice_stack_sys_bytes": "gauge",
    "tinyice_goroutines": "gauge",
    "tinyice_server_uptime_seconds": "gauge",
    "tinyice_stream_listeners_current": "gauge",
    "tinyice_stream_health_ratio": "gauge",
    "tinyice_stream_is_transcoded": "gauge",
}

shared_web = cache(Web)


def parsed(web: Web) -> dict[str, Metric]:
    """What a collector reads, by the names of the samples."""
    reply = web.ask("/metrics", ADMIN)
    assert reply.status == 200
    families = list(text_string_to_metric_families(reply.text))
    return {sample.name: family for family in families for sample in family.samples}


def value(web: Web, name: str, /, **labels: str) -> float:
    """One sample."""
    return samples(web, name)[tuple(sorted(labels.items()))]


def samples(web: Web, name: str) -> Mapping[tuple[tuple[str, str], ...], float]:
    """All samples of one metric, by their labels."""
    return {tuple(sorted(s.labels.items())): s.value for s in parsed(web)[name].samples}


class TestDoor:
    """Figures are for the administrator."""

    @pytest.mark.parametrize("target", ["/metrics", "/metrics?mount=/live"])
    def test_no_credentials_are_a_challenge(self, target: str) -> None:
        """A collector is asked for its login, as everywhere."""
        web = Web(mount())
        reply = web.ask(target)
        assert reply.status == 401
        assert reply.head["www-authenticate"] == 'Basic realm="Icecast2 Server"'
        assert web.gatekeeper.refusals == 0

    @pytest.mark.parametrize("target", ["/metrics", "/metrics?mount=/live"])
    @pytest.mark.parametrize("head", [WRONG, SOURCE])
    def test_others_are_refused(self, target: str, head: bytes) -> None:
        """A source's password opens its mount, not the figures of the server."""
        web = Web(mount())
        reply = web.ask(target, head)
        assert reply.status == 401
        assert "tinyice_" not in reply.text

    def test_answer(self) -> None:
        """The text format that every collector reads, kept by nobody."""
        reply = Web(mount()).ask("/metrics", ADMIN)
        assert reply.head["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "no-store" in reply.head["cache-control"]

    def test_nothing_below(self) -> None:
        """There is one page."""
        assert Web().ask("/metrics/x", ADMIN).status == 404
        assert Web().ask("/metrics", ADMIN, method=b"POST").status == 405


class TestNames:
    def test_names_of_the_go_server(self) -> None:
        """Dashboards and alerts made for the Go server of this name go on."""
        found = parsed(Web(mount()))
        assert {name: found[name].type for name in OF_THE_GO_SERVER} == OF_THE_GO_SERVER

    def test_everything_is_ours(self) -> None:
        """No metric of the library comes along, and none has two families."""
        text = Web(mount(), IDLE).ask("/metrics", ADMIN).text
        families = list(text_string_to_metric_families(text))
        assert all(family.name.startswith("tinyice_") for family in families)
        assert all(family.documentation for family in families)
        assert len({family.name for family in families}) == len(families)

    def test_labels(self) -> None:
        """Nothing is labelled by listener or address: labels are few, whoever listens."""
        found = {
            label
            for family in parsed(Web(mount(), IDLE)).values()
            for sample in family.samples
            for label in sample.labels
        }
        few = {"mount", "name", "pulse", "reason", "version", "python", "worker", "transcoder"}
        assert found == few


class TestValues:
    def test_server(self) -> None:
        """Each figure stands under its name."""
        web = Web(mount(), mount("/b"), IDLE)
        plain = {
            "tinyice_listeners_total": 6,
            "tinyice_sources_total": 2,
            "tinyice_bandwidth_in_bytes_total": 1,
            "tinyice_bandwidth_out_bytes_total": 2,
            "tinyice_total_dropped_bytes": 0,
            "tinyice_server_uptime_seconds": 100,
            "tinyice_joins_total": 9,
            "tinyice_jumps_total": 7,
            "tinyice_sends_total": 123,
            "tinyice_workers": 2,
            "tinyice_worker_restarts_total": 1,
            "tinyice_reactor_lag_seconds": 0.012,
            "tinyice_open_files": 31,
            "tinyice_open_files_limit": 20_000,
            "tinyice_mem_sys_bytes": 50_000_000,
            "tinyice_heap_alloc_bytes": 30_000_000,
            "tinyice_stack_sys_bytes": 135_168,
            "tinyice_goroutines": 4,
            "tinyice_num_gc": 77,
        }
        assert {name: value(web, name) for name in plain} == plain

    def test_pulses(self) -> None:
        """Each pulse is told by its name."""
        web = Web()
        assert value(web, "tinyice_pulse_seconds", pulse="normal") == 0.25
        assert value(web, "tinyice_pulse_seconds", pulse="low_latency") == 0.04
        assert value(web, "tinyice_pulse_lateness_seconds", pulse="normal") == 0.003
        assert value(web, "tinyice_pulse_stretched_ratio", pulse="normal") == 1.5
        assert value(web, "tinyice_pulse_busy_ratio", pulse="normal") == 0.2

    def test_drops(self) -> None:
        """Every reason has its series, those that never happened too."""
        told = {labels[0][1]: n for labels, n in samples(Web(), "tinyice_drops_total").items()}
        assert told == {reason.value: 2 * (reason is DropReason.TOO_SLOW) for reason in DropReason}

    def test_build(self) -> None:
        """Which version runs is a label."""
        ((labels, told),) = samples(Web(), "tinyice_build_info").items()
        assert dict(labels)["version"] == "0.1"
        assert told == 1

    def test_mounts(self) -> None:
        """Each mount is told with its path and its station's name."""
        web = Web(mount(bytes_skipped=1000))
        labels = {"mount": "/live", "name": "Night & Day"}
        told = {
            "tinyice_stream_listeners_current": 3,
            "tinyice_stream_bytes_in_total": 1000,
            "tinyice_stream_bytes_out_total": 3000,
            "tinyice_stream_bytes_dropped_total": 1000,
            "tinyice_stream_health_ratio": 0.75,
            "tinyice_stream_is_transcoded": 0,
        }
        assert {name: value(web, name, **labels) for name in told} == told

    def test_hidden_and_idle_mounts_appear(self) -> None:
        """Hidden is hidden from the public; an idle mount keeps its series."""
        web = Web(mount("/secret", visible=False), mount("/off", disabled=True), IDLE)
        told = samples(web, "tinyice_stream_listeners_current")
        assert sorted(dict(labels)["mount"] for labels in told) == ["/idle", "/off", "/secret"]

    def test_health(self) -> None:
        """A mount is well as long as nobody loses anything, and dead without a source."""
        fresh = mount("/fresh", bytes_out=0)
        told = samples(Web(fresh, IDLE, mount("/well")), "tinyice_stream_health_ratio")
        assert {dict(labels)["mount"]: n for labels, n in told.items()} == {
            "/fresh": 1,
            "/idle": 0,
            "/well": 1,
        }

    def test_workers(self) -> None:
        """Each has its own listeners and pulses; one that is down has none to tell of."""
        web = Web()
        down = WorkerSnapshot(2, is_running=False, listeners=0)
        each = (*FIGURES.workers.each, down)
        web.gauges.now = replace(FIGURES, workers=replace(FIGURES.workers, each=each))
        told = {
            (name, dict(labels)["worker"]): number
            for name in ("tinyice_worker_up", "tinyice_worker_listeners")
            for labels, number in samples(web, name).items()
        }
        assert told == {
            ("tinyice_worker_up", "1"): 1,
            ("tinyice_worker_listeners", "1"): 40,
            ("tinyice_worker_up", "2"): 0,
            ("tinyice_worker_listeners", "2"): 0,
        }
        beats = samples(web, "tinyice_worker_pulse_stretched_ratio")
        assert beats == {(("pulse", "normal"), ("worker", "1")): 1.2}

    def test_transcoded(self) -> None:
        """Only what a transcoder feeds is transcoded."""
        web = Web(mount(source_kind="transcoder"))
        assert set(samples(web, "tinyice_stream_is_transcoded").values()) == {1}

    def test_unknown(self) -> None:
        """What the system does not tell is not there, instead of zero."""
        web = Web()
        web.gauges.now = replace(FIGURES, process=replace(FIGURES.process, resident_bytes=None))
        assert "tinyice_mem_sys_bytes" not in parsed(web)

    def test_large_counters_are_exact(self) -> None:
        """Terabytes do not lose their last bytes."""
        web = Web(mount(bytes_out=2**53 - 1))
        told = samples(web, "tinyice_stream_bytes_out_total")
        assert set(told.values()) == {2**53 - 1}


@given(st.text(), st.text())
def test_any_text_in_a_label_comes_back(path: str, name: str) -> None:
    """Quotes, backslashes, line feeds: no name of any encoder breaks the page."""
    web = shared_web()
    web.show(mount("/" + path, station=StationHeaders(name=name)))
    told = samples(web, "tinyice_stream_listeners_current")
    assert set(told) == {(("mount", "/" + path), ("name", name))}


def test_half_a_surrogate_pair_is_replaced() -> None:
    """Text that no encoding has is no reason to fail."""
    web = Web(mount(station=StationHeaders(name="a\ud83d")))
    assert value(web, "tinyice_stream_listeners_current", mount="/live", name="a?") == 3


def test_two_hundred_mounts_are_told_quickly() -> None:
    """A scrape must not hold up the audio: a few milliseconds, at the best of some tries."""
    station = FakeStation(tuple(mount(f"/m{n}") for n in range(200))).snapshot()

    def once() -> float:
        began = time.perf_counter()
        metrics_answer(station, FIGURES, "1")
        return time.perf_counter() - began

    assert min(once() for _ in range(10)) < 0.02


def test_transcoders_are_told_by_name() -> None:
    """How much each has encoded, and how its process fares."""
    web = shared_web()
    found = {name: value(web, name, transcoder="small") for name in OF_THE_TRANSCODER}
    assert found == OF_THE_TRANSCODER
