"""The metrics of AutoDJs."""

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from tinyice.core.autodj_figures import AutoDJFigures
from tinyice.web.metric_rows import Figure

AUTODJ: tuple[Figure[AutoDJFigures], ...] = (
    Figure(
        GaugeMetricFamily,
        "tinyice_autodj_playing",
        "1 while it plays and is heard, 0 when it is stopped or paused, somebody live is heard,"
        " or there is nothing to play.",
        lambda one: one.state == "playing",
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_autodj_silent",
        "1 while it is heard and there is nothing to play.",
        lambda one: one.state == "silent",
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_autodj_encoding",
        "1 while it is heard and somebody listens, or did just now.",
        lambda one: one.is_encoding,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_autodj_tracks_total",
        "Tracks that were heard.",
        lambda one: one.tracks,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_autodj_failures_total",
        "Tracks that could not be played.",
        lambda one: one.failures,
    ),
    Figure(
        CounterMetricFamily,
        "tinyice_autodj_restarts_total",
        "Processes of it that died and were replaced.",
        lambda one: one.restarts,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_autodj_library_tracks",
        "Files in its library.",
        lambda one: one.library_tracks,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_autodj_library_broken",
        "Those of them that can't be played.",
        lambda one: one.library_broken,
    ),
    Figure(
        GaugeMetricFamily,
        "tinyice_autodj_library_scanning",
        "1 while its library is scanned.",
        lambda one: one.is_scanning,
    ),
)
