"""The kinds of gifts: what a reward gives, and what a draw has as prizes."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias, get_args

GiftKind: TypeAlias = Literal[
    "free_product",
    "percentage",
    "amount",
    "free_shipping",
    "gift_card",
    "event_place",
    "access",
    "service",
    "donation",
    "draw_entry",
]

GIFTS: Final[tuple[GiftKind, ...]] = get_args(GiftKind)
