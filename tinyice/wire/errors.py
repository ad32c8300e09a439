"""Errors have a side: what stands here is the peer's fault."""


class PeerError(Exception):
    """The peer broke its protocol.

    ``status`` is the HTTP status that answers it (0: no answer is possible,
    close the connection); ``reason`` is one sentence without bytes of the peer.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
