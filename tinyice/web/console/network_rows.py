"""The rows of the Network page: relays, servers that are mirrored, pushes, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from tinyice.web.api.masters import MasterNow
from tinyice.web.api.pushes import PushNow
from tinyice.web.api.relays import RelayNow
from tinyice.web.console.figures import elapsed
from tinyice.web.console.signal import Node

_PROTOCOLS = {"put": "Icecast", "source": "Icecast, SOURCE", "shoutcast": "Shoutcast"}
_MEGA = 1_000_000
_GIGA = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One connection to another server.

    ``which`` tells it from others of its ``kind``; ``dress`` is that of the tally.
    ``chain``: the other servers, the best first. ``facts``: pairs of a name and a value.
    ``trouble`` says what is wrong, ``next_try`` when it is tried again, ``note`` what is
    worth knowing. ``is_named``: it stands in the file, and can be changed.
    """

    kind: str
    which: str
    name: str
    tally: str
    dress: str
    chain: tuple[Node, ...]
    facts: tuple[tuple[str, str], ...]
    trouble: str = ""
    next_try: str = ""
    note: str = ""
    enabled: bool = True
    is_named: bool = True


@dataclass(frozen=True, slots=True)
class Summary:
    """How many there are, and how many of them are as they should be."""

    relays: int
    on_air: int
    pushes: int
    sending: int

    def __str__(self) -> str:
        return (
            f"{_several(self.relays, 'relay')}, {self.on_air} on air; "
            f"{_several(self.pushes, 'push')}, {self.sending} sending"
        )


_RELAY_TALLY = {
    "off": ("Off", ""),
    "idle": ("On demand", ""),
    "connecting": ("Connecting", ""),
    "on air": ("On air", "auto"),
    "waiting": ("No signal", "error"),
}
_PUSH_TALLY = {
    "off": ("Off", ""),
    "idle": ("Off air", ""),
    "connecting": ("Connecting", ""),
    "sending": ("Sending", "auto"),
    "waiting": ("Not taken", "error"),
}


def relay_row(relay: RelayNow, now: datetime) -> Row:
    """A relay."""
    tally, dress = _RELAY_TALLY[relay.state]
    urls = tuple(dict.fromkeys(_shown(one) for one in (relay.url, *relay.urls) if one))
    facts = [("Since", _since(relay.connected_since, now)), ("Received", _bytes(relay.bytes_in))]
    is_live = relay.active
    return Row(
        kind="relay",
        which=relay.mount,
        name=relay.mount,
        tally=tally,
        dress=dress,
        chain=tuple(_upstream(url, at, relay) for at, url in enumerate(urls)),
        facts=tuple(facts) if is_live else (),
        trouble=_sentence(relay.error),
        next_try=_next_try(relay.next_try_seconds),
        note=f"Mirrored from {relay.master}" if relay.master else _demand(relay),
        enabled=relay.enabled,
        is_named=not relay.master,
    )


def master_row(master: MasterNow, now: datetime) -> Row:
    """A server that is mirrored."""
    if not master.enabled:
        tally, dress = "Off", ""
    elif master.error:
        tally, dress = "No list", "error"
    elif master.read_at:
        tally, dress = "Mirrored", "auto"
    else:
        tally, dress = "Connecting", ""
    state = {"auto": "air", "error": "lost"}.get(dress, "ready" if master.enabled else "none")
    facts = [("Mounts", str(master.mounts)), ("List read", _ago(master.read_at, now))]
    if master.prefix:
        facts.append(("Prefix", master.prefix))
    return Row(
        kind="master",
        which=master.url,
        name=_shown(master.url),
        tally=tally,
        dress=dress,
        chain=(Node("All its mounts", state, "on demand" if master.on_demand else ""),),
        facts=tuple(facts) if master.read_at else (),
        trouble=_sentence(master.error),
        enabled=master.enabled,
    )


def push_row(push: PushNow, now: datetime) -> Row:
    """A push."""
    tally, dress = _PUSH_TALLY[push.state]
    state = {"sending": "air", "waiting": "lost", "off": "none"}.get(push.state, "ready")
    facts = [("Since", _since(push.connected_since, now)), ("Sent", _bytes(push.bytes_out))]
    if push.bytes_left_out:
        facts.append(("Left out", _bytes(push.bytes_left_out)))
    titles = f"Titles: {push.titles_error}" if push.titles_error else ""
    return Row(
        kind="push",
        which=push.id,
        name=push.mount,
        tally=tally,
        dress=dress,
        chain=(Node(_shown(push.target), state, _PROTOCOLS[push.protocol]),),
        facts=tuple(facts) if push.active or push.bytes_left_out else (),
        trouble=_sentence(push.error),
        next_try=_next_try(push.next_try_seconds),
        note=titles,
        enabled=push.enabled,
    )


def summed_up(relays: Sequence[RelayNow], relays_total: int, pushes: Sequence[PushNow]) -> Summary:
    """The line at the head of the page."""
    return Summary(
        relays_total,
        sum(one.active for one in relays),
        len(pushes),
        sum(one.active for one in pushes),
    )


def _upstream(url: str, at: int, relay: RelayNow) -> Node:
    if relay.active and url == relay.upstream:
        return Node(url, "air" if at == 0 else "warn", "" if at == 0 else "in place of the first")
    if relay.state == "off":
        return Node(url, "none", "")
    return Node(url, "lost" if relay.state == "waiting" else "ready", "")


def _shown(url: str) -> str:
    return url.partition("?")[0]


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _demand(relay: RelayNow) -> str:
    return "On demand: it connects when somebody listens" if relay.on_demand else ""


def _next_try(seconds: float | None) -> str:
    return "" if seconds is None else f"Next try in {max(1, ceil(seconds))} s"


def _since(at: str | None, now: datetime) -> str:
    return "" if at is None else elapsed((now - datetime.fromisoformat(at)).total_seconds())


def _ago(at: str | None, now: datetime) -> str:
    told = _since(at, now)
    return f"{told} ago" if told else "never"


def _bytes(count: int) -> str:
    if count >= _GIGA:
        return f"{count / _GIGA:.2f} GB"
    return f"{count / _MEGA:.1f} MB"


def _several(count: int, word: str) -> str:
    many = f"{word}es" if word.endswith("sh") else f"{word}s"
    return f"{count} {word if count == 1 else many}"
