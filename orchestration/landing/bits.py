"""Text in blocks as bit masks, one bit per byte: which bytes stand inside quotes, a million bytes at a time.

A quote flips what is inside; the running parity of the quotes is a prefix XOR, which six shifts make for 64 bytes at once.
"""

import codecs
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.uint64]  # bit n of word w stands for byte 64 * w + n

_BLOCK = 256 << 10  # bytes; what a core keeps close by
_SHIFTS = [np.uint64(1 << n) for n in range(6)]
_TOP = np.uint64(63)
_ONE = np.uint64(1)


class OverlongLineError(Exception):
    """A line that is longer than the limit."""


def line_blocks(path: Path, longest: int) -> Iterator[bytes]:
    """A file in blocks of whole lines, without a UTF-8 byte order mark; the last line gets a line feed if it has none.

    Raises OverlongLineError where a line is longer than `longest` bytes.
    """
    rest = b""
    with path.open("rb") as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while block := file.read(_BLOCK):
            rest += block
            if cut := rest.rfind(b"\n") + 1:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > longest:
                raise OverlongLineError
    if rest:
        yield rest + b"\n"


def padded(block: bytes) -> Bytes:
    """The bytes of a block, filled up with NUL to whole words of a mask."""
    return np.frombuffer(block + bytes(-len(block) % 64), dtype=np.uint8)


def mask(is_set: npt.NDArray[np.bool_]) -> Mask:
    """One bit per byte."""
    return np.packbits(is_set, bitorder="little").view("<u8")


def inside_quotes(data: Bytes, began_inside: bool = False) -> tuple[Mask, bool]:
    """Which bytes stand inside quotes, an opening quote with them, a closing one not; whether the end still does."""
    inside = mask(data == ord('"'))
    for shift in _SHIFTS:
        inside = inside ^ (inside << shift)
    ends_inside = np.bitwise_xor.accumulate(inside >> _TOP) ^ np.uint64(began_inside)
    begins_inside = np.concatenate((np.array([began_inside], dtype=np.uint64), ends_inside[:-1]))
    return inside ^ (np.uint64(0) - begins_inside), bool(ends_inside[-1])


def count(bits: Mask) -> int:
    """How many bytes a mask has set."""
    return int(np.bitwise_count(bits).sum())


def next_byte(bits: Mask, before: bool) -> Mask:
    """The mask moved on by one byte; `before` is the bit of the byte before the first."""
    carried = np.concatenate((np.array([before], dtype=np.uint64), bits[:-1] >> _TOP))
    return (bits << _ONE) | carried
