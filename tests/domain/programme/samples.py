"""Documents for the tests: a small valid one, onto which a test lays what it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from habitue.domain.events import Contribution, Line, Scalar
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import Fault
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.model import Programme, Rule
from habitue.integrations.documents import load_yaml

MINIMAL = """
programme: sample
money: {currency: EUR}
zone: Europe/Paris
earn: {base: {on: purchase, give: {points: 1, per: 1.00}}}
"""

_MINIMAL = load_yaml(MINIMAL)


def document(overlay: str = "") -> dict[str, Any]:
    """The minimal document with the sections of ``overlay`` (YAML) in place of its own."""
    return {**_MINIMAL, **(load_yaml(overlay) if overlay else {})}


def programme(overlay: str = "") -> Programme:
    """The programme of ``document(overlay)``."""
    return parse_document(document(overlay))


def rule(fields: str, overlay: str = "") -> Rule:
    """The rule ``r`` with these fields, beside the base rule, in a document with ``overlay``."""
    raw = document(overlay)
    raw["earn"] = {**raw["earn"], **load_yaml(f"r: {{{fields}}}")}
    return next(one for one in parse_document(raw).rules if one.rule == "r")


def faults(overlay: str) -> list[Fault]:
    """Everything that is wrong with ``document(overlay)``."""
    return check_document(document(overlay))


def line(
    product: str = "p",
    *,
    amount: int = 1000,
    quantity: int = 1000,
    category: str | None = None,
    brand: str | None = None,
    role: Any = "goods",
) -> Line:
    """A line of a purchase; 10.00 for one piece unless said otherwise."""
    return Line("1", product, quantity, amount, category=category, brand=brand, role=role)


@dataclass
class Seeing:
    """A moment with settled values: Friday 16:30, one ordinary line of 10.00, a third purchase."""

    kind: str = "purchase"
    lines: Sequence[Line] = (line(),)
    basket_amount: int = 1000
    day: int = date(2026, 6, 5).toordinal()
    minute: int = 16 * 60 + 30
    store: str | None = "Lyon"
    channel: str | None = "till"
    staff: str | None = None
    attributes: Mapping[str, Scalar] = field(default_factory=dict)
    member_attributes: Mapping[str, Scalar] = field(default_factory=dict)
    fired: AbstractSet[str] = frozenset()
    plan: str = ""
    plan_action: str | None = None
    contribution: Contribution | None = None
    referred: bool = False
    tier: str | None = "silver"
    beside: Mapping[str, str] = field(default_factory=dict)
    purchases: int = 2
    visits: int = 4
    days_since_visit: int | None = 10
    days_since_enrolment: int | None = None
    balances: Mapping[str, int] = field(default_factory=lambda: {"points": 120})

    def balance(self, currency: str) -> int:
        """The balance before the event."""
        return self.balances.get(currency, 0)
