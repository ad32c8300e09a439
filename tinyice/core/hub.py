"""Events go to sinks; no sink disturbs another, or the audio."""

from collections.abc import Callable

from twisted.logger import Logger

from tinyice.core.events import Event

Sink = Callable[[Event], None]


class Hub:
    """Gives each published event to each sink, in order of subscription.

    Sinks run at once and must be quick: what is slow puts the event into a
    queue of its own. A sink that raises is logged and stays subscribed.
    """

    _log = Logger()

    def __init__(self) -> None:
        self._sinks: tuple[Sink, ...] = ()
        self._told: tuple[type[Event], ...] = (Event,)

    def subscribe(self, sink: Sink) -> Callable[[], None]:
        """Add ``sink``; the answer takes it away again."""
        self._sinks = (*self._sinks, sink)

        def unsubscribe() -> None:
            self._sinks = tuple(s for s in self._sinks if s is not sink)

        return unsubscribe

    def narrow(self, *kinds: type[Event]) -> None:
        """Tell of nothing else from now on."""
        self._told = kinds

    def publish(self, event: Event) -> None:
        """Tell every sink of ``event``."""
        if not isinstance(event, self._told):
            return
        for sink in self._sinks:
            try:
                sink(event)
            except Exception:
                self._log.failure("event sink failed on {event_id}", event_id=event.id)
