"""What kind of picture some bytes are. Pure."""

_MARKS = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


def kind_of(picture: bytes) -> str:
    """The type of a picture by its bytes; "" for what browsers are not to be given."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for mark, kind in _MARKS if picture.startswith(mark)), "")
