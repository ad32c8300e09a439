"""Those who are told that something is not as it was, without a word about what."""

from collections.abc import Callable

from twisted.logger import Logger


class Watchers:
    """Tells all of them; one that fails is logged, and keeps nobody from hearing."""

    _log = Logger()

    def __init__(self) -> None:
        self._each: tuple[Callable[[], None], ...] = ()

    def add(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call ``tell`` from now on; what is returned ends that."""

        def told() -> None:
            tell()

        self._each = (*self._each, told)

        def end() -> None:
            self._each = tuple(one for one in self._each if one is not told)

        return end

    def tell(self) -> None:
        """Something is not as it was."""
        for tell in self._each:
            try:
                tell()
            except Exception:
                self._log.failure("somebody who watches failed")

    def clear(self) -> None:
        """Nobody is told any more."""
        self._each = ()
