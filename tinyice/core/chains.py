"""The chains of mounts: what is heard where a source is missing.

Other mounts are brought by taps, which are made here: each chunk that is heard on
one mount comes to those that have it in their chains. Files and silence are brought
by players of this process, and relays by connections; both claim their places as
encoders do (``Mounts.claim``), with a ``Source`` of kind "file", "silence" (and the
``element`` as the chain writes it) or "relay".
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Protocol

from tinyice.core.air import Tap
from tinyice.core.errors import DomainError, TooManyListeners
from tinyice.core.mount import Mount
from tinyice.core.source import Source
from tinyice.core.tap import MountTap


class Players(Protocol):
    """Brings what plays in this process: the files and the silence of chains.

    An element is brought so::

        source = Source(kind="file", element="file:night.mp3", described=..., cue=self, ...)
        mount = mounts.claim(path, source)       # it waits, or is on air
        mount.take_chunks(source, chunks)        # whole units, in real time
        mount.set_tags_of(source, tags, "file")
        mounts.release(mount, source, "why")     # the element is no more

    With a ``cue`` it need bring nothing while it waits: it is told when it is on air
    and when no more. ``control.close`` asks it to release.
    """

    def see_to(self, mount: Mount) -> None:
        """``mount.settings.chain`` or ``mount.format`` may be another now, or known now."""


class Demand(Protocol):
    """Brings sources that are there only while somebody listens."""

    def serves(self, path: str) -> bool:
        """Whether a mount of that path would be fed, once somebody listens."""

    def wanted(self, mount: Mount) -> bool:
        """Somebody waits for ``mount`` (see ``Mount.awaiting``); whether something will come."""

    def unwanted(self, mount: Mount) -> None:
        """Nobody hears ``mount`` now. Called often: act on it after a while, if still so."""


class Chains:
    """The taps between mounts."""

    def __init__(
        self,
        claim: Callable[[str, Source], Mount],
        release: Callable[[Mount, Source, str], None],
    ) -> None:
        self._claim = claim
        self._release = release
        self._on: dict[str, list[Tap]] = {}
        self._of: dict[str, dict[str, MountTap]] = {}

    def taps_on(self, path: str) -> list[Tap]:
        """The taps on that mount: a list that is kept up to date."""
        return self._on.setdefault(path, [])

    def configure(self, mount: Mount, mounts: Mapping[str, Mount]) -> None:
        """Let ``mount`` have taps on those of ``mounts`` in its chain, and on no others."""
        path = mount.path
        wanted = [one for one in mount.settings.chain if one.startswith("/") and one != path]
        taps = self._of.get(path, {})
        for element in [one for one in wanted if one not in taps]:
            taps[element] = tap = MountTap(path, element, self._claim, self._release)
            self.taps_on(element).append(tap)
            if element in mounts:
                tap.begin(mounts[element])
        for element in [one for one in taps if one not in wanted]:
            tap = taps.pop(element)
            self._on[element].remove(tap)
            tap.close("not in the chain any more")
        if taps:
            self._of[path] = taps
        else:
            self._of.pop(path, None)

    def overflow(self, mount: Mount, mounts: Mapping[str, Mount], full: TooManyListeners) -> Mount:
        """Who has room for those for whom ``mount`` has none; raises ``full`` where nobody has.

        No mount that wants to know who listens takes those whom another one let in.
        """
        for path in mount.settings.chain if mount.settings.overflows else ():
            other = mounts.get(path)
            if other is None or other.settings.asks_listeners:
                continue
            with suppress(DomainError):
                other.check_room()
                return other
        raise full

    def forget(self, path: str) -> None:
        """That mount is no more; who has it in a chain waits for it to come back."""
        if not self._on.get(path):
            self._on.pop(path, None)

    def stop(self) -> None:
        """No mount hears another any more."""
        taps = [tap for by_element in self._of.values() for tap in by_element.values()]
        self._of.clear()
        for listed in self._on.values():
            listed.clear()
        for tap in taps:
            tap.close("server stopping")
