"""Who may send more than a form: a picture or a playlist, by somebody who is logged in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from types import MappingProxyType

from tinyice.assembly.access import Access
from tinyice.core.access.tokens import digest_of
from tinyice.web import urls
from tinyice.web.cookies import cookie_name
from tinyice.web.pictures import BYTES_MAX
from tinyice.wire.head import RequestHead
from tinyice.wire.listed import FILE_BYTES_MAX
from tinyice.wire.target import parse_target

SIZES: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys((urls.SETTINGS_LOGO, urls.API_LOGO), BYTES_MAX),
        **dict.fromkeys((urls.STUDIO_SAVED_IMPORT, urls.API_PLAYLIST_FILE), FILE_BYTES_MAX),
    }
)
"""How large a file may be, by where it is sent."""

FORM_BYTES = 16 * 1024
"""Room for what stands around the file in a form."""


@dataclass(frozen=True, slots=True)
class Uploads:
    """How large the body of a request may be, where it may be larger than others.

    This decides how much is collected before anybody is asked for more: what is
    done with it, the guard decides. So a session or a token is enough here, and
    strangers can fill nobody's memory.
    """

    access: Access

    def __call__(self, head: RequestHead) -> int:
        """Bytes; 0: as all others."""
        size = SIZES.get(parse_target(head.target).path, 0)
        if head.method != "POST" or not size:
            return 0
        return size + FORM_BYTES if self._is_known(head) else 0

    def _is_known(self, head: RequestHead) -> bool:
        scheme, _, secret = head.headers.text("authorization").strip().partition(" ")
        if scheme.lower() == "bearer":
            digest = digest_of(secret.strip()).encode()
            known = self.access.tokens()
            return any(compare_digest(token.digest.encode(), digest) for token in known)
        find: Callable[[str], object] = self.access.sessions.find
        return any(find(cookie) is not None for cookie in _session_cookies(head))


def _session_cookies(head: RequestHead) -> list[str]:
    names = {cookie_name(secure=secure) for secure in (False, True)}
    pairs = (pair.strip().partition("=") for pair in head.headers.text("cookie").split(";"))
    return [value for name, _, value in pairs if name in names]
