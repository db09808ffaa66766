"""Every YAML fragment of the documentation is valid, laid over a small programme."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from habitue.domain.programme.findings import check_document
from habitue.integrations.documents import load_yaml

PAGE = Path(__file__).parents[2] / "docs" / "user" / "programme-document.md"
FRAGMENTS = re.findall(r"^```yaml\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
SMALL = """
programme: sample
money: {currency: EUR}
zone: Europe/Paris
earn: {base: {on: purchase, give: {points: 1, per: 1.00}}}
"""


def test_the_page_has_fragments() -> None:
    assert len(FRAGMENTS) >= 6


@pytest.mark.parametrize("fragment", FRAGMENTS, ids=lambda text: text.split(":")[0])
def test_a_fragment_is_a_valid_document(fragment: str) -> None:
    assert check_document({**load_yaml(SMALL), **load_yaml(fragment)}) == []
