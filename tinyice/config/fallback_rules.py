"""Rules for fallbacks: each is named once, and none leads back to where it began."""

from collections import deque
from collections.abc import Iterator, Mapping

from tinyice.config.faults import Fault, path_text, printable
from tinyice.config.model import Config
from tinyice.config.mounts import chain_of

Found = Iterator[tuple[tuple[str, ...], Fault]]


def faults_of_fallbacks(config: Config) -> Found:
    """Give the faults of fallbacks, each with the keys that it stands on."""
    for path, mount in config.advanced_mounts.items():
        for index, element in enumerate(mount.fallbacks):
            if element in mount.fallbacks[:index]:
                key = path_text(("advanced_mounts", path, "fallbacks")) + f"[{index}]"
                message = f'must differ from the others; "{printable(element)}" is there twice'
                yield (key,), Fault(key, message)
    yield from _circles(config)


def _circles(config: Config) -> Found:
    """Name each circle once, at the mount of it that the file names first."""
    ways = {
        path: tuple(one for one in chain_of(config, path) if one.startswith("/"))
        for path in (*config.fallback_mounts, *config.advanced_mounts)
    }
    told: set[str] = set()
    for start in ways:
        if start in told:
            continue
        circle = _way_back(ways, start)
        if circle:
            told.update(circle)
            key = _key_of(config, start)
            words = printable(" -> ".join(circle))
            yield (key,), Fault(key, f"must not lead back to where it began: {words}")


def _way_back(ways: Mapping[str, tuple[str, ...]], start: str) -> list[str]:
    """The shortest way from ``start`` to itself; empty: there is none."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for following in ways.get(at, ()):
            if following == start:
                way = [start]
                while at != start:
                    way.append(at)
                    at = came_from[at]
                return [start, *reversed(way)]
            if following not in came_from:
                came_from[following] = at
                waiting.append(following)
    return []


def _key_of(config: Config, path: str) -> str:
    own = config.advanced_mounts.get(path)
    if own is not None and own.fallbacks:
        return path_text(("advanced_mounts", path, "fallbacks"))
    return path_text(("fallback_mounts", path))
