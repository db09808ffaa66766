"""Pictures that somebody sends in: told by their content, and freed of all but the picture.

A JPEG, PNG or WebP is taken apart into its blocks and put together again from those that show
something.  What a camera writes beside them (the place, the time, its serial number), comments, and
whatever stands after the end are left out; a JPEG keeps which way is up.  Nothing is decoded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from habitue.domain.errors import Code, Refusal

LARGEST_MEGABYTES: Final = 5
LARGEST_PICTURE: Final = LARGEST_MEGABYTES * 1_000_000

_PNG: Final = b"\x89PNG\r\n\x1a\n"
# The blocks of a PNG that show something; colours, transparency and animation included.
_PNG_KEPT: Final = frozenset(
    (b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT")
)
_WEBP_KEPT: Final = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
# In the header of an extended WebP: that there are blocks about the camera.
_WEBP_ABOUT: Final = 0x0C
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_ABOUT: Final = 0xE1
_ORIENTATION: Final = 0x0112


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: its media type, and its bytes."""

    media_type: str
    content: bytes


def read_picture(content: bytes, *, size: int | None = None) -> Picture:
    """The picture alone; ``size`` is how large it was, where not all of it is given.

    Refuses ``PICTURE_NOT_TAKEN`` what is too large, of another kind, or damaged.
    """
    if max(len(content), size or 0) > LARGEST_PICTURE:
        raise _refusal("too large")
    try:
        if content.startswith(_PNG):
            return Picture("image/png", _PNG + b"".join(_png_blocks(content)))
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return Picture("image/webp", _webp(content))
        if content[:3] == b"\xff\xd8\xff":
            return Picture("image/jpeg", b"\xff\xd8" + b"".join(_jpeg_blocks(content)))
    except (IndexError, ValueError):
        raise _refusal("damaged") from None
    raise _refusal("another kind of file")


def _refusal(reason: str) -> Refusal:
    return Refusal(Code.PICTURE_NOT_TAKEN, "picture", reason=reason, limit=LARGEST_MEGABYTES)


def _cut(content: bytes, start: int, length: int) -> bytes:
    """A part that must be there whole."""
    part = content[start : start + length]
    if len(part) != length:
        raise ValueError("the file ends too early")
    return part


def _png_blocks(content: bytes) -> Iterator[bytes]:
    place, name = len(_PNG), b""
    while name != b"IEND":
        length = int.from_bytes(_cut(content, place, 4), "big")
        name = _cut(content, place + 4, 4)
        if name in _PNG_KEPT:
            yield _cut(content, place, length + 12)
        place += length + 12


def _webp(content: bytes) -> bytes:
    end = 8 + int.from_bytes(_cut(content, 4, 4), "little")
    place, kept = 12, b"WEBP"
    while place < end:
        name, length = (
            _cut(content, place, 4),
            int.from_bytes(_cut(content, place + 4, 4), "little"),
        )
        whole = 8 + length + length % 2
        block = bytearray(_cut(content, place, whole))
        if name == b"VP8X":
            block[8] &= ~_WEBP_ABOUT & 0xFF
        if name in _WEBP_KEPT:
            kept += bytes(block)
        place += whole
    if len(kept) == 4:
        raise ValueError("there is no picture in it")
    return b"RIFF" + len(kept).to_bytes(4, "little") + kept


def _jpeg_blocks(content: bytes) -> Iterator[bytes]:
    place, upright = 2, False
    while True:
        if content[place] != 0xFF:
            raise ValueError("no marker where one belongs")
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
            continue
        if marker == _END:
            yield b"\xff\xd9"
            return
        length = int.from_bytes(_cut(content, place + 2, 2), "big")
        block = _cut(content, place, length + 2)
        place += length + 2
        if marker == _ABOUT and not upright and (turned := _orientation(block[4:])):
            upright = True
            yield _turned(turned)
        elif marker == _SCAN:
            start, place = place, _after_scan(content, place)
            yield block + content[start:place]
        elif not 0xE1 <= marker <= 0xEF and marker != 0xFE:
            yield block
        elif marker in (0xE2, 0xEE):
            # Colours: a profile, and how Adobe's programmes have mixed them.
            yield block


def _after_scan(content: bytes, place: int) -> int:
    """Where the data of a scan end: at the next marker that is none of their own."""
    while True:
        place = content.index(b"\xff", place)
        following = content[place + 1]
        if following == 0 or 0xD0 <= following <= 0xD7:
            place += 2
        elif following == 0xFF:
            place += 1
        else:
            return place


def _orientation(block: bytes) -> int:
    """Which way is up, from 2 to 8; 0 where it is not said, or as it stands."""
    if block[:6] != b"Exif\0\0":
        return 0
    data = block[6:]
    if data[:2] not in (b"II", b"MM"):
        return 0

    def number(start: int, length: int) -> int:
        return int.from_bytes(data[start : start + length], "little" if data[:1] == b"I" else "big")

    first = number(4, 4)
    for place in range(first + 2, first + 2 + 12 * number(first, 2), 12):
        if number(place, 2) == _ORIENTATION:
            turned = number(place + 8, 2)
            return turned if 1 < turned <= 8 else 0
    return 0


def _turned(orientation: int) -> bytes:
    """A block that says which way is up, and nothing else."""
    entry = _ORIENTATION.to_bytes(2, "big") + b"\0\3\0\0\0\1" + orientation.to_bytes(2, "big")
    data = b"Exif\0\0MM\0*\0\0\0\x08\0\1" + entry + b"\0\0\0\0\0\0"
    return b"\xff\xe1" + (len(data) + 2).to_bytes(2, "big") + data
