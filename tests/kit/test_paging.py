"""Cursors lead exactly on, and every other text is refused as such."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.kit.instants import FAR_FUTURE
from habitue.kit.paging import CursorError, decode_cursor, decode_moment, encode_cursor, page_of

PLACES = st.tuples(st.integers(), st.text(st.characters(codec="utf-8")))


@given(PLACES)
def test_a_cursor_gives_its_place_back(place: tuple[int, str]) -> None:
    cursor = encode_cursor("lines", place=place)
    assert decode_cursor("lines", cursor=cursor, shape=(int, str)) == place
    assert cursor.replace("-", "").replace("_", "").isalnum()


@given(st.text())
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(CursorError):
        decode_cursor("lines", cursor=text, shape=(int,))


@pytest.mark.parametrize(
    "text",
    ["", "A", "====", "é", "x" * 5000, urlsafe_b64encode(b"1234" + b"[" * 1000).decode(), "\x00"],
)
def test_broken_texts_are_refused(text: str) -> None:
    with pytest.raises(CursorError):
        decode_cursor("lines", cursor=text, shape=(int,))


def test_a_cursor_belongs_to_one_list_and_one_form() -> None:
    cursor = encode_cursor("lines", place=(7, "a"))
    with pytest.raises(CursorError, match="another list"):
        decode_cursor("members", cursor=cursor, shape=(int, str))
    with pytest.raises(CursorError, match="another form"):
        decode_cursor("lines", cursor=cursor, shape=(str, int))
    with pytest.raises(CursorError, match="another form"):
        decode_cursor("lines", cursor=encode_cursor("lines", place=(1,)), shape=(int, str))


@given(st.integers(0, FAR_FUTURE), st.uuids())
def test_a_moment_comes_back(at: int, row: UUID) -> None:
    cursor = encode_cursor("lines", place=(at, row.hex))
    assert decode_moment("lines", cursor=cursor) == (at, row)


@pytest.mark.parametrize(
    "place", [(2**63, "0" * 32), (-FAR_FUTURE, "0" * 32), (-(10**30), "0" * 32), (0, "x"), (0, "")]
)
def test_a_moment_made_by_hand_is_refused(place: tuple[int, str]) -> None:
    with pytest.raises(CursorError, match="a cursor of no"):
        decode_moment("lines", cursor=encode_cursor("lines", place=place))


@given(PLACES, st.data())
def test_a_changed_character_is_noticed(place: tuple[int, str], data: st.DataObject) -> None:
    cursor = encode_cursor("lines", place=place)
    index = data.draw(st.integers(0, len(cursor) - 2))
    other = "A" if cursor[index] != "A" else "B"
    with pytest.raises(CursorError):
        decode_cursor(
            "lines", cursor=cursor[:index] + other + cursor[index + 1 :], shape=(int, str)
        )


@given(st.integers(0, 40), st.integers(1, 12))
def test_pages_cover_a_list_once(count: int, limit: int) -> None:
    rows = list(range(count))
    seen: list[int] = []
    after = -1
    while True:
        read = [row for row in rows if row > after][: limit + 1]
        page = page_of(read, limit=limit, listing="rows", place_of=lambda row: (row,))
        seen += page.items
        if page.next_cursor is None:
            break
        (place,) = decode_cursor("rows", cursor=page.next_cursor, shape=(int,))
        assert isinstance(place, int)
        after = place
    assert seen == rows
