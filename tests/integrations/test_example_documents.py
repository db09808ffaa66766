"""The example programmes are valid, and mean what the documentation says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.model import Fixed, Rate
from habitue.domain.programme.showing import outline
from habitue.integrations.documents import load_document

FOLDER = Path(__file__).parents[2] / "docs" / "examples"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))


def test_the_examples_are_there() -> None:
    assert {"corner-cafe", "online-retail", "coffee-chain"} <= {file.stem for file in EXAMPLES}


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_an_example_has_no_faults_not_even_notes(file: Path) -> None:
    raw = load_document(file.read_bytes())
    assert check_document(raw) == []
    assert parse_document(raw).code == file.stem
    assert outline(raw).startswith(f"{file.stem}, version 1\n")


def test_rates_of_the_coffee_chain_are_exact() -> None:
    programme = parse_document(load_document((FOLDER / "coffee-chain.yaml").read_bytes()))
    rules = {rule.rule: rule for rule in programme.rules}
    assert rules["reserve"].gives == (Rate("stars", Fraction(17, 10), 100),)
    assert [rule for rule in rules if rules[rule].group == "rate"] == ["reserve", "gold", "green"]


def test_the_corner_cafe_gives_points_and_stamps() -> None:
    programme = parse_document(load_document((FOLDER / "corner-cafe.yaml").read_bytes()))
    rules = {rule.rule: rule for rule in programme.rules}
    assert rules["coffee"].gives == (Fixed("coffee", 1),)
    assert rules["coffee"].each is not None
    assert programme.points["coffee"].kind == "stamps"
    assert list(programme.budgets) == ["reward:dessert", "rule:friday"]


def test_the_online_retail_programme() -> None:
    programme = parse_document(load_document((FOLDER / "online-retail.yaml").read_bytes()))
    assert (programme.currency, programme.zone) == ("GBP", "Europe/London")
    assert programme.without_purchase == "match_or_average"
    assert programme.tiers is not None
    assert [tier.code for tier in programme.tiers.tiers] == ["bronze", "silver", "gold"]
    assert programme.tiers.tiers[2].multiply == Fraction(3, 2)
