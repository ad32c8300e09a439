"""Answers for the console's own scripts."""

import msgspec

from tinyice.web.answers import NOT_CACHED, Answer


def document(value: object) -> Answer:
    """JSON that pages of other sites can't read."""
    return Answer(200, "application/json; charset=utf-8", msgspec.json.encode(value), NOT_CACHED)
