"""The stream of an upstream, once its head was read: audio and titles, told apart."""

from tinyice.core.tags import Tags
from tinyice.formats.frozen import State
from tinyice.net.admission import DEFAULT_TYPE, inline_metadata
from tinyice.wire.body import Body, thawed_body
from tinyice.wire.charset import decode_text, printable
from tinyice.wire.headers import Headers
from tinyice.wire.icy_inline import InlineMetadata, parse_stream_title
from tinyice.wire.response import ResponseHead, body_of_response
from tinyice.wire.station import station_fields

_AGENT_CHARS = 200


class Stream:
    """What follows a head with these ``headers``, in this ``body``."""

    def __init__(self, headers: Headers, body: Body, inline: InlineMetadata | None) -> None:
        self.content_type = printable(headers.text("content-type")).strip() or DEFAULT_TYPE
        self.station = station_fields(headers)
        """What the upstream says of its programme."""
        self.server = printable(headers.text("server")).strip()[:_AGENT_CHARS]
        """What the upstream says of itself."""
        self.via = printable(headers.text("via")).strip()
        """Through which servers the stream came."""
        self._headers = headers
        self._body = body
        self._inline = inline

    @classmethod
    def after(cls, head: ResponseHead) -> "Stream":
        """What follows ``head``; raises ``PeerError`` where nobody can read that."""
        return cls(head.headers, body_of_response(head), inline_metadata(head.headers))

    @classmethod
    def thawed(cls, state: State) -> "Stream":
        """One that goes on where another one was frozen."""
        inline = None
        if state["inline"] is not None:
            inline = InlineMetadata(state["inline"]["metaint"])
            inline.thaw(state["inline"])
        headers = Headers([(name, value) for name, value in state["headers"]])
        return cls(headers, thawed_body(state["body"]), inline)

    def freeze(self) -> State:
        """Where it stands between two feeds; see ``formats/frozen.py``."""
        return {
            "headers": [list(field) for field in self._headers.items()],
            "body": self._body.freeze(),
            "inline": None if self._inline is None else self._inline.freeze(),
        }

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
