"""What one process brings to another: values, in memory without a name, and descriptors.

The memory holds one value behind the other, each with its kind and length. It is
written piece by piece, so that there is never more than one mount in it twice.
"""

import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import suppress

import msgspec

from tinyice.handover.frozen import (
    Caller,
    Encoder,
    FrozenHouse,
    FrozenMount,
    Part,
    Piece,
    Player,
    Pushed,
    Relayed,
)

_HEAD = struct.Struct(">BQ")
_KINDS: tuple[type[Piece], ...] = (
    *(FrozenHouse, FrozenMount, Encoder, Player, Caller),
    Relayed,
    Pushed,
    Part,
)


class Spoilt(ValueError):
    """The cargo is none that this version has made."""


class Cargo:
    """Takes pieces; the first descriptor is that of the memory.

    Descriptors given to it are its own copies, and closed with it.
    """

    def __init__(self) -> None:
        self._memory = os.memfd_create("tinyice cargo", os.MFD_CLOEXEC)
        self._out = os.fdopen(os.dup(self._memory), "wb")
        self.descriptors = [self._memory]

    @property
    def size(self) -> int:
        """How many bytes were put in, once it is sealed."""
        return os.fstat(self._memory).st_size

    def put(self, piece: Piece) -> None:
        """Add ``piece``."""
        data = msgspec.msgpack.encode(piece)
        self._out.write(_HEAD.pack(_KINDS.index(type(piece)), len(data)))
        self._out.write(data)

    def take_along(self, descriptor: int) -> int:
        """The number under which a copy of ``descriptor`` goes along."""
        return self.keep(os.dup(descriptor))

    def keep(self, descriptor: int) -> int:
        """The same for one that is nobody else's."""
        self.descriptors.append(descriptor)
        return len(self.descriptors) - 1

    def seal(self) -> None:
        """Nothing more is put in."""
        self._out.flush()

    def close(self) -> None:
        """Forget everything."""
        with suppress(OSError):
            self._out.close()
        for descriptor in self.descriptors:
            os.close(descriptor)
        self.descriptors = []


class Delivery:
    """A cargo that has arrived; its descriptors are taken out one by one, or closed with it."""

    def __init__(self, descriptors: list[int]) -> None:
        self._memory, *rest = descriptors
        self._descriptors = dict(enumerate(rest, 1))

    def pieces(self) -> Iterator[Piece]:
        """What was put in, in that order; raises Spoilt."""
        size = os.fstat(self._memory).st_size
        with mmap.mmap(self._memory, size, prot=mmap.PROT_READ) as mapped:
            at = 0
            while at < size:
                kind, length = _HEAD.unpack_from(mapped, at)
                at += _HEAD.size
                try:
                    yield msgspec.msgpack.decode(mapped[at : at + length], type=_KINDS[kind])
                except (msgspec.DecodeError, IndexError) as error:
                    raise Spoilt(str(error)) from error
                at += length

    def descriptor(self, number: int) -> int:
        """The one of that number, which is the caller's from now on; raises Spoilt."""
        try:
            return self._descriptors.pop(number)
        except KeyError:
            raise Spoilt(f"descriptor {number} is missing") from None

    def close(self) -> None:
        """Close what nobody has taken."""
        for descriptor in (self._memory, *self._descriptors.values()):
            with suppress(OSError):
                os.close(descriptor)
        self._descriptors.clear()
