"""What a metadata update says plays now."""

from tinyice.core.tags import Tags
from tinyice.web.params import Params
from tinyice.wire.charset import printable

MAX_TEXT = 4096
"""No title is longer; ICY could not carry one either."""


def tags_in(params: Params, assumed: str) -> Tags | None:
    """The tags of an update; None when it names nothing that plays.

    ``assumed`` is the mount's charset, for encoders that name none.

    ``song`` is one line and wins, as in Icecast, unless it only repeats artist
    and title, which then stay apart. Nothing is kept of earlier updates.
    """
    charset = params.text("charset").strip()
    song, artist, title, url = (
        printable(params.text(name, charset, assumed)).strip()[:MAX_TEXT]
        for name in ("song", "artist", "title", "url")
    )
    apart = Tags(artist=artist, title=title, url=url)
    if title and song in ("", title, apart.display):
        return apart
    return Tags(title=song, url=url) if song else None
