"""``python -m tinyice.workers``: a worker, begun by the main process.

Words: the descriptor of the channel, jumps in a row, and the shortest and
longest pulse in milliseconds.
"""

import sys

from tinyice.work.childside import live_as_child


def main(words: list[str]) -> None:
    """Be a worker until the main process says stop, or is gone."""
    live_as_child()
    # A worker speaks no TLS. Without this Twisted loads it all: a third of the memory.
    sys.modules["OpenSSL"] = None  # type: ignore[assignment]
    from tinyice.workers.serving import serve  # noqa: PLC0415

    descriptor, jumps_max, shortest_ms, longest_ms = (int(word) for word in words)
    serve(descriptor, jumps_max=jumps_max, pulse_ms=(shortest_ms, longest_ms))


if __name__ == "__main__":
    main(sys.argv[1:])
