"""The page on findings names every finding that is planted in a test document."""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parents[2]
PAGE = (HERE / "docs" / "user" / "programme-findings.md").read_text("utf-8")
DEFECTS = sorted((HERE / "tests" / "domain" / "programme" / "defects").glob("*.yaml"))


def test_every_planted_finding_is_on_the_page_once() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    planted = {file.read_text("utf-8").split()[2] for file in DEFECTS}
    assert planted
    assert planted <= set(rows)
    assert len(rows) == len(set(rows))
