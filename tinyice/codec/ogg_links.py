"""The links of a chained Ogg stream, one after the other, each as a stream of its own."""

from collections.abc import Callable

from tinyice.formats.ogg_page import CAPTURE, Page, page_length

_READ_BYTES = 65536


class OggLinks:
    """Reads pages by ``read`` and gives them, up to the end of each link.

    Only whole pages are given; what stands between pages is left out.
    """

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._buffer = bytearray()
        self._given = b""
        self._has_audio = False
        self._is_at_end = True
        self._is_over = False

    def next_link(self) -> bool:
        """Go on to the next link; whether there is one. Waits for its first page."""
        self._given = b""
        self._has_audio = False
        self._is_at_end = not self._find_page()
        return not self._is_at_end

    def read(self, size: int) -> bytes:
        """The next bytes of this link, at most so many; b"": it ends here."""
        if not self._given:
            self._given = self._next_page()
        data, self._given = self._given[:size], self._given[size:]
        return data

    def _next_page(self) -> bytes:
        if self._is_at_end or not self._find_page():
            self._is_at_end = True
            return b""
        length = page_length(self._buffer, 0) or 0
        page = Page(bytes(self._buffer[:length]))
        if page.is_first and self._has_audio:
            # It stays here, for the next link.
            self._is_at_end = True
            return b""
        self._has_audio = self._has_audio or not page.is_first
        del self._buffer[:length]
        return page.raw

    def _find_page(self) -> bool:
        """Have a whole page at the beginning of the buffer; False: none comes any more."""
        while True:
            length = page_length(self._buffer, 0) if self._buffer else None
            if length and len(self._buffer) >= length:
                return True
            if length == 0:
                self._drop_garbage()
            elif not self._more():
                return False

    def _drop_garbage(self) -> None:
        at = self._buffer.find(CAPTURE, 1)
        del self._buffer[: at if at > 0 else max(1, len(self._buffer) - len(CAPTURE) + 1)]

    def _more(self) -> bool:
        data = b"" if self._is_over else self._read(_READ_BYTES)
        self._is_over = not data
        self._buffer += data
        return bool(data)
