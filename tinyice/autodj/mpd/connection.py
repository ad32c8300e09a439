"""Commands about the connection: the password, the tags that are wanted, and channels."""

from collections.abc import Sequence

from tinyice.autodj.mpd.needs import NOTHING, Permission, Subsystem
from tinyice.autodj.mpd.songs import ALL_TAGS, TAGS, tag_name
from tinyice.autodj.mpd.talk import Command, Table, Talk
from tinyice.wire.mpd import Ack, MpdFault

MESSAGE_MAX = 4096


def _ping(_talk: Talk, _args: Sequence[str]) -> None:
    """Nothing: that there is an answer says it all."""


async def _password(talk: Talk, args: Sequence[str]) -> None:
    visitor = talk.visitor
    visitor.may |= await talk.station.keys.open(
        args[0].encode("utf-8", "surrogateescape"), visitor.client
    )


def _tagtypes(talk: Talk, args: Sequence[str]) -> None:
    visitor = talk.visitor
    deed, named = (args[0] if args else ""), args[1:]
    takes_names = deed in {"enable", "disable", "reset"}
    if takes_names != bool(named):
        raise MpdFault(Ack.ARG, "Not enough arguments" if takes_names else "Too many arguments")
    tags = frozenset(tag_name(word) for word in named) & ALL_TAGS
    if deed in {"", "available"}:
        for tag, name in TAGS.items():
            if tag in visitor.tags or deed:
                talk.answer.pair("tagtype", name)
    elif deed == "enable":
        visitor.tags |= tags
    elif deed == "disable":
        visitor.tags -= tags
    elif deed in {"all", "clear", "reset"}:
        visitor.tags = {"all": ALL_TAGS, "clear": frozenset[str](), "reset": tags}[deed]
    else:
        raise MpdFault(Ack.ARG, "Unknown sub command")


def _subscribe(talk: Talk, args: Sequence[str]) -> None:
    is_new = args[0] not in talk.channels.names()
    talk.channels.subscribe(talk.visitor, args[0])
    if is_new:
        talk.tell(Subsystem.SUBSCRIPTION)


def _unsubscribe(talk: Talk, args: Sequence[str]) -> None:
    talk.channels.unsubscribe(talk.visitor, args[0])
    if args[0] not in talk.channels.names():
        talk.tell(Subsystem.SUBSCRIPTION)


def _channels(talk: Talk, _args: Sequence[str]) -> None:
    for channel in talk.channels.names():
        talk.answer.pair("channel", channel)


def _readmessages(talk: Talk, _args: Sequence[str]) -> None:
    messages = talk.visitor.messages
    while messages:
        message = messages.popleft()
        talk.answer.pair("channel", message.channel)
        talk.answer.pair("message", message.text)


def _sendmessage(talk: Talk, args: Sequence[str]) -> None:
    if len(args[1]) > MESSAGE_MAX:
        raise MpdFault(Ack.ARG, "The message is too long")
    for member in talk.channels.say(args[0], args[1]):
        member.wake(Subsystem.MESSAGE)


COMMANDS: Table = {
    "ping": Command(_ping, NOTHING),
    "password": Command(_password, NOTHING, 1, 1),
    "tagtypes": Command(_tagtypes, NOTHING, 0, None),
    "subscribe": Command(_subscribe, Permission.READ, 1, 1),
    "unsubscribe": Command(_unsubscribe, Permission.READ, 1, 1),
    "channels": Command(_channels, Permission.READ),
    "readmessages": Command(_readmessages, Permission.READ),
    "sendmessage": Command(_sendmessage, Permission.CONTROL, 2, 2),
}
