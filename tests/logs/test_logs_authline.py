"""The line that fail2ban reads: its exact shape, and that nobody can forge an address."""

import re
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tinyice.logs.authline import auth_failure_line, plain_address, without_auth_words

CET = timezone(timedelta(hours=1))
WHEN = datetime(2026, 2, 19, 3, 19, 24, 987654, tzinfo=CET)

# The filter as people have it; the address of fail2ban is a word of these characters.
FILTER = re.compile(
    r"^.*level=warning.*Authentication failed for user '.*' from (?P<host>[^ ]*):.*$"
)

SPOOFS = st.lists(
    st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ("'", '"', ":", "\\", " ", "\n", "' from ", "9.9.9.9", "::1", "level=warning ", "%27")
        ),
        st.just("Authentication failed for user '"),
    ),
    max_size=12,
).map("".join)


def test_the_line_is_the_documented_one() -> None:
    """Filters of other people know exactly this line."""
    assert auth_failure_line("admin", "203.0.113.9", "invalid password", WHEN) == (
        'time="2026-02-19T03:19:24+01:00" level=warning msg="Authentication failed for user'
        " 'admin' from 203.0.113.9: invalid password\" ip=203.0.113.9"
        ' reason="invalid password" subsystem=auth user=admin'
    )


def test_a_try_during_a_lockout_says_until_when() -> None:
    """Its reason is one of those that people's scripts know."""
    reason = "too many failed attempts. locked out until 03:34:24"
    assert auth_failure_line("admin", "203.0.113.9", reason, WHEN) == (
        'time="2026-02-19T03:19:24+01:00" level=warning msg="Authentication failed for user'
        " 'admin' from 203.0.113.9: too many failed attempts. locked out until 03:34:24\""
        ' ip=203.0.113.9 reason="too many failed attempts. locked out until 03:34:24"'
        " subsystem=auth user=admin"
    )


def test_ipv6_is_bare_in_the_message_and_quoted_as_a_field() -> None:
    """A colon is not among the characters that need no quotes."""
    line = auth_failure_line("source", "2001:DB8::1", "denied", WHEN)
    assert "from 2001:db8::1: denied" in line
    assert line.endswith('ip="2001:db8::1" reason=denied subsystem=auth user=source')


def test_utc_is_written_as_z() -> None:
    """RFC 3339 as the Go programs write it."""
    line = auth_failure_line("a", "::1", "no", WHEN.astimezone(timezone.utc))  # noqa: UP017
    assert line.startswith('time="2026-02-19T02:19:24Z" level=warning ')


@pytest.mark.parametrize(
    ("given_address", "shown"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::FFFF:CB00:7109", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::1"),
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("", "-"),
        ("localhost", "-"),
        ("1.2.3.4: x' from 9.9.9.9", "-"),
    ],
)
def test_addresses_are_what_a_firewall_takes(given_address: str, shown: str) -> None:
    """Mapped addresses are IPv4, zones are cut, and what is no address is no host either."""
    assert plain_address(given_address) == shown
    assert f" from {shown}: " in auth_failure_line("a", given_address, "no", WHEN)


@pytest.mark.parametrize(
    ("user", "shown"),
    [
        ("", "user="),
        ("dj_bob@radio.example+x", "user=dj_bob@radio.example+x"),
        ("x' from 9.9.9.9: y", 'user="x%27%20from%209.9.9.9%3A%20y"'),
        ("a\\\"'\r\n\0", 'user="a%5C%22%27%0D%0A%00"'),
        ("диджей", 'user="%D0%B4%D0%B8%D0%B4%D0%B6%D0%B5%D0%B9"'),
        ("\udcff", 'user="%ED%B3%BF"'),
        ("a" * 65, "user=" + "a" * 64 + "..."),
        ("'" * 40, 'user="' + "%27" * 21 + '..."'),
    ],
)
def test_user_names_are_one_harmless_word(user: str, shown: str) -> None:
    """Quotes, colons, blanks, controls and other alphabets are encoded, long names cut."""
    line = auth_failure_line(user, "203.0.113.9", "no", WHEN)
    assert line.endswith(f" subsystem=auth {shown}")
    name = shown.removeprefix("user=").strip('"')
    assert f"for user '{name}' from 203.0.113.9: no\"" in line


def test_reasons_keep_their_words_and_lose_their_quotes() -> None:
    """A reason may name a mount, which a peer has chosen."""
    reason = "no access to mount /x' from 9.9.9.9: y\n, locked out until 12:00:00"
    line = auth_failure_line("a", "203.0.113.9", reason, WHEN)
    shown = "no access to mount /x%27 from 9.9.9.9: y%0A, locked out until 12:00:00"
    assert f'203.0.113.9: {shown}" ip=203.0.113.9 reason="{shown}" subsystem' in line


@given(user=SPOOFS, reason=SPOOFS, address=st.ip_addresses().map(str))
@example(user="x' from 9.9.9.9: y", reason="z' from 8.8.8.8: w", address="2001:db8::")
@example(user=" from 9.9.9.9:", reason="", address="::")
def test_no_text_makes_the_filter_find_another_address(
    user: str, reason: str, address: str
) -> None:
    """Whatever a peer calls itself, the filter finds the address it came from."""
    line = auth_failure_line(user, address, reason, WHEN)
    assert line.isascii()
    assert line.isprintable()
    assert line.count("'") == 2
    assert line.count("level=warning") == 1
    assert line.count("Authentication failed for user '") == 1
    found = FILTER.match(line)
    assert found is not None
    assert found["host"] == plain_address(address)


@given(text=SPOOFS)
def test_the_words_of_the_filter_stand_in_no_other_line(text: str) -> None:
    """Other logs may share a file with this one and carry text of peers."""
    line = without_auth_words(f"level=warning Authentication failed for user '{text}' ...", "_")
    assert FILTER.match(line) is None
    assert "authentication failed" not in line.lower()
