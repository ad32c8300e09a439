"""Which paths may be mounts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tinyice.core.paths import mount_path_fault


@pytest.mark.parametrize(
    "path",
    ["/live", "/a/b", "/live.mp3", "/радио", "/with blank", "/statusquo", "/apidays", "/7.htm"],
)
def test_a_mount_may_have_any_other_name(path: str) -> None:
    assert mount_path_fault(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "", "live", "/", "/a/../b", "/..", "/a\nb", "/a\0", "/a\x85", "/a\u2028b", "/\ud800",
        "/a?b", "/a#b", "/" + "x" * 255,
        "/admin", "/admin/", "/admin/stats", "/admin.cgi", "/api", "/api/status", "/static/x",
        "/status", "/status-json.xsl", "/status.xsl", "/events", "/metrics", "/login", "/logout",
        "/setup", "/player", "/player/live", "/embed/live", "/explore", "/developers", "/kiosk",
        "/branding/logo", "/webrtc/offer", "/server_version.xsl", "/7.html", "/stats",
        "/favicon.ico", "/live.m3u", "/live.M3U8", "/live.pls", "/live.xspf", "/live.vclt",
        "/live.xsl", "/.well-known/acme-challenge/x",
    ],
)  # fmt: skip
def test_a_mount_is_never_one_of_the_servers_own_pages(path: str) -> None:
    assert mount_path_fault(path)


@settings(max_examples=100)
@given(st.text(alphabet=st.characters(codec=None)))
def test_any_text_gets_a_verdict_without_control_characters(path: str) -> None:
    fault = mount_path_fault(path)
    assert fault is None or fault.isprintable() or path.isprintable()
