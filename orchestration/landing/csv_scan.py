"""CSV that DuckDB may read where it lies: UTF-8, one kind of line end, no blank line, nothing that looks like damage.

The scan counts the records by itself, so that what DuckDB reads can be held against it.
"""

from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.bits import OverlongLineError, count, inside_quotes, line_blocks, mask, next_byte, padded


@dataclass(frozen=True)
class PlainCsv:
    """The records of a plain CSV file below its header, and whether all its lines end with CRLF rather than LF."""

    records: int
    is_crlf: bool


def scan_csv(path: Path, header: bytes, longest: int) -> PlainCsv | None:
    """What a file of UTF-8 records below one header line holds; None where it is not plain throughout.

    `header` is the header line without its end, as it must not come again; `longest` is the limit of a line in bytes.
    """
    ends = returns = pairs = 0
    is_inside, was_end = False, True
    is_first, is_crlf = True, False
    try:
        for block in line_blocks(path, longest):
            if is_first:
                # DuckDB takes the header's line end for that of all lines.
                head, _, block = block.partition(b"\n")
                is_first, is_crlf = False, head.endswith(b"\r")
            if not block:
                continue
            if b"\0" in block or header in block or not _is_utf8(block):
                return None
            data = padded(block)
            inside, is_inside = inside_quotes(data, is_inside)
            feeds = mask(data == 10) & ~inside
            after_end = next_byte(feeds, was_end)
            if (feeds & after_end).any():
                return None
            if b"\r" in block:
                carriage = mask(data == 13) & ~inside
                if (carriage & after_end).any():
                    return None
                returns += count(carriage)
                pairs += count(feeds & next_byte(carriage, False))
            ends += count(feeds)
            was_end = not is_inside
    except (OverlongLineError, UnicodeDecodeError):
        return None
    if is_inside or returns != (ends if is_crlf else 0) or pairs != returns:
        return None
    return PlainCsv(ends, is_crlf)


def _is_utf8(block: bytes) -> bool:
    # Blocks end at line ends, so none begins or ends within a character. A byte order mark inside is damage.
    return block.isascii() or "\ufeff" not in block.decode("utf-8")
