"""What the engine decides, and what it remembers of a member between two decisions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from habitue.domain.engine.plan_standing import NO_STANDING, PlanStanding
from habitue.domain.engine.prices import Prices
from habitue.domain.events import Event, OrderKey, Portion, Scalar
from habitue.kit.instants import FAR_FUTURE, Instant

# Values that a decision makes by the thousand are not frozen, although nothing ever changes one:
# making a frozen one takes three times as long.

PostingKind: TypeAlias = Literal[
    "earn",
    "reverse",
    "redeem",
    "restore",
    "expire",
    "activate",
    "settle",
    "adjust",
    "transfer_out",
    "transfer_in",
    "write_off",
]


@dataclass(slots=True, unsafe_hash=True)
class Posting:
    """One ledger line.

    ``lot_id`` is the lot it changes; ``None`` is the member's debt in that currency.
    ``event_id`` is the event that the line is about, or empty where only time passed; where it is
    not the event being decided, the line corrects what an earlier decision posted.  ``against``
    names the purchase or redemption that a reversal or a restoration answers.  ``rule`` and
    ``version_number`` say which rule of which version made it, ``reason`` with which values.
    """

    currency: str
    lot_id: str | None
    kind: PostingKind
    amount: int
    effective_at: Instant
    event_id: str
    version_number: int
    rule: str | None = None
    against: str | None = None
    reason: dict[str, Any] = field(default_factory=dict, compare=False, hash=False)


@dataclass(slots=True)
class Lot:
    """Points with one origin and one fate.  The engine replaces lots, it never changes one.

    ``activates_at`` is ``FAR_FUTURE`` while a confirmation is awaited; ``expires_at`` is ``None``
    where no date is set; ``inactive`` is then the period of inactivity (``6 months``) after which
    the lot lapses, as the programme said when the lot was opened, or empty.
    """

    lot_id: str
    currency: str
    remaining: int
    opened_at: Instant
    activates_at: Instant
    expires_at: Instant | None
    inactive: str = ""


@dataclass(slots=True, unsafe_hash=True)
class LotOpened:
    """A lot that this decision opens.

    The id is derived from what made it, so a lot that a correction emptied and a later one brings
    back is the same lot: the ledger keeps the first row.
    """

    lot_id: str
    currency: str
    opened_at: Instant
    activates_at: Instant
    expires_at: Instant | None
    event_id: str


@dataclass(frozen=True, slots=True)
class TierMove:
    """A change of tier at an instant; ``sign`` is -1 where a correction takes an earlier one back.

    ``from_tier`` and ``to_tier`` are empty texts where the member has none; ``event_id`` is empty
    where only time passed.  ``structure`` is the key of the structure of tiers: empty for the main.
    """

    at: Instant
    from_tier: str
    to_tier: str
    cause: Literal["qualified", "returned", "lapsed", "by_hand"]
    event_id: str
    valid_until: Instant | None
    sign: int = 1
    structure: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """What one event takes from (or gives back to) a budget that all members share.

    ``wanted`` and ``granted`` are the new totals of this event; ``taken`` and ``times`` are the
    differences by which the budget's books change now.
    """

    budget: str
    event_id: str
    wanted: int
    granted: int
    granted_times: int
    taken: int
    times: int


@dataclass(slots=True)
class RuleOutcome:
    """What became of one rule that was considered.

    ``exact`` is the amount before caps and rounding as a decimal or fraction text; ``capped`` is
    what was left after caps and rounding; ``blocked`` says what kept it from firing.
    """

    rule: str
    fired: bool
    blocked: str = ""
    currency: str = ""
    exact: str = ""
    given: int = 0
    caps: list[str] = field(default_factory=list)
    seen: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain data, without what does not apply."""
        plain: dict[str, Any] = {"rule": self.rule, "fired": self.fired}
        if self.blocked:
            plain["blocked"] = self.blocked
        if self.fired:
            plain |= {"currency": self.currency, "exact": self.exact, "given": self.given}
        if self.caps:
            plain["caps"] = self.caps
        if self.seen:
            plain["seen"] = self.seen
        return plain


@dataclass(frozen=True, slots=True)
class Rise:
    """One rise: on which local day, and what the member held before it."""

    day: int
    tier: str
    since: Instant
    valid_until: Instant
    grace: bool
    highest: str


@dataclass(frozen=True, slots=True)
class TierStanding:
    """Where the member stands.

    ``since`` and ``valid_until`` are instants (``FAR_FUTURE``: no end); ``grace`` is set while the
    tier is held only by grace.  ``floor`` is the tier below which a colleague's decision does not
    let the member fall.  ``highest`` is the highest tier ever held: up to it, re-entry has its own
    threshold.  ``rises`` are the rises since the validity last ended, so that a return can undo
    them, latest first.
    """

    tier: str = ""
    since: Instant = 0
    valid_until: Instant = FAR_FUTURE
    grace: bool = False
    floor: str = ""
    highest: str = ""
    rises: tuple[Rise, ...] = ()


NEVER_RISEN = TierStanding()


@dataclass(slots=True)
class MemberState:
    """All that a decision about the next event in order needs; rebuilt by folding the events.

    ``latest`` is the order key of the latest event folded; an event that sorts before it is late.
    ``horizon`` is the instant up to which expiry, activation and tier windows are booked.
    ``next_due`` is the next instant at which one of them becomes true.
    ``credits`` counts per metric and local day what qualifies; ``usage`` counts per cap and period
    key the times and units used; ``earned`` and ``spent`` are lifetime totals net of returns.
    ``activity`` holds, per kind of event, the latest instant and the zone of the place.
    ``attributes`` are what was noted of the member; they are replaced whole, never changed.
    ``void_chances`` are the months and the numbers for chances (``Context.root``) of purchases of
    which nothing is left, in the order in which they were given up (``chancing``).
    ``standing`` is the place in the main structure of tiers, ``beside`` those in the further ones,
    by key and in its order; it is replaced whole too, and holds no place that says nothing.
    """

    latest: OrderKey | None = None
    horizon: Instant = 0
    next_due: Instant = FAR_FUTURE
    lots: list[Lot] = field(default_factory=list)
    debts: dict[str, int] = field(default_factory=dict)
    standing: TierStanding = field(default_factory=TierStanding)
    credits: dict[str, dict[int, int]] = field(default_factory=dict)
    usage: dict[str, dict[int, list[int]]] = field(default_factory=dict)
    earned: dict[str, int] = field(default_factory=dict)
    spent: int = 0
    purchases: int = 0
    visits: int = 0
    latest_visit_day: int = 0
    activity: dict[str, tuple[Instant, str]] = field(default_factory=dict)
    enrolled_at: Instant | None = None
    attributes: dict[str, Scalar] = field(default_factory=dict)
    plan: PlanStanding = NO_STANDING
    referred: bool = False
    void_chances: tuple[tuple[str, str], ...] = ()
    beside: Mapping[str, TierStanding] = field(default_factory=dict)

    def copy(self) -> MemberState:
        """A copy that can be folded on; parts that the engine replaces whole are shared."""
        return MemberState(
            latest=self.latest,
            horizon=self.horizon,
            next_due=self.next_due,
            lots=self.lots.copy(),
            debts=self.debts.copy(),
            standing=self.standing,
            credits=self.credits.copy(),
            usage=self.usage.copy(),
            earned=self.earned.copy(),
            spent=self.spent,
            purchases=self.purchases,
            visits=self.visits,
            latest_visit_day=self.latest_visit_day,
            activity=self.activity.copy(),
            enrolled_at=self.enrolled_at,
            plan=self.plan,
            referred=self.referred,
            void_chances=self.void_chances,
            attributes=self.attributes,
            beside=self.beside,
        )

    def standing_in(self, structure: str) -> TierStanding:
        """Where the member stands in the structure of tiers of that key."""
        return self.beside.get(structure, NEVER_RISEN) if structure else self.standing

    def stand_in(self, structure: str, standing: TierStanding) -> None:
        """Let the member stand there from now on."""
        if not structure:
            self.standing = standing
            return
        places = {**self.beside, structure: standing}
        self.beside = {key: places[key] for key in sorted(places) if places[key] != NEVER_RISEN}

    @property
    def held_tiers(self) -> tuple[str, ...]:
        """The codes of the tiers that the member has, that of the main structure first."""
        main = (self.standing.tier,) if self.standing.tier else ()
        if not self.beside:
            return main
        return (*main, *(place.tier for place in self.beside.values() if place.tier))

    def balance(self, currency: str) -> int:
        """Everything held, pending included, less the debt."""
        held = sum(lot.remaining for lot in self.lots if lot.currency == currency)
        return held - self.debts.get(currency, 0)

    def spendable(self, currency: str, at: Instant) -> int:
        """What can be spent at ``at``, provided the state was advanced to it; below zero: debt."""
        held = sum(
            lot.remaining
            for lot in self.lots
            if lot.currency == currency and lot.activates_at <= at
        )
        return held - self.debts.get(currency, 0)

    def pending(self, currency: str, at: Instant) -> int:
        """What is earned but not yet spendable at ``at``."""
        return sum(
            lot.remaining for lot in self.lots if lot.currency == currency and lot.activates_at > at
        )


@dataclass(slots=True)
class Decision:
    """The answer of the engine to one event: what to write, and why.

    ``postings``, ``lots``, ``moves`` and ``draws`` are to be written in one transaction with
    ``state``.  ``outcomes`` explain every rule that was considered; ``line_points`` splits what
    each currency earned over the lines of the purchase; ``matched`` says which purchases a return
    was matched with (an empty one: taken at the average rate); ``portions`` are what a transfer
    took from which lots, to be given to the other member; ``handed_over`` is the state that a merge
    takes along, as plain data; ``prices`` are what a purchase that says no discounts would cost,
    where the programme has some.
    """

    event_id: str
    postings: list[Posting]
    lots: list[LotOpened]
    moves: list[TierMove]
    draws: list[Draw]
    outcomes: list[RuleOutcome]
    state: MemberState
    line_points: dict[str, dict[str, int]] = field(default_factory=dict)
    matched: list[dict[str, Any]] = field(default_factory=list)
    portions: tuple[Portion, ...] = ()
    handed_over: dict[str, Any] | None = None
    prices: Prices | None = None

    def total(self, currency: str) -> int:
        """By how much the decision changes the balance."""
        return sum(posting.amount for posting in self.postings if posting.currency == currency)


@dataclass(frozen=True, slots=True)
class Allotment:
    """What an event was granted from a shared budget when it was recorded: a settled fact."""

    wanted: int
    granted: int
    times: int


@dataclass(slots=True)
class SharedFacts:
    """What members share, as it stands when a decision is recorded.

    ``remaining_units`` and ``remaining_times`` are what each budget still holds (absent: no cap);
    ``allotments`` are the settled grants of this member's events by (event id, budget key).
    ``duplicates`` are the recorded events of the members who were merged into this one, by their
    ids; decisions with history look up in them what such a member once bought or spent.
    """

    remaining_units: dict[str, int] = field(default_factory=dict)
    remaining_times: dict[str, int] = field(default_factory=dict)
    allotments: dict[tuple[str, str], Allotment] = field(default_factory=dict)
    duplicates: dict[str, list[Event]] = field(default_factory=dict)
