"""Artist and title apart, for people.

Most encoders send one line, and by custom it reads ``artist - title``. What is
sent apart stays as it was sent.
"""

from tinyice.core.tags import Tags

_BETWEEN = " - "


def artist_and_title(tags: Tags) -> tuple[str, str]:
    """Who plays, "" where that is not said, and what."""
    if tags.artist:
        return (tags.artist, tags.title) if tags.title else ("", tags.artist)
    artist, between, title = tags.title.partition(_BETWEEN)
    if between and artist.strip() and title.strip():
        return artist.strip(), title.strip()
    return "", tags.title
