"""What needs a hand: the notices beside the strips."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from tinyice.config.model import Config
from tinyice.config.restart import needs_restart
from tinyice.core.access.permissions import Action, permits
from tinyice.core.access.principal import Principal
from tinyice.core.pushing import PushState
from tinyice.core.relaying import RelayState
from tinyice.core.transcoding import TranscoderState
from tinyice.web import urls
from tinyice.web.api.services import Services
from tinyice.web.console.figures import clock, count
from tinyice.web.console.onair_strips import Strip
from tinyice.web.console.signal import NO_DATA

_TRIES = frozenset(
    {RelayState.CONNECTING, RelayState.WAITING, PushState.CONNECTING, PushState.WAITING}
)


@dataclass(frozen=True, slots=True)
class Need:
    """Something to look after. ``tone``: "", warn or bad.

    ``mount`` is what it is about, "" for the server. ``decide``: it waits to be approved
    or refused. ``link`` leads to where it is looked after, "" where it is here.
    """

    tone: str
    mount: str
    words: str
    decide: bool = False
    link: str = ""
    link_words: str = ""


def needs_of(
    strips: Sequence[Strip],
    principal: Principal,
    services: Services,
    *,
    started_with: Config,
) -> tuple[Need, ...]:
    """Everything that needs ``principal``, the most pressing first."""
    return (
        *(_lost(strip) for strip in strips if not strip.on_air and _is_missed(strip)),
        *(_silent(strip) for strip in strips if strip.silent),
        *(_without_data(strip) for strip in strips if strip.health == NO_DATA),
        *_without_music(strips, services),
        *_unreached(principal, services),
        *_refused(principal, services),
        *_waiting(strips, principal),
        *_locked_out(principal, services),
        *_restart(principal, started_with, services.config()),
    )


def _is_missed(strip: Strip) -> bool:
    return not strip.is_idle or (strip.listeners > 0 and strip.enabled)


def _lost(strip: Strip) -> Need:
    words = "has no source"
    if strip.until is not None:
        words = f"lost its source at {clock(strip.until)}"
    if strip.listeners:
        people = (
            "1 listener is" if strip.listeners == 1 else f"{count(strip.listeners)} listeners are"
        )
        words = f"{words}. {people} still connected"
    return Need("bad" if strip.listeners else "warn", strip.mount, f"{words}.")


def _silent(strip: Strip) -> Need:
    if strip.on_fallback:
        return Need("warn", strip.mount, "has a source that is silent. The fallback is heard.")
    return Need("bad", strip.mount, "has a source that is silent: dead air.")


def _without_data(strip: Strip) -> Need:
    tone = "bad" if strip.listeners else "warn"
    return Need(tone, strip.mount, "has a source that sends nothing.")


def _unreached(principal: Principal, services: Services) -> Iterator[Need]:
    """Other servers that should be there, and are not."""
    if not permits(principal, Action.SEE_RELAYS):
        return
    for relay in services.relays.snapshot():
        if relay.error and relay.state in _TRIES:
            yield _of_network(relay.mount, f"can't be had from another server: {relay.error}")
    for master in services.relays.masters():
        if master.error:
            yield _of_network("", f"What {master.url} has can't be mirrored: {master.error}")
    for push in services.pushes.snapshot():
        if push.error and push.state in _TRIES:
            yield _of_network(push.mount, f"is not taken by {push.target}: {push.error}")


def _of_network(mount: str, words: str) -> Need:
    return Need("warn", mount, _ended(words), link=urls.NETWORK, link_words="Network")


def _refused(principal: Principal, services: Services) -> Iterator[Need]:
    """Transcoders that can't work."""
    if not permits(principal, Action.SEE_TRANSCODERS):
        return
    for one in services.transcoders.snapshot():
        if one.state is TranscoderState.REFUSED:
            yield Need("warn", one.output, _ended(f"can't be made of {one.input}: {one.error}"))


def _ended(words: str) -> str:
    return f"{words.rstrip('.')}."


def _without_music(strips: Sequence[Strip], services: Services) -> Iterator[Need]:
    """AutoDJs that have nothing to play, or are about to."""
    for strip in strips:
        found = services.autodjs.get(strip.mount)
        if found is None:
            continue
        told = found.snapshot()
        words = []
        if told.is_heard and told.is_silent:
            words.append(f"has an AutoDJ that plays silence: {told.words}.")
        if told.library_fault:
            its = "The folder of its" if words else "has an AutoDJ: the folder of its"
            words.append(f"{its} music can't be read: {told.library_fault}.")
        if words:
            tone = "bad" if told.is_heard and told.is_silent else "warn"
            link = f"{urls.STUDIO}{quote(strip.mount, safe='/')}"
            yield Need(tone, strip.mount, " ".join(words), link=link, link_words="Studio")


def _waiting(strips: Sequence[Strip], principal: Principal) -> list[Need]:
    words = "is a source on a mount that nobody set up. Lists leave it out."
    may = permits(principal, Action.MAKE_MOUNT)
    return [Need("", strip.mount, words, decide=may) for strip in strips if strip.waiting]


def _locked_out(principal: Principal, services: Services) -> list[Need]:
    if not permits(principal, Action.SEE_LOCKOUTS):
        return []
    number = len(services.lockouts.listed())
    if not number:
        return []
    words = "1 address is" if number == 1 else f"{count(number)} addresses are"
    return [
        Need("warn", "", f"{words} locked out.", link=urls.ACCESS_LOCKOUTS, link_words="Access")
    ]


def _restart(principal: Principal, started_with: Config, config: Config) -> list[Need]:
    if not permits(principal, Action.SEE_SETTINGS):
        return []
    keys = needs_restart(started_with, config)
    if not keys:
        return []
    words = f"Changed, and in force after a restart: {', '.join(keys)}."
    return [Need("warn", "", words, link=urls.SETTINGS, link_words="Settings")]
