"""Generated purchases of a café: what a till sends, repeatable from a seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, Final

from habitue.kit.instants import Instant, format_instant

# Where all of them are made; the benchmarks' programme opens it.
STORE: Final = "bench"

# Product, category, price in cents, weight: what a café sells, most of it coffee.
_PRODUCTS: Final = (
    ("espresso", "coffee", 220, 30),
    ("cappuccino", "coffee", 380, 25),
    ("filter", "coffee", 290, 12),
    ("croissant", "bakery", 190, 18),
    ("brownie", "bakery", 340, 8),
    ("sandwich", "food", 690, 10),
    ("quiche", "food", 850, 6),
    ("lemonade", "cold drinks", 410, 7),
    ("lager", "beer", 520, 5),
    ("granola", "food", 560, 3),
)
_WEIGHTS: Final = tuple(weight for _, _, _, weight in _PRODUCTS)
# One line is the commonest, three the mean, twelve the most.
_LINES: Final = (1, 2, 3, 4, 5, 6, 8, 12)
_LINE_WEIGHTS: Final = (26, 25, 18, 12, 8, 5, 4, 2)


def make_purchases(
    members: Sequence[str],
    count: int,
    *,
    seed: int,
    source: str,
    begin: Instant,
    end: Instant,
    kind: str = "card",
) -> Iterator[dict[str, Any]]:
    """``count`` purchases in the order of their time, from ``begin`` on and before ``end``.

    ``members`` are their identifiers of one ``kind``; some come often and some seldom.  Amounts are
    texts, as the intake takes them.  The same arguments give the same purchases.
    """
    random = Random(seed)  # noqa: S311  # Data for measuring must be repeatable, not secret.
    many = len(members)
    for place in range(count):
        shown = members[int(many * random.random() ** 1.5)]
        occurred_at = begin + (end - begin) * place // count
        yield {
            "source": source,
            "external_id": f"{place:09d}",
            "occurred_at": format_instant(occurred_at),
            "member": {"kind": kind, "value": shown},
            "store": STORE,
            "currency": "EUR",
            "lines": list(_lines(random)),
        }


def _lines(random: Random) -> Iterator[dict[str, Any]]:
    number = random.choices(_LINES, _LINE_WEIGHTS)[0]
    for product, category, price, _ in random.choices(_PRODUCTS, _WEIGHTS, k=number):
        quantity = 1 if random.random() < 0.85 else 2
        cents = price * quantity
        yield {
            "product": product,
            "category": category,
            "quantity": quantity,
            "amount": f"{cents // 100}.{cents % 100:02d}",
        }
