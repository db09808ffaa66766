"""Several structures of tiers in a document: read, checked, named, compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from habitue.domain.programme.differences import diff_documents
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.naming import names_of
from habitue.domain.programme.showing import outline
from habitue.integrations.documents import load_document

HEAD = """
programme: corner
money: {currency: EUR}
zone: Europe/Paris
"""
RULES = """
earn: {base: {on: purchase, give: {points: 1, per: 1.00}}}
"""
STATUS = (
    "{by: {spend: rolling 12 months}, silver: {enter: 300.00},"
    " gold: {enter: 900.00, multiply: 1.5}}"
)
COFFEE = (
    "{name: {fr: Café}, by: {visits: rolling 3 months}, insider: {enter: 20}, regular: {enter: 6}}"
)
BOTH = f"{{main: status, structures: {{coffee: {COFFEE}, status: {STATUS}}}}}"


def document(tiers: str, rules: str = RULES) -> dict[str, Any]:
    """A document with these tiers."""
    return load_document(f"{HEAD}{rules}tiers: {tiers}\n".encode())


def faults_of(raw: dict[str, Any]) -> list[tuple[str, str]]:
    """Where which faults are."""
    with pytest.raises(InvalidDocument) as caught:
        parse_document(raw)
    return [(fault.path, fault.problem) for fault in caught.value.faults]


def test_the_main_structure_is_what_the_only_one_is() -> None:
    one, several = parse_document(document(STATUS)), parse_document(document(BOTH))
    assert one.tiers is not None
    assert several.tiers == replace(one.tiers, name="status")
    assert [(tiers.name, tiers.key) for tiers in one.structures] == [("", "")]
    named = [(tiers.name, tiers.key, tiers.path) for tiers in several.structures]
    assert named == [
        ("status", "", "tiers.structures.status"),
        ("coffee", "coffee", "tiers.structures.coffee"),
    ]
    assert [tier.code for tier in several.beside[0].tiers] == ["regular", "insider"]
    assert several.multipliers == "multiply"


def test_a_structure_alone_needs_no_main_one() -> None:
    alone = parse_document(document(f"{{structures: {{status: {STATUS}}}}}"))
    assert [(tiers.name, tiers.key) for tiers in alone.structures] == [("status", "")]


@pytest.mark.parametrize(
    ("tiers", "found"),
    [
        (
            f"{{structures: {{coffee: {COFFEE}, status: {STATUS}}}}}",
            [("tiers.main", "missing_field")],
        ),
        (
            f"{{main: tea, structures: {{coffee: {COFFEE}, status: {STATUS}}}}}",
            [("tiers.main", "unknown_structure")],
        ),
        (
            f"{{main: status, structures: {{status: {STATUS}, other: {STATUS}}}}}",
            [
                ("tiers.structures.other.gold", "tier_twice"),
                ("tiers.structures.other.silver", "tier_twice"),
            ],
        ),
        ("{structures: {}}", [("tiers.structures", "empty")]),
        (f"{{main: status, gold: {{enter: 5}}, structures: {{status: {STATUS}}}}}",
         [("tiers.gold", "unknown_field")]),
        (f"{{multipliers: add, structures: {{status: {STATUS}}}}}",
         [("tiers.multipliers", "unknown_choice")]),
        ("{structures: {status: {by: {spend: sometimes}, gold: {enter: 5}}}}",
         [("tiers.structures.status.by", "unknown_choice")]),
        ("{structures: {status: {by: {visits: lifetime}, gold: {enter: 1.5}}}}",
         [("tiers.structures.status.gold.enter", "not_a_whole_number")]),
        ("{structures: {status: {by: {visits: lifetime}, gold: {keep: 1}}}}",
         [("tiers.structures.status.gold.enter", "missing_field")]),
    ],
)  # fmt: skip
def test_faults_name_their_place(tiers: str, found: list[tuple[str, str]]) -> None:
    assert faults_of(document(tiers)) == found


def ruled(when: str) -> dict[str, Any]:
    """A document with a rule that asks for tiers."""
    rules = f"""
earn:
  base: {{on: purchase, give: {{points: 1, per: 1.00}}}}
  more: {{on: purchase, when: {when}, give: {{points: 5}}}}
"""
    return document(BOTH, rules)


@pytest.mark.parametrize(
    ("when", "holding"),
    [
        ("{member.tier: gold}", {("gold", ""), ("gold", "regular"), ("gold", "insider")}),
        ("{member.tier: regular}", {("", "regular"), ("silver", "regular"), ("gold", "regular")}),
        (
            "{member.tier: {at_least: regular}}",
            {(one, other) for one in ("", "silver", "gold") for other in ("regular", "insider")},
        ),
        ("{member.tier: none}", {("", ""), ("", "regular"), ("", "insider")}),
        ("{member.tier.coffee: none}", {("", ""), ("silver", ""), ("gold", "")}),
        ("{member.tier.status: none}", {("", ""), ("", "regular"), ("", "insider")}),
        ("{member.tier: {below: insider}, member.tier.status: gold}",
         {("gold", ""), ("gold", "regular")}),
        ("{any: [{member.tier: gold}, {member.tier: insider}], member.tier.coffee: none}",
         {("gold", "")}),
    ],
)  # fmt: skip
def test_a_condition_means_the_structure_of_the_tiers_it_names(
    when: str, holding: set[tuple[str, str]]
) -> None:
    condition = parse_document(ruled(when)).index.by_code["more"].when
    assert condition is not None
    found = {
        (main, beside)
        for main in ("", "silver", "gold")
        for beside in ("", "regular", "insider")
        if condition.holds(_Held(main, {"coffee": beside} if beside else {}))  # type: ignore[arg-type]  # only the tiers of a moment
    }
    assert found == holding


class _Held:
    """What a condition may see of a member's tiers."""

    def __init__(self, tier: str, beside: dict[str, str]) -> None:
        self.tier = tier or None
        self.beside = beside


@pytest.mark.parametrize(
    ("when", "path", "problem"),
    [
        ("{member.tier: [gold, insider]}", "earn.more.when.member.tier", "mixed_structures"),
        ("{member.tier: diamond}", "earn.more.when.member.tier", "unknown_tier"),
        ("{member.tier.tea: none}", "earn.more.when.member.tier.tea", "unknown_field"),
        ("{member.tier.coffee: gold}", "earn.more.when.member.tier.coffee", "unknown_tier"),
    ],
)
def test_a_comparison_stays_within_one_structure(when: str, path: str, problem: str) -> None:
    assert (path, problem) in faults_of(ruled(when))


def test_names_of_structures_and_tiers() -> None:
    names = names_of(document(BOTH))
    assert names.of("structures", "coffee", "fr") == "Café"
    assert names.of("structures", "status", "en") == "Status"
    renamed = document(BOTH.replace("gold: {", "gold: {name: Or, "))
    assert names_of(renamed).of("tiers", "gold", "fr") == "Or"


def test_an_added_structure_is_one_difference() -> None:
    before = document(f"{{main: status, structures: {{status: {STATUS}}}}}")
    (difference,) = diff_documents(before, document(BOTH))
    assert (difference.path, difference.change) == ("tiers.structures.coffee", "added")


def test_the_programme_shown_tells_the_structures_apart() -> None:
    shown = outline(document(BOTH))
    assert "Tiers of status (the main structure), lowest first" in shown
    assert "Tiers of coffee, lowest first" in shown
    assert "multiply one another" in shown
