"""What to type into programs that send: right for any mount, name and password."""

import shlex
from urllib.parse import unquote, urlsplit

import pytest

from tinyice.web.console.encoders import Line, Target, command, programs

HOSTILE = "p:@/%41 ü'\"\\$(id)#{1+1}"


def lines_of(target: Target, key: str) -> dict[str, str]:
    """The values for one program, by their names."""
    (program,) = [one for one in programs(target) if one.key == key]
    return {line.name: line.value for line in program.lines}


def test_butt_wants_the_mount_without_its_slash() -> None:
    """Mixxx wants it with; both have the rest in common."""
    target = Target("radio.example", 8000, "/live", tls_port=8443)
    butt, mixxx = lines_of(target, "butt"), lines_of(target, "mixxx")
    assert (butt["Mount"], mixxx["Mount"]) == ("live", "/live")
    for found, host, user in ((butt, "Address", "User"), (mixxx, "Host", "Login")):
        assert (found[host], found["Port"], found[user]) == ("radio.example", "8000", "source")
        assert (found["Port with TLS"], found["Password"]) == ("8443", "")


def test_without_tls_no_port_is_told_for_it() -> None:
    """Nothing listens there."""
    assert "Port with TLS" not in lines_of(Target("h", 1, "/live"), "butt")


def test_a_password_that_is_not_shown_has_a_stand_in() -> None:
    """In commands, where something must stand."""
    assert Target("h", 8000, "/live").address == "icecast://source:PASSWORD@h:8000/live"


@pytest.mark.parametrize("mount", ["/live", "/a b/ü", "/x'y"])
@pytest.mark.parametrize("host", ["radio.example", "2001:db8::7"])
def test_an_address_is_read_as_it_was_meant(mount: str, host: str) -> None:
    """Whatever the parts hold; ffmpeg decodes them before it sends them."""
    target = Target(host, 8000, mount, user=HOSTILE, password=HOSTILE)
    parts = urlsplit(target.address)
    assert (unquote(parts.username or ""), unquote(parts.password or "")) == (HOSTILE, HOSTILE)
    assert (parts.hostname, parts.port, unquote(parts.path)) == (host, 8000, mount)


def test_a_command_is_one_for_the_shell() -> None:
    """No part of it is another command."""
    target = Target("h", 8000, "/x'; id; '$(id)", password=HOSTILE)
    assert shlex.split(command(target))[-1] == target.address


def test_liquidsoap_reckons_nothing_out() -> None:
    """Its strings evaluate what stands between #{ and }, even when that is escaped."""
    code = programs(Target("h", 8000, '/a"b', password=HOSTILE))[-1].code
    assert "#{" not in code
    assert 'mount="a\\"b"' in code
    assert code.count('#" ^ "{1+1}') == 1


def test_every_program_says_where_to_type_it() -> None:
    """And something to type."""
    for program in programs(Target("h", 8000, "/live", password="p")):
        assert program.hint
        assert program.lines or program.code
        assert all(isinstance(line, Line) and line.value for line in program.lines)
