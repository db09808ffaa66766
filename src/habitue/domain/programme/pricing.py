"""A document in another currency, at its usual prices.

The starting points are written in euros.  In a currency of smaller units the same programme needs
larger numbers: a point for 1 euro is a point for 5 lei.  Only amounts of money are multiplied, and
what cashback gives back stays the share of the purchase that it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from habitue.kit.money import currency_exponent

# What one euro buys, in round numbers: a starting point wants handy amounts, not exchange rates.
LEVELS: Final[Mapping[str, int]] = MappingProxyType(
    {
        **dict.fromkeys(("EUR", "USD", "GBP", "CHF", "CAD", "AUD", "NZD"), 1),
        "BGN": 2,
        "PLN": 4,
        "RON": 5,
        "TRY": 40,
        "DKK": 8,
        "NOK": 10,
        "SEK": 10,
        "UAH": 40,
        "MDL": 20,
        "CZK": 25,
        "RSD": 100,
        "ISK": 150,
        "JPY": 150,
        "HUF": 400,
    }
)
_THRESHOLDS: Final = ("enter", "keep", "reenter")
_GIFTS_OF_MONEY: Final = ("amount", "gift_card", "donation")
_FIELDS_OF_MONEY: Final = ("basket.amount", "line.amount", "line.unit_price")


def in_currency(document: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """The document in another currency, its amounts multiplied to the usual prices there."""
    level = LEVELS.get(currency, 1)
    exponent = currency_exponent(currency)
    return {
        **document,
        "money": {"currency": currency},
        **{
            section: write(document[section], level, exponent)
            for section, write in _WRITERS
            if section in document
        },
    }


def _amount(raw: Any, level: int, exponent: int) -> Any:
    """An amount, or whatever holds amounts, at the level of prices."""
    if isinstance(raw, Mapping):
        return {name: _amount(value, level, exponent) for name, value in raw.items()}
    if isinstance(raw, list):
        return [_amount(value, level, exponent) for value in raw]
    scaled = Decimal(str(raw)) * level
    return scaled.quantize(Decimal(1).scaleb(-exponent))


def _condition(raw: Any, level: int, exponent: int) -> Any:
    if isinstance(raw, Mapping):
        return {
            name: (_amount if name in _FIELDS_OF_MONEY else _condition)(value, level, exponent)
            for name, value in raw.items()
        }
    if isinstance(raw, list):
        return [_condition(value, level, exponent) for value in raw]
    return raw


def _referral(terms: Mapping[str, Any], level: int, exponent: int) -> dict[str, Any]:
    return {
        name: _amount(value, level, exponent) if name == "spend" else value
        for name, value in terms.items()
    }


def _rules(rules: Mapping[str, Any], level: int, exponent: int) -> dict[str, Any]:
    return {rule: _rule(raw, level, exponent) for rule, raw in rules.items()}


def _rule(raw: Mapping[str, Any], level: int, exponent: int) -> dict[str, Any]:
    rule = dict(raw)
    for name in ("when", "lines", "each"):
        if name in rule:
            rule[name] = _condition(rule[name], level, exponent)
    give = rule.get("give")
    if isinstance(give, Mapping) and "per" in give:
        rule["give"] = {**give, "per": _amount(give["per"], level, exponent)}
        if any(isinstance(value, Decimal) and value < 1 for value in give.values()):
            # A share of the money: more money gives as much more.
            rule["give"] = {
                name: value if name == "per" else value * level
                for name, value in rule["give"].items()
            }
    return rule


def _tiers(tiers: Mapping[str, Any], level: int, exponent: int) -> dict[str, Any]:
    if "structures" in tiers:
        several = tiers["structures"].items()
        return {
            **tiers,
            "structures": {name: _tiers(one, level, exponent) for name, one in several},
        }
    by = tiers.get("by")
    if not isinstance(by, Mapping) or list(by) != ["spend"]:
        return dict(tiers)
    return {
        code: {
            name: _amount(value, level, exponent) if name in _THRESHOLDS else value
            for name, value in raw.items()
        }
        if code != "by" and isinstance(raw, Mapping)
        else raw
        for code, raw in tiers.items()
    }


def _rewards(rewards: Mapping[str, Any], level: int, exponent: int) -> dict[str, Any]:
    return {code: _reward(raw, level, exponent) for code, raw in rewards.items()}


def _reward(raw: Mapping[str, Any], level: int, exponent: int) -> dict[str, Any]:
    gives = {
        name: _amount(value, level, exponent) if name in _GIFTS_OF_MONEY else value
        for name, value in raw["gives"].items()
    }
    return {**raw, "gives": gives}


_WRITERS: Final = (
    ("earn", _rules),
    ("tiers", _tiers),
    ("rewards", _rewards),
    ("referral", _referral),
)
