"""One model for each kind of event that a till, a shop or a colleague may send."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from habitue.domain.events import LineRole, PlanAction
from habitue.domain.received.fields import (
    MOST_LINES,
    MOST_PAYMENTS,
    Attribute,
    CodeText,
    FreeText,
    KeyText,
    Moment,
    NameText,
    Number,
    ReasonText,
)


class _Strict(BaseModel):
    """A field that is not named here is refused: a misspelt name must not lose data silently."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReceivedMember(_Strict):
    """Who it is: one identifier as it was shown, or ``member_id`` with the member's own id."""

    kind: CodeText
    value: KeyText


class ReceivedKey(_Strict):
    """The natural key of an earlier event."""

    source: KeyText
    external_id: KeyText


class ReceivedLine(_Strict):
    """One line of a receipt; without ``line`` its place (1, 2, ...) is its name."""

    line: CodeText | None = None
    product: KeyText
    quantity: Number = "1"
    amount: Number
    tax: Number = 0
    discount: Number = 0
    role: LineRole = "goods"
    category: KeyText | None = None
    brand: KeyText | None = None
    name: NameText | None = None


class ReceivedPointsPayment(_Strict):
    """The part of a receipt that was paid with points."""

    currency: CodeText
    units: Number
    amount: Number


class ReceivedDiscount(_Strict):
    """What a discount of the programme took off a line; a part of the line's `discount`."""

    discount: CodeText
    line: CodeText
    amount: Number


class ReceivedReturnLine(_Strict):
    """A part of a receipt that came back."""

    line: CodeText | None = None
    product: KeyText | None = None
    quantity: Number = None
    amount: Number = None


class Received(_Strict):
    """What every event says: its natural key, when, who and where."""

    kind: ClassVar[str]

    source: KeyText
    external_id: KeyText
    occurred_at: Moment
    member: ReceivedMember | None = None
    store: CodeText | None = None
    channel: CodeText | None = None
    staff: CodeText | None = None
    attributes: dict[CodeText, Attribute] | None = None


class ReceivedPurchase(Received):
    """A receipt; without a member it is anonymous and can be claimed later."""

    kind: ClassVar[str] = "purchase"

    currency: CodeText
    lines: Annotated[list[ReceivedLine], Field(min_length=1, max_length=MOST_LINES)]
    order_discount: Number = 0
    points_paid: Annotated[list[ReceivedPointsPayment], Field(max_length=MOST_PAYMENTS)] = []
    gift_card_amount: Number = 0
    discounts: Annotated[list[ReceivedDiscount], Field(max_length=MOST_LINES)] = []


class ReceivedReturn(Received):
    """Goods or money that went back.  With ``purchase`` and no lines: all that remains of it."""

    kind: ClassVar[str] = "return"

    currency: CodeText
    purchase: ReceivedKey | None = None
    lines: Annotated[list[ReceivedReturnLine], Field(max_length=MOST_LINES)] = []


class ReceivedVisit(Received):
    """The member came."""

    kind: ClassVar[str] = "visit"


class ReceivedEnrolment(Received):
    """The member joined."""

    kind: ClassVar[str] = "enrolment"


class ReceivedProfile(Received):
    """What is known of the member: `attributes` that the programme declares for members. An empty
    text takes one away."""

    kind: ClassVar[str] = "profile"


class ReceivedMembership(Received):
    """Something happened to the member's paid plan; `trial` where they joined to try it. Whoever
    took the money says so: the programme takes none."""

    kind: ClassVar[str] = "membership"

    plan: CodeText
    action: PlanAction
    trial: bool = False


class ReceivedAdjustment(Received):
    """A correction by hand: points up or down, or a tier (an empty text lifts the floor, in the
    `structure` of tiers that is named, else in the main one)."""

    kind: ClassVar[str] = "adjustment"

    reason: ReasonText
    currency: CodeText | None = None
    units: Number = 0
    tier: FreeText | None = None
    structure: CodeText | None = None
    expires_at: Moment = None


class ReceivedRedemption(Received):
    """Points spent, or a reward taken: `currency` then says how it is paid for (points, or
    `voucher:` and its code), and `units` may be left out."""

    kind: ClassVar[str] = "redemption"

    currency: CodeText
    units: Number = None
    purpose: FreeText = ""
    reward: CodeText | None = None


class ReceivedUndo(Received):
    """A redemption taken back, whole or in part."""

    kind: ClassVar[str] = "undo"

    redemption: ReceivedKey
    currency: CodeText | None = None
    units: Number = None


class ReceivedConfirmation(Received):
    """A purchase is confirmed: its pending points may be spent."""

    kind: ClassVar[str] = "confirmation"

    purchase: ReceivedKey


class ReceivedContribution(Received):
    """A contribution of the member that was approved: `contribution` is a kind that the programme
    declares; `length` counts the characters of its text, which itself is not sent."""

    kind: ClassVar[str] = "contribution"

    contribution: CodeText
    product: KeyText | None = None
    purchase: ReceivedKey | None = None
    length: Number = 0
    picture: bool = False
    link: bool = False


class ReceivedWithdrawal(Received):
    """The approval of a contribution is withdrawn: all stands as if it had not been."""

    kind: ClassVar[str] = "withdrawal"

    contribution: ReceivedKey
    reason: FreeText = ""


ReceivedKind = Literal[
    "purchase",
    "return",
    "visit",
    "enrolment",
    "profile",
    "membership",
    "adjustment",
    "redemption",
    "undo",
    "confirmation",
    "contribution",
    "withdrawal",
]

RECEIVED: dict[str, type[Received]] = {
    model.kind: model
    for model in (
        ReceivedPurchase,
        ReceivedReturn,
        ReceivedVisit,
        ReceivedEnrolment,
        ReceivedProfile,
        ReceivedMembership,
        ReceivedAdjustment,
        ReceivedRedemption,
        ReceivedUndo,
        ReceivedConfirmation,
        ReceivedContribution,
        ReceivedWithdrawal,
    )
}
