"""Reading YAML and JSON: exact, and nothing that has no place in a document."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.errors import Code
from habitue.domain.programme.document import DocumentPart
from habitue.integrations.documents import (
    LARGEST_DOCUMENT,
    SECTIONS,
    UnreadableDocument,
    load_document,
    load_json,
    load_yaml,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-5", -5),
        ("0", 0),
        ("1.70", Decimal("1.70")),
        ("-0.5", Decimal("-0.5")),
        ("123456789012345678", 123456789012345678),
        # Not plainly a number: a code must arrive as it was written.
        ("1234567890123456789", "1234567890123456789"),
        ("007", "007"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("1_000", "1_000"),
        (".5", ".5"),
        ("1.", "1."),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("12:30", "12:30"),
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:00:00+01:00", "2026-01-31T10:00:00+01:00"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"1"', "1"),
        ("'true'", "true"),
        ("!!str 5", "5"),
        ("|\n  two\n  lines", "two\nlines\n"),
        ("[1, [2.0], {b: no}]", [1, [Decimal("2.0")], {"b": "no"}]),
        ("é ü 猫", "é ü 猫"),
    ],
)
def test_values(text: str, expected: Any) -> None:
    found = load_yaml(f"a: {text}\n")["a"]
    assert found == expected
    assert type(found) is type(expected)
    assert str(found) == str(expected)


def test_names_are_texts_as_they_are_written() -> None:
    assert load_yaml("on: 1\n2024: 2\n1.0: 3\nyes: 4\nnull: 5\n? key\n: 6\n") == {
        "on": 1,
        "2024": 2,
        "1.0": 3,
        "yes": 4,
        "null": 5,
        "key": 6,
    }


@pytest.mark.parametrize(
    ("text", "problem", "line", "column"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate_name", 3, 1),
        ("a: {b: 1, b: 2}", "duplicate_name", 1, 11),
        ("a: &x 1\nb: *x\n", "anchor", 1, 4),
        ("a: *x\n", "anchor", 1, 4),
        ("a: &x [1]\n", "anchor", 1, 4),
        ("a: !python/object:os.system x\n", "tag", 1, 4),
        ("a: !!int 5\n", "tag", 1, 4),
        ("a: !!set {b}\n", "tag", 1, 4),
        ("a: 1\n---\nb: 2\n", "several_documents", 2, 1),
        ("- 1\n", "not_a_mapping", 1, 1),
        ("text", "not_a_mapping", 1, 1),
        ("", "not_a_mapping", 1, 1),
        ("a: [1\n", "not_yaml", 2, 1),
        ("a:\n\tb: 1\n", "not_yaml", 2, 1),
        ("a: b: c\n", "not_yaml", 1, 5),
        ("%YAML 3.0\n---\na: 1\n", "not_yaml", 1, 1),
        ("a: {[1]: 2}\n", "name", 1, 5),
        ("{'': 2}\n", "name", 1, 2),
        ("a: " + "[" * 50, "too_deep", 1, 43),
        ("a: \x01", "not_yaml", 0, 0),
    ],
)
def test_what_cannot_be_read_is_named_by_line_and_column(
    text: str, problem: str, line: int, column: int
) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load_yaml(text)
    error = caught.value
    assert (error.problem, error.line, error.column) == (problem, line, column)
    assert error.code is Code.MALFORMED
    assert error.remedy.endswith(".")
    assert error.path == (f"line {line}, column {column}" if line else "")


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ('{"a": 1, "a": 2}', "duplicate_name", 0),
        ('{"a": NaN}', "not_a_number", 0),
        ('{"a": -Infinity}', "not_a_number", 0),
        ('{\n"a" 1}', "not_json", 2),
        ("[1]", "not_a_mapping", 1),
        ('{"a":' * 100_000, "too_deep", 0),
        ("", "not_json", 1),
    ],
)
def test_json_that_cannot_be_read(text: str, problem: str, line: int) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load_json(text)
    assert (caught.value.problem, caught.value.line) == (problem, line)


def test_json_is_exact() -> None:
    assert load_json('{"a": 1.70, "b": 1, "c": 1e3, "d": [true, null, "x"]}') == {
        "a": Decimal("1.70"),
        "b": 1,
        "c": "1e3",
        "d": [True, None, "x"],
    }
    assert str(load_json('{"a": 1.70}')["a"]) == "1.70"


def test_bytes_are_utf8_with_or_without_a_mark() -> None:
    assert load_document("a: é".encode()) == {"a": "é"}
    assert load_document(b"\xef\xbb\xbfa: 1") == {"a": 1}
    assert load_document(b'{"a": 1.0}', is_json=True) == {"a": Decimal("1.0")}
    with pytest.raises(UnreadableDocument) as caught:
        load_document("a: 1\nb: é".encode("latin-1"))
    assert (caught.value.problem, caught.value.line) == ("not_utf8", 2)


def test_a_document_has_a_largest_size() -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load_document(b"a: " + b"x" * LARGEST_DOCUMENT)
    assert caught.value.problem == "too_large"


def test_a_bomb_of_aliases_does_not_explode() -> None:
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [*{before}, *{before}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(UnreadableDocument):
        load_yaml(bomb)


def is_read_or_refused(load: Callable[[str], dict[str, Any]], text: str) -> bool:
    """Whether the text gives a mapping, or a refusal that says what to do."""
    try:
        return isinstance(load(text), dict)
    except UnreadableDocument as error:
        return bool(error.remedy)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert is_read_or_refused(load_yaml, text)
    assert is_read_or_refused(load_json, text)


@given(st.text("abc:[]{}-#&*!|>?%@`\"', \n\t1.~", max_size=40))
def test_any_punctuation_is_read_or_refused(text: str) -> None:
    assert is_read_or_refused(load_yaml, text)


def test_every_section_has_its_place_in_a_written_document() -> None:
    assert sorted(SECTIONS) == sorted(DocumentPart.known_fields())
