"""Whether anybody hears what a mount brings."""

from tinyice.core.wanting import LINGER_S, Audience


def test_an_audience_lingers() -> None:
    """Who went a moment ago may be back; each change of the answer is told once."""
    audience = Audience()
    audience.begin(100.0)
    assert audience.is_there
    assert not audience.look(100.0 + LINGER_S - 0.1, is_wanted=False)
    assert audience.look(100.0 + LINGER_S, is_wanted=False)
    assert not audience.is_there
    assert not audience.look(200.0, is_wanted=False)
    assert audience.look(201.0, is_wanted=True)
    assert not audience.look(202.0, is_wanted=True)
    assert not audience.look(202.0 + LINGER_S - 0.1, is_wanted=False)
    assert audience.look(202.0 + LINGER_S, is_wanted=False)
