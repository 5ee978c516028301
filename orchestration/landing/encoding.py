"""Bytes to text: which encoding a file has, and its content as UTF-8 blocks or physical lines."""

import codecs
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

BLOCK = 4 << 20
_HEAD = 64 << 10  # bytes; where the order of UTF-16's bytes is looked for
_SAMPLE_LINES = 20_000
_NO_TEXT = {  # first bytes, and what they are of
    b"PK\x03\x04": "an Excel workbook or a zip archive, not text: export it as CSV, or unpack it",
    b"\xd0\xcf\x11\xe0": "an Excel workbook, not text: export it as CSV",
    b"\x1f\x8b": "compressed with gzip, not text: unpack it",
    b"PAR1": "Parquet, not text: let its name end in .parquet",
}
# Python gives the bytes 80, A0 and FD to FF, which no CP932 text holds, to these characters.
_NOT_IN_CP932 = "\x80\uf8f0\uf8f1\uf8f2\uf8f3"
_LINE_END = rb"(?:\r\n|\n|\r)"


class Line(NamedTuple):
    """One physical line: its number in the file from 1, its text with its line end, None where undecodable."""

    number: int
    text: str | None
    raw: bytes

    @property
    def shown(self) -> str:
        """The line for a person to read, undecodable bytes as \\x81."""
        return self.raw.decode("utf-8" if self.text is not None else "ascii", "backslashreplace").rstrip("\r\n")


def why_no_text(path: Path) -> str:
    """What a file is that is no text by its first bytes, and what to do; empty for any other."""
    with path.open("rb") as file:
        head = file.read(4)
    return next((f"the file is {kind}" for first, kind in _NO_TEXT.items() if head.startswith(first)), "")


def detect_encoding(path: Path, wanted: str = "auto") -> str:
    """utf-8, cp932 or utf-16 for a file: the override, else BOM, strict UTF-8, strict CP932, the more plausible.

    UTF-16 without a byte order mark is utf-16-le or utf-16-be.

    A file that is not UTF-8 throughout still is if half of its non-ASCII lines are: UTF-8 text often happens to be
    valid CP932, CP932 text hardly ever valid UTF-8.
    """
    if wanted not in ("auto", "utf-16"):
        return wanted
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if wanted == "utf-16":
        # Of ASCII characters, which every export has, the high byte is NUL.
        return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"
    if _is_valid(path, "utf-8"):
        return "utf-8"
    lines = [_decode(line, "utf-8") is not None for line in islice(_non_ascii_lines(path), _SAMPLE_LINES)]
    return "utf-8" if 2 * sum(lines) >= len(lines) else "cp932"


def _is_valid(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with path.open("rb") as file:
            while block := file.read(BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _non_ascii_lines(path: Path) -> Iterator[bytes]:
    return (line for line in _raw_lines(_file_blocks(path)) if not line.isascii())


def _decode(line: bytes, encoding: str) -> str | None:
    try:
        return _checked(line.decode(encoding), line, encoding)
    except UnicodeDecodeError:
        return None


def _checked(text: str, raw: bytes, encoding: str) -> str:
    # `in` for each is several times faster than one regular expression.
    if encoding == "cp932" and not text.isascii() and any(character in text for character in _NOT_IN_CP932):
        raise UnicodeDecodeError(encoding, raw, 0, len(raw), "a byte without meaning in CP932")
    return text


def utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file as UTF-8 blocks without BOM. Raises UnicodeDecodeError at the first undecodable byte."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    for number, block in enumerate(_file_blocks(path)):
        text = _checked(decoder.decode(block), block, encoding)
        if encoding == "utf-8":  # decoded to check it, and passed on as it is
            yield block.removeprefix(codecs.BOM_UTF8) if number == 0 else block
        else:
            yield text.encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")


def without_lines(blocks: Iterator[bytes], count: int) -> Iterator[bytes]:
    """The blocks after the first `count` physical lines."""
    head, pattern = b"", re.compile(rb"(?:[^\r\n]*" + _LINE_END + rb"){%d}" % count)
    for block in blocks:
        head += block
        # A match that ends in \r may be half of a \r\n that the next block completes.
        if (match := pattern.match(head)) and match.end() < len(head):
            yield head[match.end() :]
            break
    yield from blocks


def physical_lines(path: Path, encoding: str) -> Iterator[Line]:
    """Every physical line (ended by LF, CRLF or CR), undecodable ones marked."""
    is_utf16 = encoding.startswith("utf-16")
    blocks = _lenient_utf16_blocks(path, encoding) if is_utf16 else _file_blocks(path)
    codec = "utf-8" if is_utf16 else encoding
    for number, raw in enumerate(_raw_lines(blocks), start=1):
        if number == 1 and codec == "utf-8":
            raw = raw.removeprefix(codecs.BOM_UTF8)
        text = _decode(raw, codec)
        if is_utf16 and text is not None and "\ufffd" in text:
            text = None
        yield Line(number, text, raw if codec == "utf-8" or text is None else text.encode("utf-8"))


def _file_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _lenient_utf16_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    for block in _file_blocks(path):
        yield decoder.decode(block).encode("utf-8")
    yield decoder.decode(b"", final=True).encode("utf-8")


def _raw_lines(blocks: Iterator[bytes]) -> Iterator[bytes]:
    # In CP932 the bytes of line ends, commas and quotes are never the second half of a character.
    rest: list[bytes] = []
    for block in blocks:
        if rest and rest[-1].endswith(b"\r"):
            block = rest.pop() + block
        lines = block.splitlines(keepends=True)
        if lines and rest and lines[0].endswith((b"\n", b"\r")):
            rest.append(lines[0])
            lines[0] = b"".join(rest)
            rest = []
        if lines and not lines[-1].endswith(b"\n"):
            rest.append(lines.pop())
        yield from lines
    if rest:
        yield b"".join(rest)
