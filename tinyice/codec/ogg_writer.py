"""Ogg from packets: one logical stream after the other, as live listeners need it.

Pages are short, because each is heard only once it is whole. A new logical stream
may begin at any packet, while the encoder whose packets these are runs on.
"""

from collections.abc import Callable, Sequence

from tinyice.formats.ogg_page import CAPTURE, checksum

MAX_PACKET_BYTES = 255 * 255 - 1
"""Longer ones would need pages that go on; nothing that is made here is so long."""

_FIRST, _LAST = 2, 4
_MAX_SEGMENTS = 255
_FULL = 255
_NO_GRANULE = 0xFFFF_FFFF_FFFF_FFFF


class OggWriter:
    """Writes pages of ``page_samples`` or a little more.

    ``serials`` gives the number of each logical stream. Positions are in samples
    of the codec's own clock.
    """

    def __init__(self, serials: Callable[[], int], *, page_samples: int) -> None:
        self._serials = serials
        self._page_samples = page_samples
        self._serial: int | None = None
        self._sequence = 0
        self._granule = 0
        self._packets: list[bytes] = []
        self._segments = 0
        self._waiting = 0

    def begin(self, headers: Sequence[bytes]) -> bytes:
        """End the logical stream that there is, and begin one with these packets."""
        closing = self.close()
        self._serial = self._serials()
        self._sequence = self._granule = 0
        first, *rest = headers
        pages = self._page([first], granule=0, flags=_FIRST)
        return closing + pages + b"".join(self._page([one], granule=0) for one in rest)

    def add(self, packet: bytes, samples: int) -> bytes:
        """One more packet, so many samples long; what is to be written now."""
        segments = len(packet) // _FULL + 1
        full = self.flush() if self._segments + segments > _MAX_SEGMENTS else b""
        self._packets.append(packet)
        self._segments += segments
        self._granule += samples
        self._waiting += samples
        return full + (self.flush() if self._waiting >= self._page_samples else b"")

    def flush(self) -> bytes:
        """What waits for its page to be full."""
        return self._flush(0) if self._packets else b""

    def close(self) -> bytes:
        """End the logical stream, if there is one."""
        if self._serial is None:
            return b""
        page = self._flush(_LAST)
        self._serial = None
        return page

    def _flush(self, flags: int) -> bytes:
        packets, self._packets = self._packets, []
        self._segments = self._waiting = 0
        return self._page(packets, granule=self._granule, flags=flags)

    def _page(self, packets: Sequence[bytes], *, granule: int, flags: int = 0) -> bytes:
        lacing = b"".join(
            bytes((_FULL,)) * (len(packet) // _FULL) + bytes((len(packet) % _FULL,))
            for packet in packets
        )
        page = bytearray(CAPTURE)
        page += bytes((0, flags)) + (granule & _NO_GRANULE).to_bytes(8, "little")
        page += (self._serial or 0).to_bytes(4, "little") + self._sequence.to_bytes(4, "little")
        page += bytes(4) + bytes((len(lacing),)) + lacing + b"".join(packets)
        page[22:26] = checksum(page).to_bytes(4, "little")
        self._sequence += 1
        return bytes(page)


def comment_packet(vendor: str, tags: Sequence[tuple[str, str]]) -> bytes:
    """The comments of Vorbis, without what each codec writes around them."""
    entries = [f"{name}={value}".encode("utf-8", "replace") for name, value in tags if value]
    packed = b"".join(len(entry).to_bytes(4, "little") + entry for entry in entries)
    name = vendor.encode()
    head = len(name).to_bytes(4, "little") + name
    return head + len(entries).to_bytes(4, "little") + packed
