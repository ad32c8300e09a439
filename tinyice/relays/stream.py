"""The stream of an upstream, once its head was read: audio and titles, told apart."""

from tinyice.core.tags import Tags
from tinyice.net.admission import DEFAULT_TYPE, inline_metadata
from tinyice.wire.charset import decode_text, printable
from tinyice.wire.icy_inline import parse_stream_title
from tinyice.wire.response import ResponseHead, body_of_response
from tinyice.wire.station import station_fields

_AGENT_CHARS = 200


class Stream:
    """What follows ``head``; raises ``PeerError`` where nobody can read that."""

    def __init__(self, head: ResponseHead) -> None:
        self.content_type = printable(head.headers.text("content-type")).strip() or DEFAULT_TYPE
        self.station = station_fields(head.headers)
        """What the upstream says of its programme."""
        self.server = printable(head.headers.text("server")).strip()[:_AGENT_CHARS]
        """What the upstream says of itself."""
        self.via = printable(head.headers.text("via")).strip()
        """Through which servers the stream came."""
        self._body = body_of_response(head)
        self._inline = inline_metadata(head.headers)

    @property
    def is_complete(self) -> bool:
        """Whether the upstream has ended it properly."""
        return self._body.complete

    def feed(self, data: bytes, charset: str) -> tuple[bytes, Tags | None]:
        """The audio in ``data``, and the newest title in it; raises ``PeerError``.

        ``charset`` is assumed of titles that are no UTF-8.
        """
        audio = self._body.feed(data)
        if self._inline is None:
            return audio, None
        audio, texts = self._inline.feed(audio)
        return audio, _tags(texts[-1], charset) if texts else None


def _tags(text: bytes, charset: str) -> Tags:
    title, url = parse_stream_title(text)
    return Tags(title=decode_text(title, assumed=charset), url=decode_text(url, assumed=charset))
