"""What looks random and is the same in every run with the same seed.

Nothing is kept: a value is a function of the seed and of what it belongs to,
so a world of any size costs no memory.
"""
from hashlib import blake2b


class Chance:
    """draw(key) -> 64 bytes, always the same for the same seed and key."""

    def __init__(self, *seed):
        self.base = blake2b(repr(seed).encode(), digest_size=64)

    def draw(self, key):
        h = self.base.copy()
        h.update(b"%d" % key if isinstance(key, int) else key.encode())
        return h.digest()

    def hex(self, key, digits=32):
        return self.draw(key).hex()[:digits]


def sid(prefix, draw, index):
    """A SID that index_of() can turn back into the index of its record."""
    return "%s%s%010x" % (prefix, draw[:11].hex(),
                          index ^ int.from_bytes(draw[:5], "big"))


def index_of(text):
    """The index inside a SID, or -1.  Compare the record's own SID after."""
    try:
        return int(text[24:34], 16) ^ int(text[2:12], 16)
    except ValueError:
        return -1
