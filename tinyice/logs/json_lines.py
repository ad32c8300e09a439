"""The event log as JSON: one object a line, ASCII only."""

import json
import math

from tinyice.logs.authline import without_auth_words
from tinyice.logs.record import Record, Scalar


def json_of(record: Record) -> str:
    """An object with time, level, logger, message and fields, with the end of the line.

    ``traceback`` is there where something failed.
    """
    entry: dict[str, object] = {
        "time": record.time.isoformat(timespec="milliseconds"),
        "level": record.level,
        "logger": record.logger,
        "message": record.message,
        "fields": {key: _value(value) for key, value in record.fields.items()},
    }
    if record.traceback:
        entry["traceback"] = record.traceback
    # Words that blanks part stand inside strings only: the escape is valid there.
    return without_auth_words(json.dumps(entry, allow_nan=False), "\\u0020") + "\n"


def _value(value: Scalar) -> Scalar:
    # JSON has no word for these.
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
