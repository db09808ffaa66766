"""The rule sheet: each thing that a document says is said, in every language."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from habitue.domain.programme import contributions, discounts, identifying, measures, model, plans
from habitue.integrations.documents import load_yaml
from tests.interfaces.web.words import (
    challenge_changes,
    draw_changes,
    partner_changes,
    referral_changes,
    structure_changes,
)
from tests.interfaces.web.words.sheets import (
    EXAMPLES,
    LANGUAGES,
    golden_path,
    golden_text,
    sheet_text,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_sheets_of_the_examples_are_those_that_were_read(example: Path, language: str) -> None:
    """``python -m tests.interfaces.web.words.sheets`` writes the files anew."""
    assert golden_text(example, language) == golden_path(example, language).read_text("utf-8")


BASE = """
programme: sample
money: {currency: EUR}
zone: Europe/Paris
languages: [en, fr, de, ro]
points:
  points: {pending: 5 days, expires: {after: 12 months}}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}}
  r: {on: purchase, give: {points: 10}}
tiers: {by: {spend: rolling 12 months}, gold: {enter: 500.00, multiply: 1.5}}
"""

RULE = "earn: {base: {on: purchase, give: {points: 1, per: 1.00}}, r: {on: purchase, %s}}"
TIERS = "tiers: {by: {spend: rolling 12 months}, %s}"
TWO = "points: {a: {}, b: {}}\nearn: {r: {on: purchase, give: {a: 1}}}\n"
BOTH = """
tiers:
  by: {visits: lifetime, spend: lifetime}
  combine: %s
  gold: {enter: {visits: 5, spend: 5.00}}
"""
GROUP = """
stacking: {promo: %s}
earn:
  base: {on: purchase, give: {points: 1, per: 1.00}, group: promo}
  r: {on: purchase, give: {points: 10}%s}
"""


def planned(more: str = "", *, code: str = "c", price: str = "8.00", every: str = "1 month") -> str:
    """A document with a paid plan."""
    terms = ", ".join(part for part in (f"price: {price}", f"every: {every}", more) if part)
    return f"plans: {{{code}: {{{terms}}}}}"


def contributed(settings: str = "", code: str = "review") -> str:
    """A document with a kind of contributions."""
    return f"contributions: {{{code}: {{{settings}}}}}"


def lowered(discount: str, code: str = "d") -> str:
    """A document with a discount."""
    return f"discounts: {{{code}: {{{discount}}}}}"


def rule(more: str, gift: str = "give: {points: 10}") -> str:
    """The document's rule ``r`` with these fields."""
    return RULE % ", ".join(part for part in (gift, more) if part)


def points(settings: str) -> str:
    return f"points: {{points: {{{settings}}}}}"


def reward(settings: str, gives: str = "free_product: cake") -> str:
    """The document with a reward of these fields."""
    return f"rewards: {{c: {{gives: {{{gives}}}, {settings}}}}}"


SEGMENT = """
segments: {regulars: {when: {member.visits: {at_least: %s}}}}
earn: {r: {on: purchase, give: {points: 10}, when: {member.segment: regulars}}}
"""
STAMPS = "points: {points: {}, coffee: {kind: stamps%s}}"


# For each field of the model: what a document says before and after it changes.
CHANGES: dict[str, tuple[str, str]] = {
    "Programme.code": ("", "programme: other"),
    "Programme.currency": ("", "money: {currency: GBP}"),
    "Programme.zone": ("", "zone: Europe/Berlin"),
    "Programme.points": ("", "points: {points: {}, coffee: {kind: stamps}}"),
    "Programme.spend": ("", "spend: {tips: yes}"),
    "Programme.rules": ("", rule("", "give: {points: 11}")),
    "Programme.groups": (GROUP % ("best", ", group: promo"), GROUP % ("first", ", group: promo")),
    "Programme.tiers": ("", "tiers: null"),
    "Programme.without_purchase": ("", "returns: {without_purchase: refuse}"),
    "Programme.joining": ("", "joining: invitation"),
    "Programme.identify": ("", "identify: [card]"),
    "Method.kind": ("identify: [card]", "identify: [nfc]"),
    "Method.may": ("identify: [card, phone]", "identify: [card, {phone: greet}]"),
    "Programme.claim_days": ("", "claims: {within: 30 days}"),
    "PointsCurrency.code": (
        "",
        "points: {stars: {}}\nearn: {base: {on: purchase, give: {stars: 1}}}",
    ),
    "PointsCurrency.kind": (points(""), points("kind: stamps")),
    "PointsCurrency.decimals": (points(""), points("decimals: 2")),
    "PointsCurrency.rounding": (points(""), points("rounding: ceil")),
    "PointsCurrency.pending": (points("pending: 5 days"), points("pending: confirmation")),
    "PointsCurrency.expiry": (points(""), points("expires: {after: 1 year}")),
    "PointsCurrency.expiry_by_tier": (
        points(""),
        points("expires_by_tier: {gold: {after: 1 year}}"),
    ),
    "PointsCurrency.returns": (points(""), points("returns: keep_bonus")),
    "PointsCurrency.negative": (points(""), points("negative: refuse")),
    "PointsCurrency.reinstate_days": (points(""), points("reinstate: {for: 30 days}")),
    "PointsCurrency.max_balance": (points(""), points("max_balance: 5000")),
    "ExpiresAfter.period": (
        points("expires: {after: 1 year}"),
        points("expires: {after: 2 years}"),
    ),
    "ExpiresAfter.round_up_to": (
        points("expires: {after: 1 year, round_up_to: month}"),
        points("expires: {after: 1 year, round_up_to: quarter}"),
    ),
    "ExpiresOnDates.days": (points("expires: {on: [03-31]}"), points("expires: {on: [12-31]}")),
    "ExpiresAt.at": (points("expires: {at: 2027-03-01}"), points("expires: {at: 2027-04-01}")),
    "ExpiresInactive.period": (
        points("expires: {inactive: 6 months}"),
        points("expires: {inactive: 7 months}"),
    ),
    "ExpiresInactive.activity": (
        points("expires: {inactive: 6 months, activity: [purchase]}"),
        points("expires: {inactive: 6 months, activity: [purchase, visit]}"),
    ),
    "PendingFor.period": (points("pending: 5 days"), points("pending: 6 days")),
    "PendingUntil.at": (
        points("pending: {until: 2027-01-01}"),
        points("pending: {until: 2027-02-01}"),
    ),
    "SpendSettings.tax": ("", "spend: {tax: no}"),
    "SpendSettings.tips": ("", "spend: {tips: yes}"),
    "SpendSettings.delivery": ("", "spend: {delivery: yes}"),
    "SpendSettings.deposits": ("", "spend: {deposits: yes}"),
    "SpendSettings.gift_card_sales": ("", "spend: {gift_card_sales: yes}"),
    "SpendSettings.paid_with_points": ("", "spend: {paid_with_points: yes}"),
    "SpendSettings.paid_with_gift_card": ("", "spend: {paid_with_gift_card: no}"),
    "SpendSettings.discounts": ("", "spend: {discounts: before}"),
    "SpendSettings.order_discounts": ("", "spend: {order_discounts: order}"),
    "Rate.currency": (
        "points: {a: {}, points: {}}\n" + rule("", "give: {a: 1, per: 1.00}"),
        "points: {a: {}, points: {}}\n" + rule("", "give: {points: 1, per: 1.00}"),
    ),
    "Rate.units": (
        rule("", "give: {points: 1, per: 1.00}"),
        rule("", "give: {points: 1.5, per: 1.00}"),
    ),
    "Rate.per": (
        rule("", "give: {points: 1, per: 1.00}"),
        rule("", "give: {points: 1, per: 2.00}"),
    ),
    "Fixed.currency": (
        "points: {a: {}, points: {}}\n" + rule("", "give: {a: 1}"),
        "points: {a: {}, points: {}}\n" + rule("", "give: {points: 1}"),
    ),
    "Fixed.units": ("", rule("", "give: {points: 11}")),
    "Every.calendar": (
        rule("limit: {per_member: 1, every: day}"),
        rule("limit: {per_member: 1, every: week}"),
    ),
    "Every.rolling": (
        rule("limit: {per_member: 1, every: rolling 30 days}"),
        rule("limit: {per_member: 1, every: rolling 31 days}"),
    ),
    "Limit.times": (rule("limit: {per_member: 1}"), rule("limit: {per_member: 2}")),
    "Limit.units": (rule("limit: {per_purchase: 5}"), rule("limit: {per_purchase: 6}")),
    "Limit.every": (
        rule("limit: {per_member_units: 5}"),
        rule("limit: {per_member_units: 5, every: day}"),
    ),
    "Limit.overflow": (
        rule("limit: {per_purchase: 5}"),
        rule("limit: {per_purchase: 5, overflow: refuse}"),
    ),
    "Budget.units": (rule("budget: 500"), rule("budget: 501")),
    "Budget.times": (rule("budget: {times: 5}"), rule("budget: {times: 6}")),
    "Budget.overflow": (rule("budget: 500"), rule("budget: {units: 500, overflow: refuse}")),
    "Rule.rule": ("", "earn: {other: {on: purchase, give: {points: 10}}}"),
    "Rule.on": (rule(""), "earn: {r: {on: visit, give: {points: 10}}}"),
    "Rule.when": (rule("when: {weekday: fri}"), rule("when: {weekday: sat}")),
    "Rule.lines": (rule("lines: {category: a}"), rule("lines: {category: b}")),
    "Rule.each": (rule("each: {category: a}"), rule("each: {category: b}")),
    "Rule.gives": ("", rule("", "give: {points: 11}")),
    "Rule.multiply": (rule("", "multiply: 2"), rule("", "multiply: 3")),
    "Rule.multiplied_currency": (
        "points: {a: {}, points: {}}\n" + rule("of: a", "multiply: 2"),
        "points: {a: {}, points: {}}\n" + rule("of: points", "multiply: 2"),
    ),
    "Rule.group": (GROUP % ("best", ""), GROUP % ("best", ", group: promo")),
    "Rule.priority": (rule(""), rule("priority: 5")),
    "Rule.stop": (rule("priority: 5"), rule("priority: 5, stop: yes")),
    "Rule.limits": (rule(""), rule("limit: {per_member: 1}")),
    "Rule.budgets": (rule(""), rule("budget: 500")),
    "Rule.starts_at": (rule(""), rule("from: 2026-09-01")),
    "Rule.ends_at": (rule(""), rule("until: 2026-09-01")),
    "Rule.enabled": (rule(""), rule("enabled: no")),
    "Group.mode": (GROUP % ("best", ", group: promo"), GROUP % ("all", ", group: promo")),
    "Window.kind": ("", "tiers: {by: {spend: lifetime}, gold: {enter: 500.00, multiply: 1.5}}"),
    "Window.period": (
        "",
        "tiers: {by: {spend: rolling 6 months}, gold: {enter: 500.00, multiply: 1.5}}",
    ),
    "Metric.name": (
        "tiers: {by: {visits: calendar year}, gold: {enter: 5}}",
        "tiers: {by: {purchases: calendar year}, gold: {enter: 5}}",
    ),
    "Metric.window": (
        "tiers: {by: {visits: calendar year}, gold: {enter: 5}}",
        "tiers: {by: {visits: membership year}, gold: {enter: 5}}",
    ),
    "Metric.currency": (
        TWO + "tiers: {by: {points.a: lifetime}, of: a, gold: {enter: 5}}",
        TWO + "tiers: {by: {points.b: lifetime}, of: a, gold: {enter: 5}}",
    ),
    "Tier.code": (TIERS % "gold: {enter: 1.00}", TIERS % "silver: {enter: 1.00}"),
    "Tier.enter": (TIERS % "gold: {enter: 1.00}", TIERS % "gold: {enter: 2.00}"),
    "Tier.keep": (TIERS % "gold: {enter: 5.00}", TIERS % "gold: {enter: 5.00, keep: 4.00}"),
    "Tier.reenter": (TIERS % "gold: {enter: 5.00}", TIERS % "gold: {enter: 5.00, reenter: 4.00}"),
    "Tier.multiply": (TIERS % "gold: {enter: 5.00}", TIERS % "gold: {enter: 5.00, multiply: 2}"),
    "Tier.perks": (TIERS % "gold: {enter: 5.00}", TIERS % "gold: {enter: 5.00, perks: [free_tea]}"),
    "Tier.invitation": (TIERS % "gold: {enter: 1.00}", TIERS % "gold: {invitation: yes}"),
    "Tiers.metrics": (
        TIERS % "gold: {enter: 5.00}",
        "tiers: {by: {visits: rolling 12 months}, gold: {enter: 5}}",
    ),
    "Tiers.combine": (
        BOTH % "any",
        BOTH % "all",
    ),
    "Tiers.tiers": (
        TIERS % "gold: {enter: 5.00}",
        TIERS % "gold: {enter: 5.00}, top: {enter: 9.00}",
    ),
    "Tiers.valid": (
        TIERS % "valid: 12 months, gold: {enter: 5.00}",
        TIERS % "valid: 6 months, gold: {enter: 5.00}",
    ),
    "Tiers.grace": (TIERS % "gold: {enter: 5.00}", TIERS % "grace: 30 days, gold: {enter: 5.00}"),
    "Tiers.downgrade": (
        TIERS % "gold: {enter: 5.00}",
        TIERS % "downgrade: to_deserved, gold: {enter: 5.00}",
    ),
    "Tiers.crossing": (
        TIERS % "gold: {enter: 5.00, multiply: 2}",
        TIERS % "crossing: split, gold: {enter: 5.00, multiply: 2}",
    ),
    "Programme.rewards": ("", reward("cost: {points: 80}")),
    "PointsCurrency.card": (STAMPS % "", STAMPS % ", card: 10"),
    "Rule.days_before": (
        "earn: {r: {on: birthday, give: {points: 5}}}",
        "earn: {r: {on: birthday, within: 3 days, give: {points: 5}}}",
    ),
    "Programme.segments": (SEGMENT % 5, SEGMENT % 10),
    "Rule.chance": (rule("budget: 500"), rule("budget: 500, chance: 1 in 20")),
    "Budget.every": (reward("stock: 200"), reward("stock: 200 per month")),
    "Reward.reward": ("rewards: {c: {gives: {access: a}}}", "rewards: {d: {gives: {access: a}}}"),
    "Reward.prices": (reward("cost: {points: 80}"), reward("enabled: yes")),
    "Reward.gift": (reward("", "free_product: cake"), reward("", "free_product: pie")),
    "Reward.when": (reward(""), reward("when: {member.tier: gold}")),
    "Reward.limits": (reward(""), reward("limit: {per_member: 1, every: day}")),
    "Reward.stock": (reward(""), reward("stock: 200")),
    "Reward.starts_at": (reward(""), reward("from: 2027-01-01")),
    "Reward.ends_at": (reward(""), reward("until: 2027-01-01")),
    "Reward.enabled": (reward(""), reward("enabled: no")),
    "Gift.kind": (reward("", "access: cake"), reward("", "event_place: cake")),
    "Gift.value": (reward("", "service: massage"), reward("", "service: haircut")),
    "Gift.amount": (reward("", "percentage: 10"), reward("", "percentage: 12.5")),
    "Price.currency": (
        "points: {a: {}, points: {}}\n" + reward("cost: {points: 8}"),
        "points: {a: {}, points: {}}\n" + reward("cost: {a: 8}"),
    ),
    "Price.units": (reward("cost: {points: 8}"), reward("cost: {points: 9}")),
    "Programme.plans": ("", planned()),
    "Plan.plan": (planned(), planned(code="d")),
    "Plan.price": (planned(), planned(price="9.00")),
    "Plan.period": (planned(), planned(every="2 weeks")),
    "Plan.trial_days": (planned(), planned("trial: 3 days")),
    "Plan.grace_days": (planned(), planned("grace: 3 days")),
    "Plan.pause_days": (planned(), planned("pause: 3 days")),
    "Plan.refund": (planned(), planned("refund: {within: 3 days}")),
    "Refund.within_days": (
        planned("refund: {within: 3 days}"),
        planned("refund: {within: 4 days}"),
    ),
    "Refund.used_at_most": (
        planned("refund: {within: 3 days}"),
        planned("refund: {within: 3 days, used_at_most: 2.00}"),
    ),
    "Programme.contributions": ("", contributed()),
    "ContributionKind.contribution": (contributed(), contributed(code="story")),
    "ContributionKind.about": (contributed(), contributed("about: product")),
    "ContributionKind.once": (contributed(), contributed("once: yes")),
    "ContributionKind.text": (contributed("text: 20"), contributed("text: 21")),
    "ContributionKind.link": (contributed(), contributed("link: yes")),
    "ContributionKind.picture": (contributed(), contributed("picture: yes")),
    "Programme.discounts": ("", lowered("discount: 5 %")),
    "Discount.cut": (lowered("discount: 5 %"), lowered("free_shipping: yes")),
    "Percentage.share": (lowered("discount: 5 %"), lowered("discount: 5.25 %")),
    "AmountOff.amount": (lowered("discount: 5.00"), lowered("discount: 6.00")),
    "MemberPrice.price": (
        lowered("price: 5.00, lines: {product: tea}"),
        lowered("price: 4.00, lines: {product: tea}"),
    ),
    "ShareLadder.metric": (
        lowered("ladder: {by: {spend: lifetime}, steps: {2: 5 %}}"),
        lowered("ladder: {by: {visits: lifetime}, steps: {2: 5 %}}"),
    ),
    "ShareLadder.steps": (
        lowered("ladder: {by: {spend: lifetime}, steps: {2: 5 %}}"),
        lowered("ladder: {by: {spend: lifetime}, steps: {2: 5 %, 3: 6 %}}"),
    ),
    "Step.threshold": (
        lowered("ladder: {by: {spend: lifetime}, steps: {2: 5 %}}"),
        lowered("ladder: {by: {spend: lifetime}, steps: {3: 5 %}}"),
    ),
    "Step.share": (
        lowered("ladder: {by: {spend: lifetime}, steps: {2: 5 %}}"),
        lowered("ladder: {by: {spend: lifetime}, steps: {2: 6 %}}"),
    ),
    "CheapestPieces.count": (
        lowered("discount: 50 %, cheapest: {of_every: 3}"),
        lowered("discount: 50 %, cheapest: {of_every: 3, count: 2}"),
    ),
    "CheapestPieces.of_every": (
        lowered("discount: 100 %, cheapest: 1"),
        lowered("discount: 100 %, cheapest: {of_every: 3}"),
    ),
    "CheapestPieces.counting": (
        lowered("discount: 100 %, cheapest: {of_every: 3}"),
        lowered("discount: 100 %, cheapest: {of_every: 3, counting: {product: tea}}"),
    ),
    "CheapestPieces.most": (
        lowered("discount: 1.00, cheapest: {of_every: 3, counting: {product: tea}}"),
        lowered("discount: 1.00, cheapest: {of_every: 3, counting: {product: tea}, most: 2}"),
    ),
    "Discount.discount": (lowered("discount: 5 %"), lowered("discount: 5 %", "e")),
    "Discount.when": (lowered("discount: 5 %"), lowered("discount: 5 %, when: {weekday: fri}")),
    "Discount.lines": (
        lowered("discount: 5 %"),
        lowered("discount: 5 %, lines: {brand: {is_not: tea}}"),
    ),
    "Discount.each": (
        lowered("discount: 5.00, lines: {product: tea}"),
        lowered("discount: 5.00, each: {product: tea}"),
    ),
    "Discount.cheapest": (
        lowered("discount: 100 %, lines: {product: tea}"),
        lowered("discount: 100 %, lines: {product: tea}, cheapest: 1"),
    ),
    "Discount.base": (lowered("discount: 5 %"), lowered("discount: 5 %, of: initial")),
    "Discount.on_reduced": (lowered("discount: 5 %"), lowered("discount: 5 %, on_reduced: no")),
    "Discount.rounding": (
        lowered("discount: 5 %, rounding: half_even"),
        lowered("discount: 5 %, rounding: half_up"),
    ),
    "Discount.group": (
        "stacking: {off: best}\n" + lowered("discount: 5 %", "e: {group: off, discount: 1.00}, f"),
        "stacking: {off: best}\n"
        + lowered("discount: 5 %, group: off", "e: {group: off, discount: 1.00}, f"),
    ),
    "Discount.priority": (
        lowered("discount: 5 %", "e: {discount: 1.00}, f"),
        lowered("discount: 5 %, priority: 1", "e: {discount: 1.00}, f"),
    ),
    "Discount.limits": (
        lowered("discount: 5 %, limit: {per_purchase: 1.00}"),
        lowered("discount: 5 %, limit: {per_member_units: 1.00, overflow: refuse}"),
    ),
    "Discount.budget": (lowered("discount: 5 %"), lowered("discount: 5 %, budget: 10.00")),
    "Discount.starts_at": (lowered("discount: 5 %"), lowered("discount: 5 %, from: 2027-01-01")),
    "Discount.ends_at": (lowered("discount: 5 %"), lowered("discount: 5 %, until: 2027-01-01")),
    "Discount.enabled": (lowered("discount: 5 %"), lowered("discount: 5 %, enabled: no")),
    "Tiers.multiplied_currency": (
        "points: {a: {}, points: {}}\n" + TIERS % "of: a, gold: {enter: 5.00, multiply: 2}",
        "points: {a: {}, points: {}}\n" + TIERS % "of: points, gold: {enter: 5.00, multiply: 2}",
    ),
    **draw_changes.CHANGES,
    **challenge_changes.CHANGES,
    **referral_changes.CHANGES,
    **structure_changes.CHANGES,
    **partner_changes.CHANGES,
}
NOT_SHOWN = {
    "Programme.number": "the version: shown, but given when it is published",
    "Programme.effective_at": "shown, but given when it is published",
    "Programme.languages": "in which languages members are written to; a sheet is in its reader's",
    "Programme.budgets": "the budgets of the rules, where each is shown, by key",
    "Budget.key": "a name inside the machine",
    "Group.code": "a name inside the machine: the sheet names the rules of the group instead",
    "Tiers.ranks": "derived from the tiers",
    "Programme.structures": "derived from the main structure and those beside it",
    "Programme.member_attributes": "what may be noted of members: shown where a rule asks for it",
    "Programme.chance_secret": "never told",
    "Programme.has_chances": "derived from the rules",
    "Programme.index": "derived from the rules",
    "Programme.stages": "derived from the rules",
    "Rule.stage": "follows from what a rule asks about others, which is shown",
}
_SHOWN = (
    model.Programme, model.PointsCurrency, model.ExpiresAfter, model.ExpiresOnDates,
    model.ExpiresAt, model.ExpiresInactive, model.PendingFor, model.PendingUntil,
    model.SpendSettings, model.Rate, model.Fixed, measures.Every, measures.Limit, measures.Budget,
    model.Rule, model.Group, measures.Window, measures.Metric, model.Tier, model.Tiers,
    model.Reward, model.Gift, model.Price, *draw_changes.MODELS, *challenge_changes.MODELS,
    plans.Plan, plans.Refund, contributions.ContributionKind, identifying.Method,
    *referral_changes.MODELS, *partner_changes.MODELS,
    discounts.Discount, discounts.Percentage, discounts.AmountOff, discounts.MemberPrice,
    discounts.ShareLadder, discounts.Step, discounts.CheapestPieces,
)  # fmt: skip


def document(overlay: str) -> dict[str, Any]:
    return {**load_yaml(BASE), **(load_yaml(overlay) if overlay else {})}


def test_each_field_of_a_programme_is_shown_or_listed_with_a_reason() -> None:
    known = {f"{one.__name__}.{field.name}" for one in _SHOWN for field in fields(one)}
    assert known == CHANGES.keys() | NOT_SHOWN.keys()
    assert not CHANGES.keys() & NOT_SHOWN.keys()


@pytest.mark.parametrize("field", CHANGES)
def test_what_a_document_says_changes_its_sheet(field: str) -> None:
    before, after = CHANGES[field]
    assert sheet_text(document(before), "en") != sheet_text(document(after), "en")


@pytest.mark.parametrize("language", ["fr", "de", "ro"])
def test_a_sheet_says_the_same_in_each_language(language: str) -> None:
    """Every change shows in every language too, and no English is left between the words."""
    for before, after in CHANGES.values():
        old, new = (sheet_text(document(overlay), language) for overlay in (before, after))
        assert old != new
        assert not re.search(r"\b(the|points for|member|purchase|within)\b|%\(", new), new


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_goal_of_a_challenge_has_words_of_its_own(language: str) -> None:
    sheets = {
        sheet_text(document(challenge_changes.challenge(goal)), language)
        for goal in challenge_changes.GOALS
    }
    assert len(sheets) == len(challenge_changes.GOALS)


def test_members_are_not_told_how_large_a_budget_is() -> None:
    raw = document(rule("budget: 4321"))
    assert "4,321" in sheet_text(raw, "en", "staff")
    members = sheet_text(raw, "en", "members")
    assert "4,321" not in members
    assert "As long as its budget lasts." in members


def test_what_is_over_or_switched_off_is_left_out_and_what_is_to_come_is_said() -> None:
    assert "### R\n" not in sheet_text(document(rule("until: 2026-06-01")), "en")
    assert "### R\n" not in sheet_text(document(rule("enabled: no")), "en")
    assert "From 1 September 2026 on." in sheet_text(document(rule("from: 2026-09-01")), "en")


def test_examples_are_decided_by_the_engine() -> None:
    raw = document(rule("when: {weekday: fri, line.category: beer}", "multiply: 2"))
    text = sheet_text(raw, "en")
    assert "A member without a tier pays €24.60.\nThat earns 24 points." in text
    assert "A member of the tier Gold pays €24.60.\nThat earns 36 points." in text
    assert (
        "On Friday, 5 June 2026 at 15:00, a member pays €24.60 for “beer”.\nThat earns 49 points."
    ) in text
