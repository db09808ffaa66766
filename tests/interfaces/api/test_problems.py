"""Both maps are complete: code to status, and code to sentences in every language."""

import ast
import string
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import habitue
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api.problems import FAULT_STATUS, STATUS, Fault, problem
from habitue.interfaces.texts.catalogue import LANGUAGES, catalogue, negotiate, refusal_text

SOURCE = Path(habitue.__file__).parent


def _placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_code_has_a_status() -> None:
    assert set(STATUS) == set(Code)
    assert set(FAULT_STATUS) == set(Fault)
    assert all(400 <= status < 600 for status in STATUS.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_has_sentences(language: str) -> None:
    entries: Any = catalogue(language)["refusals"]
    assert set(entries) == {code.value for code in Code}
    assert set(catalogue(language)["http"]) == {fault.value for fault in Fault}
    for code, entry in entries.items():
        assert entry["title"], code
        assert entry["detail"].endswith((".", "}")), code


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_every_language_says_the_same_with_the_same_names(language: str) -> None:
    english, other = catalogue("en"), catalogue(language)
    assert set(english) == set(other)
    for table in english:
        assert set(english[table]) == set(other[table]), table
        for key, entry in english[table].items():
            theirs: Any = other[table][key]
            if isinstance(entry, dict):
                assert set(entry) == set(theirs), key
                for part, text in entry.items():
                    assert _placeholders(text) == _placeholders(theirs[part]), (key, part)
                    assert theirs[part] != text or part == "title", (key, part)


@lru_cache(maxsize=1)
def _raised() -> list[tuple[str, str, set[str]]]:
    """Every refusal that the source raises: where, its code, the names of its parameters."""
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id != "Refusal" or not node.args:
                continue
            code = node.args[0]
            if not isinstance(code, ast.Attribute) or any(k.arg is None for k in node.keywords):
                continue
            place = f"{path.relative_to(SOURCE)}:{node.lineno}"
            found.append((place, code.attr, {str(word.arg) for word in node.keywords}))
    return found


def test_every_refusal_brings_what_its_sentence_needs() -> None:
    entries: Any = catalogue("en")["refusals"]
    lacking = []
    for place, name, given in _raised():
        entry = entries[Code[name].value]
        needed = _placeholders(entry["detail"]) - {"path"}
        if not needed <= given and "short" not in entry:
            lacking.append(f"{place}: {name} lacks {sorted(needed - given)}")
    assert not lacking, "\n".join(lacking)
    assert len(_raised()) > 50


def test_a_sentence_without_its_values_is_the_short_one() -> None:
    words = refusal_text(Code.TOO_LONG, language="en", path="name", parameters={})
    assert words.detail == "A text is longer than this field accepts. Shorten it."


def test_a_long_value_is_cut_in_the_sentence() -> None:
    words = refusal_text(
        Code.UNKNOWN_MEMBER, language="de", path="member", parameters={"value": "x" * 500}
    )
    assert "x" * 79 + "…" in words.detail
    assert "x" * 80 not in words.detail


def test_braces_in_a_value_are_only_text() -> None:
    words = refusal_text(
        Code.UNKNOWN_STORE, language="fr", path="store", parameters={"value": "{path.__class__}"}
    )
    assert "{path.__class__}" in words.detail


def test_a_problem_is_that_of_rfc_9457() -> None:
    refusal = Refusal(Code.NEGATIVE_AMOUNT, "lines[2].amount", value="-3.00")
    assert problem(refusal, language="en") == {
        "type": "/api/v1/docs#negative_amount",
        "title": "An amount is negative",
        "status": 422,
        "detail": "The amount -3.00 at lines[2].amount is negative. Send a purchase with amounts "
        "of zero or more, and send what came back as a return.",
        "code": "negative_amount",
        "path": "lines[2].amount",
        "parameters": {"value": "-3.00"},
    }


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("de-AT, de;q=0.9, en;q=0.5", "de"),
        ("es, ro;q=0.3, en;q=0.2", "ro"),
        ("en;q=0.1, fr;q=0.8", "fr"),
        ("*", "en"),
        ("fr;q=0", "en"),
        ("fr;q=many", "en"),
        (";;,,==", "en"),
    ],
)
def test_the_readers_language_is_chosen(header: str, language: str) -> None:
    assert negotiate(header) == language
