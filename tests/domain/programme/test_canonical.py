"""The canonical form: one text for one content, and nothing lost."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from habitue.domain.programme.canonical import canonical_json, document_hash, plain_document
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.model import Programme, Rule
from habitue.domain.programme.moments import Condition, LineFilter
from tests.domain.programme.samples import document

RICH = """
points: {points: {expires: {on: [12-31]}}, cash: {kind: cashback, max_balance: 10.50}}
stacking: {g: best}
attributes: {covers: number}
earn:
  base: {on: purchase, give: {points: 1.7, cash: 0.015, per: 1.00}}
  r:
    on: purchase
    when: {any: [{weekday: [fri, sat]}, {event.covers: {above: 1.5}}], store: 007}
    lines: {amount: {at_least: 1.50}}
    multiply: 1.25
    of: points
    limit: [{per_member: 1, every: day}, {per_purchase: 10}]
    until: 2027-01-31
tiers: {by: {spend: lifetime}, b: {enter: 500.00, keep: 1.50}, a: {enter: 1000}}
"""


def comparable(programme: Programme) -> list[object]:
    """The programme with conditions as their trees: closures are never equal."""

    def plain(value: object) -> object:
        if isinstance(value, Condition | LineFilter):
            return json.loads(json.dumps(value.source, default=str))
        if isinstance(value, Rule):
            return [plain(getattr(value, field.name)) for field in fields(value)]
        return value

    return [
        [plain(rule) for rule in programme.rules]
        if field.name == "rules"
        else getattr(programme, field.name)
        for field in fields(programme)
        # What is derived of the rules is no part of what is compared.
        if field.compare
    ]


def test_document_to_json_to_programme_is_lossless() -> None:
    raw = document(RICH)
    again = json.loads(canonical_json(raw))
    assert comparable(parse_document(again)) == comparable(parse_document(raw))
    assert canonical_json(again) == canonical_json(raw)
    assert document_hash(again) == document_hash(raw)


def test_the_order_of_names_does_not_matter() -> None:
    raw = document(RICH)
    turned = {name: raw[name] for name in reversed(raw)}
    turned["tiers"] = {name: raw["tiers"][name] for name in reversed(raw["tiers"])}
    turned["points"] = {name: raw["points"][name] for name in reversed(raw["points"])}
    assert document_hash(turned) == document_hash(raw)
    assert comparable(parse_document(turned)) == comparable(parse_document(raw))


def test_decimals_become_texts_and_days_too() -> None:
    raw: dict[str, Any] = {"b": Decimal("1.50"), "a": [True, None, 5, date(2026, 1, 2)], "é": "x"}
    assert canonical_json(raw) == '{"a":[true,null,5,"2026-01-02"],"b":"1.50","é":"x"}'
    assert plain_document({"a": {"b": (Decimal("1E+3"),)}}) == {"a": {"b": ["1000"]}}


def test_the_hash_is_the_sha256_of_the_text() -> None:
    assert document_hash({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [1.5, b"x", object(), {1}])
def test_what_is_not_exact_or_not_plain_has_no_canonical_form(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json({"a": value})


def test_a_vast_exponent_stays_short() -> None:
    assert len(canonical_json({"a": Decimal("1e999999999")})) < 40
