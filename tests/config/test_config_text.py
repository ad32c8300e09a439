"""JSON text: the same values as the standard library's, clearer faults."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.config.text import TextFault, parse_object


def verdict_on(text: str) -> dict[str, object] | TextFault:
    try:
        return parse_object(text)
    except TextFault as fault:
        return fault


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=100)
@given(st.dictionaries(st.text(), VALUES), st.sampled_from([None, 2]), st.booleans())
def test_what_json_writes_is_read_the_same_and_in_order(
    document: dict[str, object], indent: int | None, escape: bool
) -> None:
    text = json.dumps(document, indent=indent, ensure_ascii=escape)
    value = parse_object(text)
    assert value == document
    assert list(value) == list(document)


@settings(max_examples=100)
@given(st.text(alphabet='{}[]",:\\/*#u0123.eE-+ \ntrufalsn\ufeff\0é') | st.text())
def test_any_text_gives_an_object_or_one_fault_with_its_place(text: str) -> None:
    verdict = verdict_on(text)
    if isinstance(verdict, TextFault):
        assert 1 <= verdict.line <= text.count("\n") + 1
        assert str(verdict).startswith(f"line {verdict.line}, column {verdict.column}: ")
    else:
        assert verdict == json.loads(text)


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("", 1, 1, "ends too early"),
        ("[]", 1, 1, "must be an object"),
        ("8000", 1, 1, "must be an object"),
        ('\ufeff{"port": 1}', 1, 1, "byte order mark"),
        ('{\n  // the port\n  "port": 1}', 2, 3, "comments"),
        ('{\n  "port": 1 /* x */\n}', 2, 13, "comments"),
        ('# x\n{"port": 1}', 1, 1, "comments"),
        ('{"port": 1} // x', 1, 13, "comments"),
        ('{"port": 1,\n}', 1, 11, "take the comma out"),
        ('{"a": [1,2,]}', 1, 11, "take the comma out"),
        ('{"port": 1\n "host": 2}', 2, 2, "comma"),
        ('{"port" 1}', 1, 9, "colon"),
        ("{'port': 1}", 1, 2, "double quotes"),
        ("{port: 1}", 1, 2, "double quotes"),
        ('{"port": 1, "port": 2}', 1, 13, "second time"),
        ('{"a": {"b": 1, "b": 2}}', 1, 16, "second time"),
        ('{"a": True}', 1, 7, "true"),
        ('{"a": NaN}', 1, 7, "value is expected"),
        ('{"a": 1e999}', 1, 7, "too large"),
        ('{"a": "x\ny"}', 1, 7, "closing quote"),
        ('{"a": "C:\\data"}', 1, 7, "escaped"),
        ('{"a": "\\ud800"}', 1, 7, "pair"),
        ('{"a": 1}}', 1, 9, "nothing may follow"),
        ('{"a": 1', 1, 8, "ends too early"),
        ('{"a": ' + "[" * 100, 1, 39, "nested"),
    ],
)
def test_each_fault_is_named_at_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(TextFault) as caught:
        parse_object(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in str(caught.value)
