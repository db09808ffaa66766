"""Pictures are told by their content, and lose what is no picture."""

from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.errors import Code, Refusal
from habitue.domain.pictures import LARGEST_PICTURE, read_picture

SECRET: Final = b"48.8584N 2.2945E"


def png_block(name: bytes, content: bytes) -> bytes:
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def png(*more: bytes) -> bytes:
    """A picture of one grey pixel, with more blocks before its pixels."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = png_block(b"IDAT", zlib.compress(b"\0\x7f"))
    blocks = (png_block(b"IHDR", header), *more, pixels, png_block(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(blocks)


def jpeg_block(marker: int, content: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content


def exif(orientation: int, order: str = "<") -> bytes:
    """What a camera says: which way is up, and where it was."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + mark + struct.pack(f"{order}IH", 8, 1) + entry + b"\0\0\0\0" + SECRET


def jpeg(*more: bytes) -> bytes:
    """The blocks of a picture, in which a scan holds a marker of its own."""
    scan = jpeg_block(0xDA, b"\1\1\0\0?\0") + b"\x12\xff\0\x34\xff\xd0\x56"
    return b"\xff\xd8" + b"".join(more) + jpeg_block(0xDB, bytes(65)) + scan + b"\xff\xd9"


def webp(*blocks: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        for name, content in blocks
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def test_a_png_keeps_its_pixels_alone() -> None:
    told = png(png_block(b"tEXt", SECRET), png_block(b"eXIf", SECRET))
    picture = read_picture(told + SECRET)
    assert (picture.media_type, picture.content) == ("image/png", png())


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_jpeg_keeps_which_way_is_up_and_not_where_it_was(order: str) -> None:
    told = jpeg(jpeg_block(0xE1, exif(6, order)), jpeg_block(0xFE, SECRET))
    picture = read_picture(told + SECRET)
    assert picture.media_type == "image/jpeg"
    assert SECRET not in picture.content
    turned = picture.content.removeprefix(b"\xff\xd8")
    assert turned.endswith(jpeg().removeprefix(b"\xff\xd8"))
    assert b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06" in turned
    # What is read again is as it was.
    assert read_picture(picture.content) == picture


def test_a_jpeg_that_stands_upright_needs_no_word_about_it() -> None:
    assert read_picture(jpeg(jpeg_block(0xE1, exif(1)))).content == jpeg()


def test_a_webp_loses_what_the_camera_says() -> None:
    extended = bytes((0x0C | 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    plain = bytes((0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    told = webp((b"VP8X", extended), (b"VP8L", b"pixel"), (b"EXIF", SECRET), (b"XMP ", SECRET))
    picture = read_picture(told)
    assert picture.media_type == "image/webp"
    assert picture.content == webp((b"VP8X", plain), (b"VP8L", b"pixel"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "another kind of file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "another kind of file"),
        (b"GIF89a" + bytes(40), "another kind of file"),
        (b"%PDF-1.7", "another kind of file"),
        (png()[:-6], "damaged"),
        (jpeg()[:-2], "damaged"),
        (jpeg()[:30], "damaged"),
        (b"\xff\xd8\xff\xe0\0\x10<script>", "damaged"),
        (webp(), "damaged"),
        (webp((b"VP8L", b"pixel"))[:-3], "damaged"),
        (png() + bytes(LARGEST_PICTURE), "too large"),
    ],
    ids=lambda one: one if isinstance(one, str) else str(len(one)),
)
def test_what_is_no_picture_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_picture(content)
    assert caught.value.code is Code.PICTURE_NOT_TAKEN
    assert caught.value.parameters["reason"] == reason


def test_a_picture_of_which_only_a_part_was_kept_is_too_large() -> None:
    with pytest.raises(Refusal):
        read_picture(png(), size=LARGEST_PICTURE + 1)


@given(st.sampled_from((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x40\0\0\0WEBP")), st.binary())
def test_nothing_but_a_picture_or_a_refusal_comes_of_any_bytes(start: bytes, rest: bytes) -> None:
    with suppress(Refusal):
        picture = read_picture(start + rest)
        assert read_picture(picture.content).media_type == picture.media_type
