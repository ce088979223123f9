"""Reads a CSV file by RFC 4180. It finds the delimiter in the first line and guesses nothing else."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

_DELIMITERS = (",", ";", "\t")
_BREAK = re.compile(r"\r\n?|\n")


class CsvError(Exception):
    """The file isn't valid CSV. The text is one line that begins with the file's line number."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The file's records, the header first, each with the number of its first line. Empty lines are left out.

    The file is in UTF-8, or in UTF-16 with a byte order mark. Raises `CsvError`, also for a record that has more or
    fewer fields than the header.
    """
    text = _text(path.read_bytes())
    records = _records(text, _delimiter(text))
    header = next(records, None)
    if header is None:
        return
    yield header
    for line, fields in records:
        if len(fields) != len(header[1]):
            raise CsvError(line, f"{len(fields)} fields, but line {header[0]} has {len(header[1])}")
        yield line, fields


def _text(content: bytes) -> str:
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        text = content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        if is_utf16:
            raise CsvError(1, "the file begins as UTF-16 but is not valid UTF-16; save it as UTF-8") from None
        line = len(_BREAK.findall(content[: error.start].decode("latin-1"))) + 1
        byte = f"byte 0x{content[error.start]:02X} is not UTF-8"
        raise CsvError(line, f"{byte}; the file may be in Latin-1 (Windows-1252): save it as UTF-8") from None
    if "\0" in text:
        line = len(_BREAK.findall(text[: text.index("\0")])) + 1
        raise CsvError(line, "a NUL character; the file may be UTF-16 without a byte order mark: save it as UTF-8")
    return text


def _delimiter(text: str) -> str:
    """The delimiter that splits the first line into most fields."""

    def fields(delimiter: str) -> int:
        try:
            return len(next(_records(text, delimiter), (1, []))[1])
        except CsvError:  # with the wrong delimiter quotes may not match
            return 0

    return max(_DELIMITERS, key=fields)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    field = re.compile(rf'(?:"((?:[^"]++|"")*+)"|([^"{delimiter}\r\n]*+))({delimiter}|\r\n?|\n|\Z)')
    line = began = 1
    at = 0
    fields: list[str] = []
    while at < len(text) or fields:
        match = field.match(text, at)
        if match is None:
            raise CsvError(
                line, "a quote is never closed, or is inside a field that doesn't begin and end with a quote"
            )
        quoted, plain, end = match.groups()
        fields.append(plain if quoted is None else quoted.replace('""', '"'))
        line += len(_BREAK.findall(quoted or ""))
        at = match.end()
        if end != delimiter:
            if fields != [""]:
                yield began, fields
            line += 1
            began, fields = line, []
