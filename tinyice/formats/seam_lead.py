"""What stands in front of the sound of a programme, behind another programme.

Encoders, and servers that fill up to a grid, begin with a tag of ID3; encoders
of files put a table behind it. At the start of a stream players pass over that;
in the midst of one, decoders take a tag for a damaged frame. So it is left out
there: it tells nothing that is heard.
"""

from dataclasses import replace

from tinyice.formats.base import Chunk


def from_first_frame(chunk: Chunk) -> Chunk:
    """The chunk from its first sync point on; nothing of its bytes where it has none."""
    start = chunk.sync_points[0] if chunk.sync_points else len(chunk.data)
    if not start:
        return chunk
    points = tuple(point - start for point in chunk.sync_points)
    return replace(chunk, data=chunk.data[start:], sync_points=points)
