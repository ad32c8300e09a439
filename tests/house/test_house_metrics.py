"""docs/metrics.md and what /metrics gives are the same."""

import re

from prometheus_client.parser import text_string_to_metric_families

from house.sources import PROJECT
from tinyice.web.metrics import metrics_answer
from web.web_support import FIGURES, FakeStation, mount

ROW = re.compile(r"^\| `(tinyice_\w+)` \| (\w+) \| ([^|]*) \| ([^|]*) \|$", re.MULTILINE)
DOCUMENT = (PROJECT / "docs/metrics.md").read_text("utf-8")

Row = tuple[str, str, str, str]


def documented() -> list[Row]:
    """Name, type, labels and meaning, as the document has them."""
    rows = ROW.findall(DOCUMENT)
    return [(name, kind, labels.replace("`", ""), meaning) for name, kind, labels, meaning in rows]


def given() -> list[Row]:
    """The same, as a collector reads them."""
    station = FakeStation((mount(),)).snapshot()
    text = metrics_answer(station, FIGURES, "1").body.decode()
    rows = []
    for family in text_string_to_metric_families(text):
        sample = family.samples[0]
        kind = "untyped" if family.type == "unknown" else family.type
        rows.append((sample.name, kind, ", ".join(sample.labels), family.documentation))
    return rows


def test_the_document_knows_every_metric() -> None:
    """Who draws a graph or sets an alarm reads docs/metrics.md; it has the words of /metrics."""
    assert sorted(documented()) == sorted(given())


def test_no_metric_is_told_twice() -> None:
    """One row a metric."""
    names = [row[0] for row in documented()]
    assert len(set(names)) == len(names)


def test_mentions_exist() -> None:
    """A metric in an example is one that there is."""
    known = {row[0] for row in documented()}
    assert set(re.findall(r"\btinyice_[a-z_]+\b", DOCUMENT)) - known == set()
