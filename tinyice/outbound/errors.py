"""Why an outgoing request came to nothing."""

from enum import Enum


class Kind(Enum):
    """What went wrong."""

    REFUSED_ADDRESS = "refused-address"
    """The guard does not let us talk to this address."""
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    TOO_LARGE = "too-large"
    PROTOCOL = "protocol"
    """What came back is no proper HTTP, or leads where we don't go."""
    BUSY = "busy"
    """As many requests wait as may wait."""


class OutboundError(Exception):
    """A request without an answer. The sentence has no secrets and may be shown."""

    def __init__(self, kind: Kind, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence
