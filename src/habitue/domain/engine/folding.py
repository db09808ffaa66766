"""The fold: one member's events, in order, into lots, debts, tiers and counters.

Data flow.  An event enters ``Fold.apply``; first everything that has become true by its instant is
booked (``advance``), then the event itself, then debts are settled and rises are checked.  The fold
changes its own copy of the state and collects postings, lots, moves and draws.

Invariants.
* The result depends on the events in order and on settled facts alone, never on arrival.
* ``strict`` is the one event being decided now: only it can be refused.  Earlier ones were accepted
  and stay so; where a late event pulls the ground from under them, the shortfall follows the policy
  for negative balances (SEMANTICS 1, 15).
* ``asked`` is that event while the ones after it are folded: it may be about a purchase that only
  a merge brings, and then is one of those ``waiting`` until it does.  ``contested`` are the
  discounts that it names: it is refused where later purchases have used up what they allow.
* What is ``withdrawn`` is never applied; a duplicate's fold is ``lacking`` where it left something
  out that the duplicate still had when it was merged.
* A refusal leaves nothing behind: the caller throws the fold away.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from habitue.domain.engine.advancing import advance, next_due
from habitue.domain.engine.caps import BudgetDesk, apply_caps
from habitue.domain.engine.challenging import count_towards, tallies_of
from habitue.domain.engine.chancing import stand_in
from habitue.domain.engine.context import Context, context_of, limit_key, usage_key
from habitue.domain.engine.discounted import count_discounts, refuse_unknown_discount
from habitue.domain.engine.discounting import price_basket
from habitue.domain.engine.earning import (
    Earned,
    Earning,
    earn,
    points_by_line,
)
from habitue.domain.engine.lots import Books, Cause
from habitue.domain.engine.plan_standing import use_plan
from habitue.domain.engine.prices import Prices
from habitue.domain.engine.records import PurchaseRecord, Spent
from habitue.domain.engine.spend import EMPTY_BASKET, Basket, basket_of
from habitue.domain.engine.tiers import Ladder, add_credit
from habitue.domain.engine.types import (
    Lot,
    MemberState,
    RuleOutcome,
    TierMove,
)
from habitue.domain.engine.usage import add_usage, forget_old_usage
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import (
    REPEATED,
    Enrolment,
    Event,
    EventKey,
    Portion,
    Purchase,
    Referred,
    Visit,
)
from habitue.domain.programme.model import NeverExpires, PointsCurrency, Programme
from habitue.kit.instants import Instant, day_start, local_day

ACTIVITY_KINDS = frozenset(
    {"purchase", "visit", "enrolment", "redemption", "adjustment", "transfer_out", "transfer_in"}
)


@dataclass(slots=True)
class Fold:
    """The working set of one decision about one member."""

    programmes: Mapping[int, Programme]
    state: MemberState
    desk: BudgetDesk
    remember: bool = False
    strict: str = ""
    books: Books = field(init=False)
    moves: list[TierMove] = field(default_factory=list)
    purchases: dict[EventKey, PurchaseRecord] = field(default_factory=dict)
    spent: dict[EventKey, Spent] = field(default_factory=dict)
    outcomes: list[RuleOutcome] = field(default_factory=list)
    line_points: dict[str, dict[str, int]] = field(default_factory=dict)
    matched: list[dict[str, Any]] = field(default_factory=list)
    prices: Prices | None = None
    portions: tuple[Portion, ...] = ()
    activities: list[tuple[str, Instant, str]] = field(default_factory=list)
    handed_over: dict[str, Any] | None = None
    quiet: bool = False
    undone_merges: frozenset[str] = frozenset()
    withdrawn: frozenset[EventKey] = frozenset()
    lacking: bool = False
    baskets: dict[str, Basket] = field(default_factory=dict)
    history_of: Callable[[str, str], Fold | None] | None = None
    asked: str = ""
    waiting: list[Event] = field(default_factory=list)
    repeated: set[str] = field(default_factory=set)
    contested: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.books = Books(self.state, remember=self.remember)

    def basket_of(self, event: Event, purchase: Purchase, programme: Programme) -> Basket:
        """The basket of a purchase, made once however often the history is folded."""
        basket = self.baskets.get(event.event_id)
        if basket is None:
            basket = basket_of(purchase, programme.spend)
            if self.remember:
                self.baskets[event.event_id] = basket
        return basket

    def copy(self) -> Fold:
        """A fold that goes on from here by itself."""
        other = Fold(self.programmes, self.state.copy(), self.desk, self.remember)
        other.quiet = self.quiet
        other.baskets = self.baskets
        other.history_of = self.history_of
        other.undone_merges = self.undone_merges
        other.withdrawn = self.withdrawn
        other.moves = self.moves.copy()
        other.purchases = {key: record.copy() for key, record in self.purchases.items()}
        other.spent = {key: spent.copy() for key, spent in self.spent.items()}
        other.activities = self.activities.copy()
        other.waiting = self.waiting.copy()
        other.repeated = self.repeated.copy()
        books = other.books
        books.postings = self.books.postings.copy()
        books.opened = self.books.opened.copy()
        books.headers = self.books.headers.copy()
        books.expired = self.books.expired.copy()
        books.foreign = self.books.foreign.copy()
        return other

    def programme_of(self, event: Event) -> Programme:
        """The version of the programme that the event was recorded under."""
        try:
            return self.programmes[event.version_number]
        except KeyError as error:
            raise Refusal(Code.UNKNOWN_VERSION, value=event.version_number) from error

    def begin(self, event: Event) -> Programme:
        """Book what has become true by the event's instant; the outcomes are the event's own."""
        programme = self.programme_of(event)
        self.outcomes, self.line_points, self.matched, self.portions = [], {}, [], ()
        self.prices = None
        self.handed_over = None
        advance(self.programmes, self.state, self.books, self.moves, event.occurred_at)
        return programme

    def finish(self, programme: Programme, event: Event, cause: Cause) -> None:
        """Settle debts, check for a rise, and note where the fold stands."""
        state = self.state
        self.books.drop_empty()
        for currency in list(state.debts):
            self.books.settle(programme, currency, cause)
        if programme.structures:
            day = local_day(event.occurred_at, event.zone)
            for ladder in self.ladders(programme):
                ladder.rise(at=event.occurred_at, day=day, event_id=event.event_id)
        if event.kind in ACTIVITY_KINDS:
            state.activity[event.kind] = (event.occurred_at, event.zone)
            if self.remember:
                self.activities.append((event.kind, event.occurred_at, event.zone))
        if event.key.source == REPEATED:
            self.repeated.add(event.root)
        state.latest = event.order_key
        state.horizon = event.occurred_at
        state.next_due = next_due(programme, state)

    def currency(self, programme: Programme, code: str) -> PointsCurrency:
        """A currency of points that the member holds, even if this version no longer has it."""
        if code in programme.points:
            return programme.points[code]
        return next(
            self.programmes[number].points[code]
            for number in sorted(self.programmes, reverse=True)
            if code in self.programmes[number].points
        )

    def ladders(self, programme: Programme) -> list[Ladder]:
        """The member's places among the tiers, that of the main structure first."""
        return [Ladder(programme, tiers, self.state, self.moves) for tiers in programme.structures]

    def is_strict(self, event: Event) -> bool:
        """Whether this is the event that is being decided and may be refused."""
        return self.strict == event.event_id


def cause_of(event: Event, **more: Any) -> Cause:
    """What the postings of an event name as their cause."""
    return Cause(event.event_id, event.version_number, event.occurred_at, **more)


def apply_earning_event(fold: Fold, event: Event) -> None:
    """A purchase, a visit, an enrolment or a referral: everything that rules are asked about."""
    programme = fold.begin(event)
    body = event.body
    state = fold.state
    if isinstance(body, Enrolment):
        state.enrolled_at = event.occurred_at if state.enrolled_at is None else state.enrolled_at
        note_attributes(programme, state, event)
    if isinstance(body, Referred):
        state.referred = True
    basket = EMPTY_BASKET
    if isinstance(body, Purchase):
        check_currency(programme, body.currency)
        if fold.is_strict(event):
            _check_claim(programme, event, body)
        basket = fold.basket_of(event, body, programme)
    context = context_of(programme, state, event, basket)
    context.quiet = fold.quiet
    if isinstance(body, Purchase):
        stand_in(programme, state, context)
    if programme.discounts and isinstance(body, Purchase):
        _discount(fold, programme, event, body, context)
    earnings, lots = give(fold, programme, event, context)
    if isinstance(body, Purchase):
        _count_purchase(fold, programme, context)
        paid = _pay_with_points(fold, programme, event, body)
        if fold.remember:
            record = PurchaseRecord.of(event, body, programme, context, earnings)
            record.lots = {code: [lot_id] for code, lot_id in lots.items()}
            record.points_paid = paid
            fold.purchases[event.key] = record
    if isinstance(body, Purchase | Visit):
        count_visit(programme, state, context)
        if programme.challenges and not context.outside:
            _count_challenges(fold, programme, event, context)
    fold.finish(programme, event, cause_of(event))


def _count_challenges(fold: Fold, programme: Programme, event: Event, context: Context) -> None:
    tallies = tallies_of(programme, context)
    outcomes = count_towards(
        programme,
        fold.state,
        fold.books,
        event,
        context.day,
        before={},
        after=tallies,
        strict=fold.is_strict(event),
    )
    if not fold.quiet:
        fold.outcomes += outcomes
    if fold.remember and event.key in fold.purchases:
        fold.purchases[event.key].tallies = tallies


def note_attributes(programme: Programme, state: MemberState, event: Event) -> None:
    """Keep what an event says of the member, as far as the programme declares it; an empty text
    takes it away."""
    known = programme.member_attributes
    said = {name: value for name, value in event.attributes.items() if name in known}
    if said:
        noted = {**state.attributes, **said}
        state.attributes = {name: value for name, value in noted.items() if value != ""}


def _discount(
    fold: Fold, programme: Programme, event: Event, purchase: Purchase, context: Context
) -> None:
    """Count the discounts that the purchase was given; where it says none, foresee them."""
    strict = fold.is_strict(event)
    if purchase.discounts:
        named = frozenset(given.discount for given in purchase.discounts)
        if strict:
            if context.outside:
                raise Refusal(Code.NOT_JOINED, "discounts", value=programme.code)
            refuse_unknown_discount(programme, purchase)
            fold.contested = named
        count_discounts(
            programme, fold.state, fold.desk, event, day=context.day, checked=named & fold.contested
        )
        taken_off = sum(given.amount for given in purchase.discounts)
        day = local_day(event.occurred_at, programme.zone)
        fold.state.plan = use_plan(fold.state.plan, day, taken_off)
    elif strict and not context.outside:
        untendered = replace(purchase, points_paid=(), gift_card_amount=0)
        basket = basket_of(untendered, programme.spend)
        seen = context.with_basket(basket)
        fold.prices = price_basket(programme, fold.state, seen, fold.desk)


def check_currency(programme: Programme, currency: str) -> None:
    """Another currency of money is refused, not converted."""
    if currency != programme.currency:
        raise Refusal(Code.WRONG_CURRENCY, "currency", value=currency, expected=programme.currency)


def check_positive(units: int, path: str) -> None:
    """Points move in whole units, at least one."""
    if units <= 0:
        raise Refusal(Code.NOT_POSITIVE, path, value=units)


def _check_claim(programme: Programme, event: Event, purchase: Purchase) -> None:
    """A receipt may be claimed within so many local days of its own time (SEMANTICS 35)."""
    if purchase.claimed_at is None:
        return
    if programme.claim_days is None:
        raise Refusal(Code.CLAIM_NOT_ALLOWED, "claimed_at", value=programme.code)
    last_day = local_day(event.occurred_at, event.zone) + programme.claim_days
    if local_day(purchase.claimed_at, event.zone) > last_day:
        raise Refusal(
            Code.CLAIM_TOO_LATE,
            "claimed_at",
            value=purchase.claimed_at,
            limit=programme.claim_days,
        )


def points_currency(programme: Programme, code: str) -> PointsCurrency:
    """The currency of points, or a refusal where the programme has none of that name."""
    try:
        return programme.points[code]
    except KeyError as error:
        raise Refusal(
            Code.UNKNOWN_POINTS, "currency", value=code, programme=programme.code
        ) from error


def give(
    fold: Fold, programme: Programme, event: Event, context: Context
) -> tuple[list[Earning], dict[str, str]]:
    """Ask the rules, apply the caps, and put what is earned into lots; answers both."""
    earned = earn(programme, context)
    earnings = earned.earnings
    lots: dict[str, str] = {}
    if earnings:
        apply_caps(programme, context, earnings, fold.desk, event.event_id)
        use_caps(programme, fold.state, context, earnings)
        totals: dict[str, int] = {}
        for earning in earnings:
            totals[earning.currency] = totals.get(earning.currency, 0) + earning.given
        lots = _post_earnings(fold, programme, event, context, earned)
        for code, lot_id in lots.items():
            if totals[code]:
                fold.books.put(lot_id, totals[code])
            if context.kind == "purchase":
                fold.state.earned[code] = fold.state.earned.get(code, 0) + totals[code]
        if not fold.quiet:
            fold.line_points = points_by_line(context, earnings, totals)
        if programme.structures:
            given = [(earning.currency, earning.given) for earning in earnings]
            credit_points(programme, fold.state, context.day, given)
    if not fold.quiet:
        fold.outcomes = list(earned.outcomes.values())
    return earnings, lots


def _post_earnings(
    fold: Fold, programme: Programme, event: Event, context: Context, earned: Earned
) -> dict[str, str]:
    """One line for every rule and currency, into one lot for every currency; answers the lots."""
    lots: dict[str, str] = {}
    for earning in earned.earnings:
        code = earning.currency
        reason = earning.reason()
        if not fold.quiet:
            _explain(earned.outcomes[earning.rule], earning, str(reason["exact"]))
        if earning.given == 0:
            continue
        cause = cause_of(event, rule=earning.rule, reason=reason)
        if code not in lots:
            lots[code] = _open_lot(fold, programme.points[code], context, cause).lot_id
        fold.books.post("earn", code, lots[code], earning.given, cause)
    return lots


def _open_lot(fold: Fold, currency: PointsCurrency, context: Context, cause: Cause) -> Lot:
    """The lot for what is earned.  A voucher that is given so many days ahead of an occasion, and
    would never expire, can be used through as many days after it."""
    window = context.days_before
    if window and currency.kind == "voucher" and isinstance(currency.expiry, NeverExpires):
        ends_at = day_start(context.day + 2 * window + 1, context.zone)
        return fold.books.open_lot(currency.code, context.occurred_at, ends_at, cause)
    return fold.books.open_earned_lot(currency, context.zone, cause)


def _explain(outcome: RuleOutcome, earning: Earning, exact: str) -> None:
    outcome.currency = outcome.currency or earning.currency
    outcome.exact = outcome.exact or exact
    outcome.given += earning.given if outcome.currency == earning.currency else 0
    outcome.caps.extend(earning.caps)


def use_caps(
    programme: Programme, state: MemberState, context: Context, earnings: list[Earning]
) -> None:
    """Count what the event uses of each cap."""
    given: dict[str, int] = {}
    for earning in earnings:
        if earning.given > 0:
            given[earning.rule] = given.get(earning.rule, 0) + earning.given
    for code, units in given.items():
        rule = programme.index.by_code.get(code)
        if rule is None:  # A tier's multiplier has no caps.
            continue
        for index, limit in enumerate(rule.limits):
            if limit.every is not None:
                key = usage_key(limit, context.day)
                add_usage(state, limit_key(rule, index), key, 1, units)
                forget_old_usage(state, limit_key(rule, index), limit.every, context.day)


def _count_purchase(fold: Fold, programme: Programme, context: Context) -> None:
    state = fold.state
    state.purchases += 1
    state.spent += context.basket_amount
    credit(programme, state, "spend", context.day, context.basket_amount)
    credit(programme, state, "purchases", context.day, 1)


def _pay_with_points(
    fold: Fold, programme: Programme, event: Event, purchase: Purchase
) -> list[Spent]:
    return [
        spend_points(
            fold,
            programme,
            points_currency(programme, paid.currency),
            paid.units,
            event,
            "points_paid",
        )
        for paid in purchase.points_paid
    ]


def spend_points(
    fold: Fold,
    programme: Programme,
    currency: PointsCurrency,
    units: int,
    event: Event,
    path: str,
) -> Spent:
    """Take points for a redemption; only the event being decided can lack them."""
    check_positive(units, path)
    available = fold.state.spendable(currency.code, event.occurred_at)
    if available < units and fold.is_strict(event):
        raise Refusal(
            Code.NOT_ENOUGH_POINTS,
            path,
            value=units,
            limit=max(0, available),
            currency=currency.code,
        )
    cause = cause_of(event)
    takes, lacking = fold.books.take(programme, currency.code, units, "redeem", cause)
    if lacking:
        takes.append(fold.books.owe(currency, lacking, "redeem", cause))
    return Spent(currency.code, takes, at=event.occurred_at)


def credit(programme: Programme, state: MemberState, name: str, day: int, units: int) -> None:
    """Count something towards every tier metric of that name."""
    seen: set[str] = set()
    for metric in programme.metrics:
        if metric.name == name and metric.key not in seen:
            seen.add(metric.key)
            add_credit(programme, state, metric, day, units)


def credit_points(
    programme: Programme, state: MemberState, day: int, changes: Sequence[tuple[str, int]]
) -> None:
    """Count earned points towards tiers; ``changes`` are units with their currency."""
    seen: set[str] = set()
    for metric in (metric for tiers in programme.structures for metric in tiers.metrics):
        if metric.name == "points" and metric.key not in seen:
            seen.add(metric.key)
            units = sum(change for currency, change in changes if currency == metric.currency)
            add_credit(programme, state, metric, day, units)


def count_visit(programme: Programme, state: MemberState, context: Context) -> None:
    """One more day on which the member came."""
    if context.day != state.latest_visit_day:
        state.visits += 1
        state.latest_visit_day = context.day
    credit(programme, state, "visits", context.day, 1)
