"""What people take for the same is found as the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tinyice.core.folding import fold


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BEYONCE", "Beyoncé"),
        ("Straße", "STRASSE"),
        ("ＡＢＣ", "abc"),
        ("Ёлка", "елка"),
        ("ΟΔΟΣ", "οδός"),
        ("I\u0307", "i"),
    ],
)
def test_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(("one", "other"), [("は", "ば"), ("क", "कि"), ("a", "b"), ("", " ")])
def test_others(one: str, other: str) -> None:
    """Marks that make other letters stay."""
    assert fold(one) != fold(other)


@given(st.text())
def test_forms_of_unicode_do_not_matter(text: str) -> None:
    forms = {fold(unicodedata.normalize(form, text)) for form in ("NFC", "NFD")}
    assert len(forms) == 1


@given(st.text(st.characters(max_codepoint=127)))
def test_the_short_way_is_the_long_one(text: str) -> None:
    assert fold(text) == fold(text + "\u0301").removesuffix("\u0301")
