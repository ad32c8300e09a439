"""The event log as text: one line an entry, then the lines of a traceback, indented."""

from collections.abc import Iterator

from tinyice.logs.authline import without_auth_words
from tinyice.logs.quoting import one_line, quoted
from tinyice.logs.record import Record, Scalar


def text_of(record: Record) -> str:
    """``time level [logger] message key=value ...``, with the end of the line.

    A line that does not begin with a time belongs to the entry above it: peers
    can't forge one, because what does not print is escaped.
    """
    lines = [" ".join(_parts(record))]
    lines += (f"    {one_line(line)}" for line in record.traceback.split("\n") if line)
    return without_auth_words("\n".join(lines), "\\x20") + "\n"


def _parts(record: Record) -> Iterator[str]:
    yield record.time.isoformat(timespec="milliseconds")
    yield record.level
    yield f"[{one_line(record.logger)}]"
    if record.message:
        yield one_line(record.message)
    for key, value in record.fields.items():
        yield f"{one_line(key)}={_value(value)}"


def _value(value: Scalar) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return quoted(value) if isinstance(value, str) else str(value)
