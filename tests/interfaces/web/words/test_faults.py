"""Whatever a document's reading and its checks can find has words of its own in every language."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils.translation import override

from habitue.domain.programme.faults import Fault
from habitue.interfaces.web.words.faults import fault_text

PROGRAMME = Path(__file__).parents[4] / "src" / "habitue" / "domain" / "programme"
# Who notes a fault, with the place of its code among the arguments.
NOTING = {"add": 2, "echo": 2, "warn": 2, "note": 2, "Fault": 2}


def problems() -> Iterator[str]:
    """The codes of all faults that the programme's modules note."""
    for path in PROGRAMME.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place = NOTING.get(ast.unparse(node.func).rsplit(".", maxsplit=1)[-1])
            if place is None or len(node.args) <= place:
                continue
            code = node.args[place]
            if isinstance(code, ast.Constant) and isinstance(code.value, str):
                yield code.value


def test_every_fault_has_words() -> None:
    found = sorted(set(problems()))
    assert "unknown_points" in found
    remedy = "An English sentence for whoever writes documents."
    without = [code for code in found if fault_text(Fault("", "", code, remedy)) == remedy]
    assert not without


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Ce tirage n’existe pas"),
        ("de", "Diese Verlosung gibt es nicht"),
        ("ro", "Nu există o asemenea tragere"),
    ],
)
def test_a_fault_is_told_in_the_readers_language(language: str, words: str) -> None:
    with override(language):
        assert fault_text(Fault("", "", "unknown_draw", "Declare it under draws.")).startswith(
            words
        )
