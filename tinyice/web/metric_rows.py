"""Tables of metrics: each row is one, and says how to read it from a value."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    UnknownMetricFamily,
)

T = TypeVar("T")
Family = CounterMetricFamily | GaugeMetricFamily | UnknownMetricFamily


@dataclass(frozen=True, slots=True)
class Figure(Generic[T]):
    """One metric: how to read it from a ``T``; None: it is not known here."""

    kind: type[Family]
    name: str
    meaning: str
    read: Callable[[T], float | None]


def plain(table: tuple[Figure[T], ...], of: T) -> Iterator[Metric]:
    """The metrics of one thing."""
    for figure in table:
        value = figure.read(of)
        if value is not None:
            yield figure.kind(figure.name, figure.meaning, value)


def labelled(
    table: tuple[Figure[T], ...],
    names: tuple[str, ...],
    rows: Sequence[tuple[tuple[str, ...], T]],
) -> Iterator[Metric]:
    """The metrics of several things, each with its labels."""
    for figure in table:
        family = figure.kind(figure.name, figure.meaning, labels=names)
        for labels, row in rows:
            value = figure.read(row)
            if value is not None:
                family.add_metric(labels, value)
        yield family
