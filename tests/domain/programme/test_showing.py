"""The outline of a document."""

from __future__ import annotations

import pytest

from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.programme.showing import outline
from tests.domain.programme.samples import document

RICH = """
points:
  points: {pending: 14 days, expires: {after: 12 months, round_up_to: month}, max_balance: 9000}
  cash:
    {kind: cashback, expires: {inactive: 6 months}, reinstate: {for: 30 days},
     pending: {until: 2027-01-01}}
  stamps:
    {kind: stamps, expires: {on: [12-31]}, expires_by_tier: {gold: never}, pending: confirmation}
  gems: {expires: {at: 2027-03-01}}
stacking: {promo: best}
campaigns:
  summer:
    {from: 2026-06-01, until: 2026-08-31, budget: {units: 50, times: 5, overflow: refuse}}
earn:
  base: {on: purchase, give: {points: 1.7, cash: 0.015, per: 1.00}}
  gem: {on: visit, give: {gems: 2}, campaign: summer, stop: yes, enabled: no, priority: 2}
  stamp: {on: purchase, each: {line.category: coffee}, give: {stamps: 1}, lines: {role: goods}}
  twice:
    on: purchase
    multiply: 2
    of: points
    group: promo
    when: {any: [{weekday: fri}, {store: [a, b]}], not: {channel: web}}
    limit:
      - {per_member: 1, every: day}
      - {per_purchase: 10, overflow: refuse}
      - {per_member_units: 500, every: rolling 30 days}
      - {per_member_units: 900}
tiers:
  by: {spend: lifetime, visits: lifetime, tenure: lifetime, points: lifetime}
  silver: {enter: {spend: 200, tenure: 30, visits: 2}}
  gold:
    {enter: {spend: 500, visits: 10, points: 60}, keep: {spend: 400}, reenter: {spend: 450},
     multiply: 1.5, perks: [fast]}
claims: {within: 30 days}
"""

EXPECTED = """\
sample, version 3
  money EUR; zone Europe/Paris; languages en
Points
  cash: cashback with 2 decimals, rounded floor; available from 2027-01-01T00:00:00+01:00; expire 6 months after the latest purchase or visit; returns re_evaluate, below zero allow_negative; lapsed points reinstated for 30 days
  gems: points with 0 decimals, rounded floor; available at once; expire at 2027-03-01T00:00:00+01:00; returns re_evaluate, below zero allow_negative
  points: points with 0 decimals, rounded floor; available after 14 days; expire after 12 months, at the end of the month; returns re_evaluate, below zero allow_negative; at most 9000
  stamps: stamps with 0 decimals, rounded floor; available once confirmed; expire every year on 12-31; in tier gold never; returns re_evaluate, below zero allow_negative
Rules, in the order of evaluation
  gem: on visit, give 2 gems
    from 2026-06-01T00:00:00+02:00
    until before 2026-09-01T00:00:00+02:00
    budget campaign:summer: 50 and 5 times, else nothing
    priority 2
    stops the rules after it
    disabled
  base: on purchase, give 0.015 cash per 1.00 EUR and 1.7 points per 1.00 EUR
  stamp: on purchase, give 1 stamps for each piece
    lines line.role: goods
    each line.category: coffee
  twice: on purchase, multiply points by 2
    when (weekday: fri or store: one of a, b) and not (channel: web)
    at most 1 times a member every day
    at most 10 a purchase, else nothing
    at most 500 a member in any 30 days
    at most 900 a member for ever
    in group promo
  group promo: best of its rules
Tiers, lowest first
  by spend (lifetime) or visits (lifetime) or tenure (lifetime) or points.points (lifetime); held for ever; grace none
  downgrade soft_landing; crossing old_rate
  silver: enter 200.00 spent or 2 visits or 30 days
  gold: enter 500.00 spent or 10 visits or 60 points; keep 400.00 spent or 10 visits or 60 points; re-enter 450.00 spent or 10 visits or 60 points; multiply points by 1.5; perks fast
Spend
  counts tax, what is paid with gift cards; not tips, delivery, deposits, gift card sales, what is paid with points; discounts paid, those of the order spread
Returns and claims
  a return that names no purchase: match_or_refuse
  anonymous purchases: claimed within 30 days
"""  # noqa: E501  # the outline's own lines are long


def test_the_outline_says_everything() -> None:
    assert outline(document(RICH), number=3) == EXPECTED


def test_the_outline_of_a_small_document() -> None:
    text = outline(
        document(
            "tiers: {by: {visits: calendar year}, valid: 6 months, grace: 5 days, a: {enter: 3}}"
        )
    )
    assert "by visits (calendar year); held for 6 months; grace 5 days" in text
    assert "anonymous purchases: not claimed" in text
    assert "expire never" in text


def test_a_faulty_document_has_no_outline() -> None:
    with pytest.raises(InvalidDocument):
        outline(document("zone: Mars"))
