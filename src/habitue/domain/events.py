"""What happened, normalised: the events that the engine folds into a member's state.

An event is what a till, a shop or a colleague reported, after its texts were checked and its
numbers made exact.  It is immutable, and its payload (``domain.payloads``) is what the ledger
stores: replay reads the same payloads again.

Order.  The events of one member are folded in the order of ``order_key``: business time, then the
rank of the kind, then the natural key.  It does not depend on the order of arrival.

Units: instants are microseconds (``kit.instants``), money is minor units, points are smallest
units, quantities are thousandths of a piece.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, TypeAlias

from habitue.kit.instants import Instant

QUANTITY_SCALE = 1000

# The source of events that were recorded for a survivor and, after the merge was undone, again for
# the member whom they are about; their number there begins with the id of the first of them.
REPEATED: Final = "habitue:repeated"

LineRole: TypeAlias = Literal["goods", "delivery", "tip", "deposit", "gift_card"]
Scalar: TypeAlias = str | int | bool
OrderKey: TypeAlias = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class EventKey:
    """The natural key that never expires: who reported it, and its number there."""

    source: str
    external_id: str


@dataclass(slots=True, unsafe_hash=True)
class Line:
    """One line of a purchase.

    ``amount`` is what was charged for the whole line after the line's own discounts, tax included;
    ``tax`` is the part of it that is tax; ``discount`` is what the line's discounts took off.
    """

    line: str
    product: str
    quantity: int
    amount: int
    tax: int = 0
    discount: int = 0
    role: LineRole = "goods"
    category: str | None = None
    brand: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PointsPayment:
    """A part of a purchase that was paid with points: ``units`` of them, worth ``amount``."""

    currency: str
    units: int
    amount: int


@dataclass(frozen=True, slots=True)
class GivenDiscount:
    """What a discount of the programme took off one line of a purchase."""

    discount: str
    line: str
    amount: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A receipt.  ``order_discount`` is what was taken off the order as a whole (not yet in the
    lines' amounts); ``gift_card_amount`` is the part paid with gift cards; ``discounts``
    are those of the programme that were given, a part of what the lines' ``discount`` says."""

    kind: ClassVar[str] = "purchase"
    rank: ClassVar[int] = 1
    currency: str
    lines: tuple[Line, ...]
    order_discount: int = 0
    points_paid: tuple[PointsPayment, ...] = ()
    gift_card_amount: int = 0
    claimed_at: Instant | None = None
    discounts: tuple[GivenDiscount, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """A part of a line that came back.

    With a purchase, ``line`` names its line; without one, ``product`` is what is matched.
    ``quantity`` and ``amount`` may each be absent: without an amount the quantity's share of the
    line is meant; without a quantity only money was refunded.
    """

    line: str | None = None
    product: str | None = None
    quantity: int | None = None
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Return:
    """Goods or money that went back.  No ``lines`` with a ``purchase`` means all that remains;
    no ``purchase`` means that the till did not say which one (the programme says what then)."""

    kind: ClassVar[str] = "return"
    rank: ClassVar[int] = 6
    currency: str
    purchase: EventKey | None
    lines: tuple[ReturnedLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """The member came, whether or not they bought."""

    kind: ClassVar[str] = "visit"
    rank: ClassVar[int] = 2


@dataclass(frozen=True, slots=True)
class Enrolment:
    """The member joined the programme."""

    kind: ClassVar[str] = "enrolment"
    rank: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Profile:
    """What was noted of the member: the event's attributes are the member's from then on.

    An empty text takes an attribute away.  At one instant it comes before everything else.
    """

    kind: ClassVar[str] = "profile"
    rank: ClassVar[int] = -1


PlanAction: TypeAlias = Literal["joined", "renewed", "paused", "resumed", "cancelled", "refunded"]


@dataclass(frozen=True, slots=True)
class Membership:
    """Something happened to the member's paid plan: they joined it (for a ``trial``, or paid),
    paid for one period more, paused, went on, cancelled, or had the price back.

    The programme takes no money: whoever took it says so.
    """

    kind: ClassVar[str] = "membership"
    rank: ClassVar[int] = -2
    plan: str
    action: PlanAction
    trial: bool = False


@dataclass(frozen=True, slots=True)
class Birthday:
    """A birthday of the member is ``days_before`` away; the house itself notes it, once a year for
    each such number of days that a rule names."""

    kind: ClassVar[str] = "birthday"
    rank: ClassVar[int] = 14
    days_before: int = 0


@dataclass(frozen=True, slots=True)
class Anniversary:
    """So many years ago, but for ``days_before``, the member joined; noted as a birthday is."""

    kind: ClassVar[str] = "anniversary"
    rank: ClassVar[int] = 15
    days_before: int = 0


@dataclass(frozen=True, slots=True)
class Referred:
    """The member joined because another member brought them; the house itself notes it.

    ``referral`` is the id of the referral, the same at both members.
    """

    kind: ClassVar[str] = "referred"
    rank: ClassVar[int] = 18
    referral: str


@dataclass(frozen=True, slots=True)
class Referral:
    """A friend whom the member brought has kept what they bought; the house itself notes it, as of
    the end of the friend's time to return it."""

    kind: ClassVar[str] = "referral"
    rank: ClassVar[int] = 19
    referral: str


@dataclass(frozen=True, slots=True)
class Adjustment:
    """A colleague's correction: points up or down, or a tier set by hand, with a reason.

    ``units`` below zero never take more than the balance.  ``tier`` names a tier that becomes the
    member's floor (empty text: the floor is lifted, in the ``structure`` that is named, else in the
    main one); ``expires_at`` ends points given here, where
    the programme's own expiry shall not apply.
    """

    kind: ClassVar[str] = "adjustment"
    rank: ClassVar[int] = 3
    reason: str
    currency: str | None = None
    units: int = 0
    tier: str | None = None
    expires_at: Instant | None = None
    structure: str | None = None


@dataclass(frozen=True, slots=True)
class Redemption:
    """Points spent, for ``reward`` where it is one of the programme's.  Once accepted it is never
    taken back by a late event."""

    kind: ClassVar[str] = "redemption"
    rank: ClassVar[int] = 4
    currency: str
    units: int
    purpose: str = ""
    reward: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """A redemption taken back, whole (``units`` absent) or in part."""

    kind: ClassVar[str] = "undo"
    rank: ClassVar[int] = 5
    redemption: EventKey
    units: int | None = None


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Pending points of a purchase that wait for a confirmation may now be spent."""

    kind: ClassVar[str] = "confirmation"
    rank: ClassVar[int] = 7
    purchase: EventKey


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a lot on its way to another member; it keeps its dates."""

    units: int
    activates_at: Instant
    expires_at: Instant | None


@dataclass(frozen=True, slots=True)
class TransferOut:
    """Points sent to another member."""

    kind: ClassVar[str] = "transfer_out"
    rank: ClassVar[int] = 8
    currency: str
    units: int
    to_member: str


@dataclass(frozen=True, slots=True)
class TransferIn:
    """Points that came from another member, portion by portion, with the dates they had there."""

    kind: ClassVar[str] = "transfer_in"
    rank: ClassVar[int] = 9
    currency: str
    portions: tuple[Portion, ...]
    from_member: str


@dataclass(frozen=True, slots=True)
class MergeOut:
    """Everything that the member has goes to another one, of whom they are a duplicate.

    ``merge`` is the id of the merge, the same at both members and in its undoing.
    """

    kind: ClassVar[str] = "merge_out"
    rank: ClassVar[int] = 11
    merge: str
    to_member: str


@dataclass(frozen=True, slots=True)
class MergeIn:
    """A duplicate joins this member; ``state`` is the duplicate's state just before."""

    kind: ClassVar[str] = "merge_in"
    rank: ClassVar[int] = 12
    merge: str
    from_member: str
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unmerge:
    """A merge was a mistake: both members stand as if it had not been."""

    kind: ClassVar[str] = "unmerge"
    rank: ClassVar[int] = 13
    merge: str


@dataclass(frozen=True, slots=True)
class Contribution:
    """Something that the member did for the house, and that a colleague has approved: a review, a
    shared post, a story, a photo, a survey.

    ``contribution`` is one of the kinds that the programme declares.  It may be about a ``product``
    or a ``purchase``.  Of what was written only the ``length`` in characters is known here, and
    whether a ``picture`` and a ``link`` came with it: the books keep no texts.
    """

    kind: ClassVar[str] = "contribution"
    rank: ClassVar[int] = 16
    contribution: str
    product: str | None = None
    purchase: EventKey | None = None
    length: int = 0
    picture: bool = False
    link: bool = False


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """The approval of a contribution was a mistake: all stands as if it had not been."""

    kind: ClassVar[str] = "withdrawal"
    rank: ClassVar[int] = 17
    contribution: EventKey
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Advance:
    """Time has passed: what has become true by now is booked.  Posted by the nightly job."""

    kind: ClassVar[str] = "advance"
    rank: ClassVar[int] = 10


Body: TypeAlias = (
    Purchase
    | Return
    | Visit
    | Enrolment
    | Profile
    | Membership
    | Birthday
    | Anniversary
    | Referred
    | Referral
    | Adjustment
    | Redemption
    | Undo
    | Confirmation
    | TransferOut
    | TransferIn
    | MergeOut
    | MergeIn
    | Unmerge
    | Contribution
    | Withdrawal
    | Advance
)

BODIES: dict[str, type[Body]] = {
    body.kind: body
    for body in (
        Enrolment,
        Profile,
        Membership,
        Purchase,
        Visit,
        Birthday,
        Anniversary,
        Referred,
        Referral,
        Adjustment,
        Redemption,
        Undo,
        Return,
        Confirmation,
        TransferOut,
        TransferIn,
        MergeOut,
        MergeIn,
        Unmerge,
        Contribution,
        Withdrawal,
        Advance,
    )
}


@dataclass(slots=True, unsafe_hash=True)
class Event:
    """One event of one member in one programme.

    ``event_id`` is 32 hexadecimal digits.  ``version_number`` is the programme version that was in
    effect at ``occurred_at``; it is settled when the event is first recorded and never changes.
    ``drawn``: chances may fall to it; so is this.
    """

    event_id: str
    key: EventKey
    occurred_at: Instant
    zone: str
    version_number: int
    body: Body
    store: str | None = None
    channel: str | None = None
    staff: str | None = None
    attributes: dict[str, Scalar] = field(default_factory=dict, hash=False)
    drawn: bool = True

    @property
    def kind(self) -> str:
        """The kind of the event, as the ledger stores it."""
        return self.body.kind

    @property
    def order_key(self) -> OrderKey:
        """Where the event stands among the member's events, whenever it arrived."""
        return (self.occurred_at, self.body.rank, self.key.source, self.key.external_id)

    @property
    def root(self) -> str:
        """The id of the event that this one repeats for another member, else its own."""
        if self.key.source == REPEATED:
            return self.key.external_id.partition(":")[0]
        return self.event_id

    @property
    def reference(self) -> EventKey | None:
        """The natural key of the earlier event that this one is about."""
        body = self.body
        if isinstance(body, Return | Confirmation):
            return body.purchase
        if isinstance(body, Withdrawal):
            return body.contribution
        return body.redemption if isinstance(body, Undo) else None
