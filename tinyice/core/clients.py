"""Who is at the other end of a connection."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """An encoder, player or browser, as far as its connection and request tell.

    ``address`` comes from the one function that decides client addresses
    (``net/peer.py``); IPv4-mapped IPv6 is already plain IPv4. ``secure``: its
    own connection is encrypted; ``offloaded``: by a proxy, and ours is not. ``via``: what
    a server that relays us calls itself (RFC 9110, 7.6.3).
    """

    address: str
    agent: str = ""
    referer: str = ""
    secure: bool = False
    offloaded: bool = False
    via: str = ""

    @property
    def encrypted_here(self) -> bool:
        """Whether what it gets is encrypted by this server."""
        return self.secure and not self.offloaded
