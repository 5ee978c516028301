"""Bytes to text: which encoding a file has, and its content as UTF-8 blocks or physical lines."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 4 << 20
_SAMPLE_LINES = 20_000
_LINE_END = rb"(?:\r\n|\n|\r)"


@dataclass(frozen=True)
class Line:
    """One physical line: its number in the file from 1, its text with its line end, None where undecodable."""

    number: int
    text: str | None
    raw: bytes

    @property
    def shown(self) -> str:
        """The line for a person to read, undecodable bytes as \\x81."""
        return self.raw.decode("utf-8" if self.text is not None else "ascii", "backslashreplace").rstrip("\r\n")


def detect_encoding(path: Path, wanted: str = "auto") -> str:
    """utf-8, cp932 or utf-16 for a file: the override, else BOM, strict UTF-8, strict CP932, the more plausible.

    A file that is neither throughout is what more of its non-ASCII lines are: UTF-8 text often happens to be valid
    CP932, CP932 text hardly ever valid UTF-8.
    """
    if wanted != "auto":
        return wanted
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _is_valid(path, "utf-8"):
        return "utf-8"
    in_utf8 = in_cp932 = 0
    for number, line in enumerate(_non_ascii_lines(path)):
        if number == _SAMPLE_LINES:
            break
        in_utf8 += _decode(line, "utf-8") is not None
        in_cp932 += _decode(line, "cp932") is not None
    return "utf-8" if in_utf8 > in_cp932 else "cp932"


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
        return line.decode(encoding)
    except UnicodeDecodeError:
        return None


def utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file as UTF-8 blocks without BOM. Raises UnicodeDecodeError at the first undecodable byte."""
    decoder = codecs.getincrementaldecoder("utf-8-sig" if encoding == "utf-8" else encoding)("strict")
    for block in _file_blocks(path):
        yield decoder.decode(block).encode("utf-8")
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
    blocks = _lenient_utf16_blocks(path) if encoding == "utf-16" else _file_blocks(path)
    codec = "utf-8" if encoding == "utf-16" else encoding
    for number, raw in enumerate(_raw_lines(blocks), start=1):
        if number == 1 and codec == "utf-8":
            raw = raw.removeprefix(codecs.BOM_UTF8)
        text = _decode(raw, codec)
        if encoding == "utf-16" and text is not None and "\ufffd" in text:
            text = None
        yield Line(number, text, raw if codec == "utf-8" or text is None else text.encode("utf-8"))


def _file_blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _lenient_utf16_blocks(path: Path) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder("utf-16")("replace")
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
