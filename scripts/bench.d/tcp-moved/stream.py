"""The bytes that a connection carries: the same as in scripts/images/tcp/stream.c; stream.h says why they are so."""

import struct

RING = 262147
PIECE = 65536
TO_SERVER, TO_CLIENT = 0, 1
# The urgent byte that is kept apart from the stream.
URGENT = b"\x21"

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = (1 << 64) - 1


def mix(value):
    """SplitMix64's finalizer."""
    value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    value = (value ^ (value >> 27)) * 0x94D049BB133111EB & _MASK
    return value ^ (value >> 31)


def _ring():
    words = (mix(_GOLDEN * (number + 1) & _MASK) for number in range(-(-RING // 8)))
    ring = b"".join(struct.pack("<Q", word) for word in words)[:RING]
    return ring + ring[:PIECE]


_RING = _ring()


class Stream:
    """One direction of one connection."""

    def __init__(self, identifier, direction):
        self.start = mix(identifier + _GOLDEN * (direction + 1) & _MASK)

    def piece(self, offset, size):
        """The `size` bytes after `offset`, at most PIECE."""
        begin = (self.start % RING + offset) % RING
        return _RING[begin:begin + size]

    def find(self, some):
        """The first offset at which these bytes stand, if there is one."""
        at = _RING.find(some)
        return None if at < 0 else (at - self.start) % RING
