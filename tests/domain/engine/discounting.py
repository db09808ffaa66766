"""Baskets and what they cost: programmes with discounts, as their documents say them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from habitue.domain.engine.prices import Prices
from habitue.domain.events import Event, GivenDiscount, Line
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme
from habitue.integrations.documents import load_yaml
from habitue.kit.money import parse_amount
from tests.domain.engine.building import bought
from tests.domain.engine.harness import Member

HEAD = """
programme: shop
money: {currency: EUR}
zone: Europe/Paris
points: {points: {}}
earn: {base: {on: purchase, give: {points: 1, per: 1.00}}}
"""
NOON = "2026-03-02 12:00"


def shop(discounts: str, *more: str) -> Programme:
    """A programme with these discounts, one a line, and other sections."""
    entries = "\n".join(f"  {line.strip()}" for line in discounts.strip().splitlines())
    return parse_document(load_yaml("\n".join((HEAD, *more, "discounts:", entries))))


def prices(member: Member, *lines: str | Line, when: str = NOON, name: str = "asked") -> Prices:
    """What the lines cost a member; nothing is recorded."""
    decided = member.decided(bought(when, *lines, name=name))
    assert decided.prices is not None, "the programme has discounts"
    return decided.prices


def left(programme: Programme | Member, *lines: str | Line, when: str = NOON) -> list[int]:
    """What is left to pay of each line, for a new member or one who is known."""
    member = programme if isinstance(programme, Member) else Member(programme)
    return list(prices(member, *lines, when=when).left)


def pays(programme: Programme | Member, *lines: str | Line, when: str = NOON) -> int:
    """What is left to pay in all."""
    return sum(left(programme, *lines, when=when))


def off(answer: Prices) -> dict[str, int]:
    """What each discount takes off, those that take off nothing left out."""
    totals: dict[str, int] = {}
    for given in answer.given:
        totals[given.discount] = totals.get(given.discount, 0) + given.amount
    return totals


def why(answer: Prices) -> dict[str, str]:
    """Why discounts were not given."""
    return {one.discount: one.blocked for one in answer.considered if one.blocked}


def sold(when: str, line: Line, given: Mapping[str, str], *, name: str) -> Event:
    """A purchase of one line, at its price before the discounts that it names."""
    taken = {code: parse_amount(amount, "EUR") for code, amount in given.items()}
    off = sum(taken.values())
    charged = replace(line, amount=line.amount - off, discount=off)
    discounts = tuple(GivenDiscount(code, line.line, amount) for code, amount in taken.items())
    return bought(when, charged, discounts=discounts, name=name)
