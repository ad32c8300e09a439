"""Forms that carry files: ``multipart/form-data``, taken apart within bounds.

What its parts are called and what they hold is told. Names and types of files are
written by whoever sends them, and are nobody's business.
"""

from collections.abc import Mapping

from tinyice.wire.errors import PeerError

KIND = b"multipart/form-data"
PARTS_MAX = 20


def parts_of(content_type: bytes, body: bytes) -> Mapping[str, bytes]:
    """The content of every part by its name, of two the last; raises ``PeerError``."""
    import multipart  # type: ignore[import-untyped]  # noqa: PLC0415 - for the first such form

    found: dict[str, list[bytes]] = {}
    pieces: list[bytes] = []
    _, options = multipart.parse_options_header(content_type.decode("latin-1"))
    try:
        with multipart.PushMultipartParser(
            options.get("boundary", ""), max_segment_count=PARTS_MAX
        ) as parser:
            for event in parser.parse(body):
                if isinstance(event, multipart.MultipartSegment):
                    pieces = found[event.name] = []
                elif event:
                    pieces.append(bytes(event))
    except multipart.MultipartError:
        raise PeerError(400, "The form can't be read.") from None
    return {name: b"".join(pieces) for name, pieces in found.items()}
