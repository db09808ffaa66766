"""What counts as spend, and how returns and claims are treated, in the document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import PlainValidator

from habitue.domain.programme.model import SpendSettings
from habitue.domain.programme.parts import Days, Part, YesNo
from habitue.domain.programme.reading import choice

WithoutPurchase = Literal["match_or_average", "match_or_refuse", "average", "refuse"]


class SpendPart(Part):
    """The switches of what counts as spend."""

    tax: YesNo = True
    tips: YesNo = False
    delivery: YesNo = False
    deposits: YesNo = False
    gift_card_sales: YesNo = False
    paid_with_points: YesNo = False
    paid_with_gift_card: YesNo = True
    discounts: Annotated[Literal["paid", "before"], PlainValidator(choice("paid", "before"))] = (
        "paid"
    )
    order_discounts: Annotated[
        Literal["spread", "order"], PlainValidator(choice("spread", "order"))
    ] = "spread"


class ReturnsPart(Part):
    """What a return does that names no purchase."""

    without_purchase: Annotated[
        WithoutPurchase,
        PlainValidator(choice("match_or_average", "match_or_refuse", "average", "refuse")),
    ] = "match_or_refuse"


class ClaimsPart(Part):
    """For how long an anonymous purchase can be claimed."""

    within: Days


def build_spend(part: SpendPart) -> SpendSettings:
    """The settings as the engine reads them."""
    return SpendSettings(
        tax=part.tax,
        tips=part.tips,
        delivery=part.delivery,
        deposits=part.deposits,
        gift_card_sales=part.gift_card_sales,
        paid_with_points=part.paid_with_points,
        paid_with_gift_card=part.paid_with_gift_card,
        discounts=part.discounts,
        order_discounts=part.order_discounts,
    )
