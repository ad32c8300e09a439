"""Who is at the other end of a connection."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """An encoder, player or browser, as far as its connection and request tell.

    ``address`` comes from the one function that decides client addresses
    (``net/peer.py``); IPv4-mapped IPv6 is already plain IPv4.
    """

    address: str
    agent: str = ""
    referer: str = ""
    secure: bool = False
