"""Prices as plain data: what a till shows, charges, and sends back when it records."""

from __future__ import annotations

from typing import Any

from habitue.domain.engine.prices import Prices
from habitue.kit.money import format_amount


def prices_of(prices: Prices, *, currency: str) -> dict[str, Any]:
    """What each line costs, with the discounts as a purchase names them and why each was given or
    not; money as decimal texts."""

    def text(minor: int) -> str:
        return format_amount(minor, currency)

    return {
        "before": text(prices.before),
        "off": text(prices.before - prices.after),
        "after": text(prices.after),
        "lines": [
            {
                "line": line.line,
                "product": line.product,
                "before": text(line.amount),
                "amount": text(left),
                "discount": text(line.discount + line.amount - left),
            }
            for line, left in zip(prices.lines, prices.left, strict=True)
        ],
        "discounts": [
            {"discount": given.discount, "line": given.line, "amount": text(given.amount)}
            for given in prices.given
        ],
        "considered": [outcome.as_json() for outcome in prices.considered],
    }
