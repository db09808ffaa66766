"""Bytes of a file (plain or gzipped) to text, with the position of whatever cannot be decoded."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO

from habitue.integrations.files.tables import FileFault, FileProblem

_CHUNK = 1 << 18
_LONGEST_LINE = 1 << 24
GZIP_MAGIC = b"\x1f\x8b"
# Longer marks first: UTF-32's begins like UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class TextSource(AbstractContextManager["TextSource"]):
    """The decoded text of a file, line by line, strict: nothing is replaced or skipped.

    The encoding is the one given, else the one that the byte order mark names, else UTF-8.
    ``done`` is how many bytes of the file itself (compressed, where it is) were read.
    """

    def __init__(self, path: Path, encoding: str | None) -> None:
        self.path = path
        self._file = path.open("rb")
        self._compressed = self._file.read(2) == GZIP_MAGIC
        self._file.seek(0)
        self._bytes: BinaryIO | gzip.GzipFile = (
            gzip.GzipFile(fileobj=self._file) if self._compressed else self._file
        )
        head = self._read(4)
        mark = next((name for mark, name in _MARKS if head.startswith(mark)), None)
        self.encoding = mark if mark is not None and encoding is None else encoding or "utf-8"
        try:
            self._decoder = codecs.getincrementaldecoder(self.encoding)("strict")
        except LookupError:
            self.close()
            raise FileProblem(FileFault.UNKNOWN_ENCODING, path, encoding=self.encoding) from None
        self._head = head

    def close(self) -> None:
        """Close the file."""
        self._bytes.close()
        self._file.close()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def done(self) -> int:
        """Bytes of the file read so far."""
        return self._file.tell()

    def _read(self, size: int) -> bytes:
        try:
            return self._bytes.read(size)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileProblem(
                FileFault.BROKEN_FILE, self.path, detail=f"gzip: {error}", position=self.done
            ) from error
        except OSError as error:
            raise FileProblem(
                FileFault.NOT_READABLE, self.path, detail=error.strerror or str(error)
            ) from error

    def chunks(self) -> Iterator[str]:
        """The text in pieces."""
        before = 0
        data = self._head
        while True:
            more = self._read(_CHUNK)
            try:
                text = self._decoder.decode(data, final=not more and not data)
            except UnicodeDecodeError as error:
                start = before - (len(error.object) - len(data)) + error.start
                raise FileProblem(
                    FileFault.WRONG_ENCODING,
                    self.path,
                    encoding=self.encoding,
                    position=start,
                    byte=f"0x{error.object[error.start]:02x}" if error.object else "",
                ) from error
            if text:
                yield text
            if not data:
                return
            before += len(data)
            data = more

    def lines(self) -> Iterator[str]:
        """The lines with their ends (``\\n``, ``\\r\\n`` or ``\\r``)."""
        rest = ""
        for chunk in self.chunks():
            text = rest + chunk
            # Not ``splitlines``: it also cuts at characters that are part of a text.
            parts = list(io.StringIO(text, newline=""))
            # A carriage return at the very end may be the first half of a line's end.
            rest = "" if text.endswith("\n") else parts.pop()
            yield from parts
            if len(rest) > _LONGEST_LINE:
                raise FileProblem(
                    FileFault.BROKEN_FILE,
                    self.path,
                    detail=f"a line of more than {_LONGEST_LINE} characters",
                    position=self.done,
                )
        if rest:
            yield rest
