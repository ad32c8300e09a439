"""Countries, as far as addresses tell them."""

from dataclasses import dataclass

from tinyice.core.networks import Networks


@dataclass(frozen=True, slots=True)
class Country:
    """A country: its code of two letters (ISO 3166), and its name in English."""

    code: str
    name: str


LOCAL = Country("local", "Local")
"""Where private addresses are: no database knows them."""

_PRIVATE = Networks(
    (
        *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "169.254.0.0/16"),
        *("::1", "fe80::/10", "fc00::/7"),
    )
)


def is_local(address: str) -> bool:
    """Whether ``address`` is one that every network may have for itself."""
    return address in _PRIVATE
