"""Channels: short messages from client to client. Pure."""

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from tinyice.autodj.mpd.needs import Subsystem
from tinyice.wire.mpd import Ack, MpdFault

CHANNELS_MAX = 16
"""So many channels may one client be subscribed to."""

MESSAGES_MAX = 64
"""So many messages wait for one client."""

_NAME = re.compile(r"[A-Za-z0-9_.:-]{1,100}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody has said."""

    channel: str
    text: str


class Subscriber(Protocol):
    """Somebody who listens to channels."""

    channels: set[str]
    messages: deque[Message]

    @property
    def wake(self) -> Callable[[Subsystem], None]:
        """Whom to tell that there are messages."""


class Channels:
    """Those of one server."""

    def __init__(self) -> None:
        self._members: dict[str, list[Subscriber]] = {}

    def names(self) -> list[str]:
        """Those that somebody is subscribed to."""
        return sorted(self._members)

    def subscribe(self, who: Subscriber, channel: str) -> None:
        """Let ``who`` hear what is said there; raises ``MpdFault``."""
        _check(channel)
        if channel in who.channels:
            raise MpdFault(Ack.EXIST, "already subscribed to this channel")
        if len(who.channels) >= CHANNELS_MAX:
            raise MpdFault(Ack.EXIST, "subscription list is full")
        who.channels.add(channel)
        self._members.setdefault(channel, []).append(who)

    def unsubscribe(self, who: Subscriber, channel: str) -> None:
        """Let ``who`` hear no more of it; raises ``MpdFault``."""
        if channel not in who.channels:
            raise MpdFault(Ack.NO_EXIST, "not subscribed to this channel")
        who.channels.discard(channel)
        left = [member for member in self._members[channel] if member is not who]
        if left:
            self._members[channel] = left
        else:
            del self._members[channel]

    def leave(self, who: Subscriber) -> None:
        """Let ``who`` hear nothing any more."""
        for channel in tuple(who.channels):
            self.unsubscribe(who, channel)

    def say(self, channel: str, text: str) -> Iterable[Subscriber]:
        """Say something to everybody there; who had no message waiting. Raises ``MpdFault``."""
        _check(channel)
        members = self._members.get(channel)
        if not members:
            raise MpdFault(Ack.NO_EXIST, "nobody is subscribed to this channel")
        woken = [member for member in members if not member.messages]
        for member in members:
            if len(member.messages) < MESSAGES_MAX:
                member.messages.append(Message(channel, text))
        return woken


def _check(channel: str) -> None:
    if not _NAME.fullmatch(channel):
        raise MpdFault(Ack.ARG, "invalid channel name")
