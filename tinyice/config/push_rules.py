"""Rules for pushes: each has a mount, a place to go, and a way there that it can take."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from tinyice.config.faults import Fault
from tinyice.config.items import Push
from tinyice.config.model import Config
from tinyice.config.relay_rules import Found, is_own

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LAST_PORT = 65535


def faults_of_pushes(config: Config) -> Found:
    """Give the faults of pushes, each with the keys that it stands on."""
    seen: set[str] = set()
    for index, push in enumerate(config.pushes):
        key = f"pushes[{index}]"
        if not push.mount:
            name = f"{key}.mount"
            yield (name,), Fault(name, "must name the mount that is sent")
        for message in _faults_of_id(push, seen):
            yield (f"{key}.id",), Fault(f"{key}.id", message)
        seen.add(push.called)
        for message in _faults_of_url(config, push):
            names = (f"{key}.url", f"{key}.mount", f"{key}.protocol")
            yield names, Fault(f"{key}.url", message)


def _faults_of_id(push: Push, seen: set[str]) -> Iterator[str]:
    if push.id and not _ID.fullmatch(push.id):
        yield "must be at most 64 letters, digits, dots, dashes and underlines"
    elif push.called in seen and push.id:
        yield f'must differ from the others; "{push.id}" is there twice'
    elif push.called in seen:
        yield "must be given: the same mount goes to the same address twice"


def _faults_of_url(config: Config, push: Push) -> Iterator[str]:
    if not push.url:
        yield "must name where the stream goes"
        return
    parts = urlsplit(push.url)
    if push.protocol == "shoutcast":
        if parts.scheme == "https":
            yield "must begin with http://, because Shoutcast knows no TLS for sources"
        elif parts.port == _LAST_PORT:
            yield "must leave room for the port after it, which sources use in Shoutcast"
    elif parts.path in ("", "/"):
        yield f"must name the mount there, for example {push.url.rstrip('/')}/live"
    elif is_own(config, push.mount, parts):
        yield f"must not be the mount itself: {push.mount} of this server"
