"""What staff say, check and do: what this programme asks for, and nothing that it does not have."""

from __future__ import annotations

from typing import Any, Final

import pytest

from habitue.integrations.documents import load_yaml
from tests.interfaces.web.words.sheets import sheet_text

BASE: Final = """
programme: sample
money: {currency: EUR}
zone: Europe/Paris
earn: {base: {on: purchase, give: {points: 1, per: 1.00}}}
"""


def at_the_till(overlay: str = "") -> str:
    """The part of the staff's sheet about the till."""
    raw: dict[str, Any] = {**load_yaml(BASE), **(load_yaml(overlay) if overlay else {})}
    return sheet_text(raw, "en", "staff").partition("## At the till")[2]


@pytest.mark.parametrize(
    ("overlay", "sentence"),
    [
        (
            "earn: {w: {name: Hello, on: enrolment, give: {points: 5}}}",
            "Tell whoever is not a member yet what joining brings: Hello.",
        ),
        (
            "earn: {b: {name: Cake day, on: birthday, give: {points: 5}}}",
            "When the birthday is near, wish them well and mention: Cake day.",
        ),
        (
            "earn: {v: {name: Hello, on: visit, give: {points: 5}}}",
            "Note at the till that a guest came, also without a purchase: Hello.",
        ),
        (
            "earn: {v: {name: Spree, on: purchase, give: {points: 5}, budget: 50}}",
            "This ends by itself; promise only what the till shows: Spree.",
        ),
        (
            "rewards: {tea: {cost: {points: 5}, gives: {free_product: tea}}}",
            "Take the reward at the till first, then hand it over.",
        ),
        (
            "rewards: {tea: {cost: {points: 5}, gives: {free_product: tea}, stock: 9}}",
            "Not always to be had, and the till knows: Tea.",
        ),
        (
            """
            rewards: {tea: {gives: {free_product: tea}}}
            earn: {b: {on: birthday, give: {voucher: tea}}}
            """,
            "A voucher counts once, and as long as the till shows it.",
        ),
        (
            "tiers: {by: {spend: lifetime}, gold: {enter: 5.00, perks: [priority_service]}}",
            "Members of the tier Gold get this without asking: priority service.",
        ),
    ],
)
def test_staff_are_told_what_the_programme_asks_for(overlay: str, sentence: str) -> None:
    assert sentence in at_the_till(overlay)
    assert sentence.partition(":")[0] not in at_the_till()


def test_many_names_are_cut() -> None:
    rules = ", ".join(f"r{n}: {{on: visit, give: {{points: 1}}}}" for n in range(6))
    assert "R0, R1, R2, R3 and others." in at_the_till(f"earn: {{{rules}}}")


def test_members_are_told_how_to_leave_and_what_a_change_does() -> None:
    members = sheet_text(load_yaml(BASE), "en", "members")
    assert "You can leave at any time." in members
    assert "stays." in members
    assert "## At the till" not in members
    assert "## Taking part" not in sheet_text(load_yaml(BASE), "en", "staff")
