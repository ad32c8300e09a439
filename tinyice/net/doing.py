"""What a door is doing; ``door.py`` says what each of these means."""

from enum import Enum


class State(Enum):
    """What the door is doing."""

    IDLE = "idle"
    READING = "reading"
    BODY = "body"
    DECIDING = "deciding"
    ANSWERING = "answering"
    FLUSHING = "flushing"
    GONE = "gone"
