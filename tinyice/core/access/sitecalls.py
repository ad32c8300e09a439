"""What a station's web site is asked and told, and how it answers: as Icecast does it.

Everything is posted as the fields of a form. The site lets in with a header of
its answer, and whatever else it answers refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tinyice.core.access.gates import ListenerTicket
from tinyice.core.access.listeners import Verdict
from tinyice.core.clients import Client
from tinyice.core.settings import UrlAuthSettings
from tinyice.wire.basic import Credentials

Fields = dict[str, str | bytes]

NO_AGENT = "-"
MESSAGE_HEADER = "icecast-auth-message"
LONGEST_MESSAGE = 200


@dataclass(frozen=True, slots=True)
class Server:
    """How this server calls itself to sites."""

    name: str
    port: int


def listener_add(server: Server, auth: UrlAuthSettings, ticket: ListenerTicket) -> Fields:
    """May this listener come in? With the headers of its request that the site wants."""
    fields = {"action": "listener_add"} | _listener(server, ticket)
    if ticket.client.referer:
        fields["referer"] = ticket.client.referer
    for name in auth.headers:
        value = ticket.headers.get(name)
        if value is not None:
            fields[auth.header_prefix + name] = value
    return fields


def listener_remove(server: Server, ticket: ListenerTicket, seconds: float) -> Fields:
    """This listener is gone, after so many seconds."""
    duration: Fields = {"duration": str(max(0, int(seconds)))}
    return {"action": "listener_remove"} | _listener(server, ticket) | duration


def mount_news(server: Server, action: str, mount: str) -> Fields:
    """A source has come to ``mount`` (``mount_add``), or it is gone (``mount_remove``)."""
    return {"action": action, "mount": mount, **_server(server)}


def stream_auth(
    server: Server, mount: str, client: Client, credentials: Credentials, *, admin: bool
) -> Fields:
    """May this source feed ``mount``? ``admin``: or change something about it."""
    fields: Fields = {
        "action": "stream_auth",
        "mount": mount,
        "ip": client.address,
        **_server(server),
        **_login(credentials),
    }
    return fields | {"admin": "1"} if admin else fields


def verdict(auth: UrlAuthSettings, status: int, headers: Mapping[str, str]) -> Verdict:
    """What an answer of the site means. Names in ``headers`` are in lower case."""
    name, wanted = _header(auth.auth_header)
    value = headers.get(name)
    if not 200 <= status < 300 or value is None or (wanted and value.strip().lower() != wanted):
        message = headers.get(MESSAGE_HEADER, "")
        return Verdict(allowed=False, message=_printable(message))
    return Verdict(allowed=True, time_limit_s=_seconds(auth, headers))


def _listener(server: Server, ticket: ListenerTicket) -> Fields:
    mount = ticket.mount.encode()
    return {
        **_server(server),
        "client": str(ticket.listener),
        "mount": mount + b"?" + ticket.query if ticket.query else mount,
        **_login(ticket.credentials),
        "ip": ticket.client.address,
        "agent": ticket.client.agent or NO_AGENT,
    }


def _server(server: Server) -> Fields:
    return {"server": server.name, "port": str(server.port)}


def _login(credentials: Credentials | None) -> Fields:
    if credentials is None:
        return {"user": "", "pass": ""}
    return {"user": credentials.user, "pass": credentials.password}


def _header(setting: str) -> tuple[str, str]:
    name, _, value = setting.partition(":")
    return name.strip().lower(), value.strip().lower()


def _seconds(auth: UrlAuthSettings, headers: Mapping[str, str]) -> float | None:
    """The time limit; what is no number, or 0, is none."""
    text = headers.get(_header(auth.timelimit_header)[0], "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return float(text) or None


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable())[:LONGEST_MESSAGE]
