"""The forms of events: what may be sent, with the programme it is for, and what is answered."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from habitue.domain.received.fields import CodeText, KeyText, Moment, Number
from habitue.domain.received.models import (
    ReceivedAdjustment,
    ReceivedConfirmation,
    ReceivedContribution,
    ReceivedEnrolment,
    ReceivedMember,
    ReceivedMembership,
    ReceivedProfile,
    ReceivedPurchase,
    ReceivedRedemption,
    ReceivedReturn,
    ReceivedUndo,
    ReceivedVisit,
    ReceivedWithdrawal,
)
from habitue.interfaces.api.forms import Form, Instant

EventId = Annotated[str, Field(pattern="^[0-9a-f]{32}$", description="32 hexadecimal digits.")]
Programme = Annotated[
    CodeText | None,
    Field(description="Code of the programme; may be left out by a key that is restricted to one."),
]
MOST_EVENTS = 2000


class PurchaseRequest(ReceivedPurchase):
    """A receipt; without a member it is anonymous and can be claimed later."""

    programme: Programme = None


class ReturnRequest(ReceivedReturn):
    """Goods or money that went back.  With `purchase` and no lines: all that remains of it."""

    programme: Programme = None


class VisitRequest(ReceivedVisit):
    """The member came."""

    programme: Programme = None


class EnrolmentRequest(ReceivedEnrolment):
    """The member joined."""

    programme: Programme = None


class ProfileRequest(ReceivedProfile):
    """What is known of the member: `attributes` that the programme declares for members. An empty
    text takes one away."""

    programme: Programme = None


class MembershipRequest(ReceivedMembership):
    """Something happened to the member's paid plan; `trial` where they joined to try it. Whoever
    took the money says so: the programme takes none."""

    programme: Programme = None


class ContributionRequest(ReceivedContribution):
    """A contribution of the member that was approved: `contribution` is a kind that the programme
    declares; `length` counts the characters of its text, which itself is not sent."""

    programme: Programme = None


class WithdrawalRequest(ReceivedWithdrawal):
    """The approval of a contribution is withdrawn: all stands as if it had not been."""

    programme: Programme = None


class AdjustmentRequest(ReceivedAdjustment):
    """A correction by hand: points up or down, or a tier (an empty text lifts the floor, in
    the `structure` of tiers that is named, else in the main one)."""

    programme: Programme = None


class RedemptionRequest(ReceivedRedemption):
    """Points spent."""

    programme: Programme = None


class UndoRequest(ReceivedUndo):
    """A redemption taken back, whole or in part."""

    programme: Programme = None


class ConfirmationRequest(ReceivedConfirmation):
    """A purchase is confirmed: its pending points may be spent."""

    programme: Programme = None


class BulkRequest(Form):
    """Many purchases of one programme."""

    programme: Programme = None
    events: Annotated[list[ReceivedPurchase], Field(max_length=MOST_EVENTS)]


class ClaimRequest(Form):
    """An anonymous purchase, named by its natural key, and the member who claims it."""

    source: KeyText
    external_id: KeyText
    member: ReceivedMember


class TransferRequest(Form):
    """Points sent from one member to another; they keep their dates."""

    programme: Programme = None
    source: KeyText
    external_id: KeyText
    from_member: ReceivedMember
    to_member: ReceivedMember
    currency: CodeText
    units: Number


class EvaluationRequest(Form):
    """An event of any kind that is decided but not recorded.

    In `event`, `source`, `external_id` and `occurred_at` may be left out.
    """

    kind: Literal[
        "purchase",
        "return",
        "visit",
        "enrolment",
        "profile",
        "membership",
        "contribution",
        "withdrawal",
        "adjustment",
        "redemption",
        "undo",
        "confirmation",
        "claim",
        "transfer",
    ]
    programme: Programme = None
    as_of: Moment = Field(default=None, description="The instant to decide at; now if absent.")
    event: dict[str, Any] = Field(description="The fields of that kind of event.")


class PointsChange(BaseModel):
    """What an event did to one currency of points, and what the member has now.

    Whole numbers of the smallest unit that the programme declares; a part that is zero is left out.
    """

    change: int = 0
    earned: int = 0
    reversed: int = 0
    redeemed: int = 0
    restored: int = 0
    expired: int = 0
    adjusted: int = 0
    transferred: int = 0
    written_off: int = 0
    balance: int = 0
    spendable: int = 0
    pending: int = 0
    debt: int = 0


class RuleForm(BaseModel):
    """What became of one rule that was considered, and why."""

    rule: str
    fired: bool
    blocked: str | None = None
    currency: str | None = None
    exact: str | None = Field(default=None, description="The amount before caps and rounding.")
    given: int | None = Field(default=None, description="The amount after caps and rounding.")
    caps: list[str] | None = None
    seen: list[dict[str, Any]] | None = Field(
        default=None, description="Each comparison with the value that was seen."
    )


class PricedLineForm(BaseModel):
    """A line as it is to be charged and recorded: `amount` after all discounts, `discount` taken
    off in all, what the till itself took off included."""

    line: str
    product: str
    before: str
    amount: str
    discount: str


class DiscountForm(BaseModel):
    """What became of one discount that was considered, and why."""

    discount: str
    given: int = Field(description="What it takes off, in minor units.")
    exact: str | None = Field(default=None, description="Minor units before rounding and caps.")
    blocked: str | None = None
    caps: list[str] | None = None
    seen: list[dict[str, Any]] | None = None


class PricesForm(BaseModel):
    """What the basket costs the member.  `lines` and `discounts` can be recorded as they are."""

    before: str
    off: str
    after: str
    lines: list[PricedLineForm]
    discounts: list[dict[str, str]]
    considered: list[DiscountForm]


class ChallengeForm(BaseModel):
    """How far the member is with a challenge, in the goal's smallest units (minor units of money,
    thousandths of pieces, days, weeks in a row)."""

    has: int
    needs: int
    met: bool


class PlanForm(BaseModel):
    """Where the member stands in a paid plan; `until` is the first day without it."""

    plan: str
    state: Literal["trial", "active", "grace", "paused", "none"]
    until: str
    refund: str | None = Field(default=None, description="What is to be paid back, in money.")


class EventAnswer(BaseModel):
    """What was decided about an event: points, tier, and the explanation rule by rule."""

    event: EventId
    programme: str
    version: int
    kind: str
    source: str
    external_id: str
    occurred_at: Instant
    recorded_at: Instant
    member: EventId | None = None
    points: dict[str, PointsChange] = {}
    tier: str | None = None
    tier_before: str | None = None
    tiers: dict[str, str] = Field(
        default={},
        description="Where the programme has several structures of tiers: the tier by structure.",
    )
    tiers_before: dict[str, str] = Field(
        default={}, description="The same before the event, where something changed."
    )
    challenges: dict[str, ChallengeForm] = {}
    rules: list[RuleForm] = []
    line_points: dict[str, dict[str, int]] = Field(
        default={}, description="Per currency of points, what each line earned."
    )
    matched: list[dict[str, Any]] = Field(
        default=[], description="For returns: which line of which purchase was taken back."
    )
    claim_until: Instant | None = None
    plan: PlanForm | None = Field(default=None, description="Of a membership.")
    prices: PricesForm | None = Field(
        default=None,
        description="Of a purchase that is evaluated and names no discounts of the programme.",
    )


class BulkResult(BaseModel):
    """What became of one event of a bulk: `event` where it is recorded, else `problem`."""

    status: Literal["recorded", "known", "refused"]
    event: EventAnswer | None = None
    problem: dict[str, Any] | None = None


class BulkAnswer(Form):
    """What became of each event, in the order in which they were sent."""

    recorded: int
    known: int
    refused: int
    results: list[BulkResult]
