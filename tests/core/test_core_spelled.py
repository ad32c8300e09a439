"""Names of files as text that can be written down."""

from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.spelled import spelled, unspelled


@given(st.binary(max_size=40))
def test_every_name_comes_back(name: bytes) -> None:
    """And what it is in between can be written."""
    path = name.decode("utf-8", "surrogateescape")
    if any("\uef80" <= each <= "\uefff" for each in path):
        return
    text = spelled(path)
    text.encode("utf-8")
    assert unspelled(text) == path


def test_what_is_text_stays_as_it_is() -> None:
    for path in ("", "a/b.mp3", "Bäume/Lied 🎵.flac"):
        assert spelled(path) == unspelled(path) == path
