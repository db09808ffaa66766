"""Every kind of programme is named with a document in which it really stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from habitue.integrations.documents import load_document

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "user" / "kinds-of-programmes.md").read_text("utf-8")
ROWS = re.findall(
    r"^\| ([^|]+) \| `([^`|]+)` \| \[[^]]+\]\(\.\./examples/([\w.-]+)\) \|$", PAGE, re.MULTILINE
)


def stands(document: Any, path: list[str]) -> bool:
    """Whether a document has something at a path, in which ``*`` is any name."""
    if not path:
        return True
    if isinstance(document, list):
        return any(stands(one, path) for one in document)
    if not isinstance(document, dict):
        return False
    names = document if path[0] == "*" else [path[0]]
    return any(name in document and stands(document[name], path[1:]) for name in names)


def test_every_row_was_read() -> None:
    assert len(ROWS) == PAGE.count("\n| ") - 2


@pytest.mark.parametrize(("kind", "path", "name"), ROWS)
def test_a_kind_stands_in_its_example(kind: str, path: str, name: str) -> None:
    document = load_document((DOCS / "examples" / name).read_bytes())
    assert stands(document, path.split(".")), f"{kind}: {path} is not in {name}"


def test_every_example_is_named_and_run() -> None:
    there = {path.stem for path in (DOCS / "examples").glob("*.yaml")}
    assert {name.removesuffix(".yaml") for _, _, name in ROWS} == there
    streams = {
        path.stem.removeprefix("test_").replace("_", "-")
        for path in (DOCS.parent / "tests" / "domain" / "examples").glob("test_*.py")
    }
    # The web shop's stream is the published files themselves (tests of the import).
    assert there - streams == {"online-retail"}
