"""What a door is doing, and which methods it knows; ``door.py`` says what the states mean."""

from enum import Enum

ALLOW = "GET, HEAD, OPTIONS, POST, SOURCE"
"""Methods told to who asks. Without PUT, libshout stays with SOURCE, its older way."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "SOURCE", "OPTIONS", "DELETE", "PATCH"})


class State(Enum):
    """What the door is doing."""

    IDLE = "idle"
    READING = "reading"
    BODY = "body"
    DECIDING = "deciding"
    ANSWERING = "answering"
    FLUSHING = "flushing"
    GONE = "gone"
