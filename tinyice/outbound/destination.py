"""Where a request goes: an http or https address, taken apart once."""

import re
from dataclasses import dataclass, field
from ipaddress import IPv6Address
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from tinyice.outbound.errors import Kind, OutboundError

PORTS = {"http": 80, "https": 443}
LONGEST = 8192

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?")
_KEPT = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True)
class Login:
    """A user and a password for the other side."""

    user: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Destination:
    """One address. ``host`` is in lower case and ASCII, without brackets; ``target`` begins with /.

    The representation leaves out what may be secret: target and login.
    """

    scheme: str
    host: str
    port: int
    target: str = field(repr=False)
    login: Login | None = field(default=None, repr=False)

    @property
    def origin(self) -> str:
        """Scheme, host and port: what may be shown and logged."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}"

    @property
    def url(self) -> str:
        """The whole address, without the login."""
        return self.origin + self.target


def parse(url: str) -> Destination:
    """Take ``url`` apart; OutboundError when nothing can be sent there."""
    if len(url) > LONGEST:
        raise _fault("is too long")
    try:
        parts = urlsplit(url.strip())
        scheme, port = parts.scheme.lower(), parts.port
    except ValueError:
        raise _fault("is malformed") from None
    if scheme not in PORTS:
        raise _fault("begins with neither http:// nor https://")
    if "\\" in parts.netloc:
        raise _fault("is malformed")
    if port == 0:
        raise _fault("has no possible port")
    target = quote(parts.path or "/", safe=_KEPT)
    if parts.query:
        target += "?" + quote(parts.query, safe=_KEPT)
    return Destination(scheme, _host(parts), port or PORTS[scheme], target, _login(parts))


def follow(origin: Destination, location: str) -> Destination:
    """Where ``location``, in an answer from ``origin``, leads."""
    try:
        return parse(urljoin(origin.url, location))
    except ValueError:
        raise _fault("is malformed") from None


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        try:
            # no zones: they name a way out of this machine
            return str(IPv6Address(host.replace("%", "!")))
        except ValueError:
            raise _fault("has a malformed host") from None
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise _fault("has a malformed host") from None
    if not _NAME.fullmatch(name):
        raise _fault("has a malformed host")
    return name


def _login(parts: SplitResult) -> Login | None:
    if not parts.username and not parts.password:
        return None
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Login(user, password.encode())


def _fault(what: str) -> OutboundError:
    return OutboundError(Kind.PROTOCOL, f"the address {what}")
