"""Programmes and events in few words: money and points as texts in major units, times as texts.

``"2026-02-01"`` is noon of that day in the zone; ``"2026-02-01 08:30"`` is that minute; a text
with an offset is itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Literal

from habitue.domain.events import (
    Adjustment,
    Advance,
    Body,
    Confirmation,
    Enrolment,
    Event,
    EventKey,
    GivenDiscount,
    Line,
    LineRole,
    PointsPayment,
    Portion,
    Purchase,
    Redemption,
    Return,
    ReturnedLine,
    TransferIn,
    TransferOut,
    Undo,
    Visit,
)
from habitue.domain.programme.measures import Budget, Every, Limit, Metric, Window
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresInactive,
    Expiry,
    Fixed,
    Give,
    Group,
    NeverExpires,
    Pending,
    PendingNone,
    PointsCurrency,
    Programme,
    Rate,
    Rule,
    SpendSettings,
    Tier,
    Tiers,
)
from habitue.domain.programme.moments import Condition, LineFilter, Moment, Seen
from habitue.kit.ids import derived_id
from habitue.kit.instants import Instant, day_start, instant_of, zone_info
from habitue.kit.money import parse_amount
from habitue.kit.periods import PeriodUnit, parse_period

ZONE = "Europe/Paris"
SOURCE = "till"


def at(text: str, zone: str = ZONE) -> Instant:
    """The instant of a text (see the module)."""
    if len(text) == len("2026-02-01"):
        text += " 12:00"
    moment = datetime.fromisoformat(text)
    return instant_of(moment if moment.tzinfo else moment.replace(tzinfo=zone_info(zone)))


def day(text: str) -> int:
    """The ordinal of a calendar day."""
    return date.fromisoformat(text).toordinal()


def morning(text: str, zone: str = ZONE) -> Instant:
    """The first instant of a local day."""
    return day_start(day(text), zone)


def eur(text: str) -> int:
    """Minor units of an amount in euro."""
    return parse_amount(text, "EUR")


def key(external_id: str, source: str = SOURCE) -> EventKey:
    """A natural key."""
    return EventKey(source, external_id)


# --- events ---------------------------------------------------------------------------------------


def item(
    product: str,
    amount: str,
    *,
    pieces: str = "1",
    line: str | None = None,
    role: LineRole = "goods",
    category: str | None = None,
    brand: str | None = None,
    tax: str = "0",
    discount: str = "0",
    currency: str = "EUR",
) -> Line:
    """A line of a receipt; its number is the product's name unless another is given."""
    return Line(
        line=line or product,
        product=product,
        quantity=parse_amount(pieces, "KWD"),
        amount=parse_amount(amount, currency),
        tax=parse_amount(tax, currency),
        discount=parse_amount(discount, currency),
        role=role,
        category=category,
        brand=brand,
    )


def event(
    when: str | Instant,
    body: Body,
    *,
    name: str | None = None,
    zone: str = ZONE,
    version: int = 1,
    store: str | None = None,
    attributes: Mapping[str, str | int | bool] | None = None,
) -> Event:
    """An event; its natural key is ``name``, or its kind and time."""
    external_id = name or f"{body.kind} {when}"
    return Event(
        event_id=derived_id("event", SOURCE, external_id),
        key=key(external_id),
        occurred_at=at(when, zone) if isinstance(when, str) else when,
        zone=zone,
        version_number=version,
        body=body,
        store=store,
        attributes=dict(attributes or {}),
    )


def bought(
    when: str | Instant,
    *lines: str | Line,
    currency: str = "EUR",
    order_discount: str = "0",
    points_paid: tuple[PointsPayment, ...] = (),
    gift_card: str = "0",
    claimed_at: Instant | None = None,
    discounts: tuple[GivenDiscount, ...] = (),
    **fields: Any,
) -> Event:
    """A purchase of lines; a bare amount is a line of its own (``1``, ``2``, ...)."""
    body = Purchase(
        currency=currency,
        lines=tuple(
            item(str(number), line, currency=currency) if isinstance(line, str) else line
            for number, line in enumerate(lines, 1)
        ),
        order_discount=parse_amount(order_discount, currency),
        points_paid=points_paid,
        gift_card_amount=parse_amount(gift_card, currency),
        claimed_at=claimed_at,
        discounts=discounts,
    )
    return event(when, body, **fields)


def back(
    line: str, *, pieces: str | None = None, amount: str | None = None, currency: str = "EUR"
) -> ReturnedLine:
    """A part of a line that came back: one piece, unless pieces or money are given."""
    if pieces is None and amount is None:
        pieces = "1"
    return ReturnedLine(
        line=line,
        quantity=None if pieces is None else parse_amount(pieces, "KWD"),
        amount=None if amount is None else parse_amount(amount, currency),
    )


def unlinked(
    product: str | None, *, pieces: str | None = None, amount: str | None = None
) -> ReturnedLine:
    """A returned product of which the till did not say where it was bought."""
    return ReturnedLine(
        product=product,
        quantity=None if pieces is None else parse_amount(pieces, "KWD"),
        amount=None if amount is None else eur(amount),
    )


def returned(
    when: str | Instant,
    of: Event | None,
    *lines: ReturnedLine,
    currency: str = "EUR",
    **fields: Any,
) -> Event:
    """A return of lines of a purchase (no lines: all that remains of it)."""
    body = Return(currency=currency, purchase=None if of is None else of.key, lines=lines)
    return event(when, body, **fields)


def redeemed(when: str | Instant, units: int, *, currency: str = "points", **fields: Any) -> Event:
    """Points spent."""
    return event(when, Redemption(currency=currency, units=units), **fields)


def undone(when: str | Instant, of: Event, units: int | None = None, **fields: Any) -> Event:
    """A redemption taken back."""
    return event(when, Undo(redemption=of.key, units=units), **fields)


def adjusted(
    when: str | Instant,
    units: int = 0,
    *,
    currency: str | None = "points",
    tier: str | None = None,
    structure: str | None = None,
    expires_at: Instant | None = None,
    **fields: Any,
) -> Event:
    """A correction by hand."""
    body = Adjustment(
        reason="a correction",
        currency=currency if units else None,
        units=units,
        tier=tier,
        expires_at=expires_at,
        structure=structure,
    )
    return event(when, body, **fields)


def enrolled(when: str | Instant, **fields: Any) -> Event:
    """The member joins."""
    return event(when, Enrolment(), **fields)


def visited(when: str | Instant, **fields: Any) -> Event:
    """The member comes by."""
    return event(when, Visit(), **fields)


def confirmed(when: str | Instant, purchase: Event, **fields: Any) -> Event:
    """The points of a purchase are confirmed."""
    return event(when, Confirmation(purchase=purchase.key), **fields)


def sent(when: str | Instant, units: int, *, currency: str = "points", **fields: Any) -> Event:
    """Points leave for another member."""
    return event(when, TransferOut(currency=currency, units=units, to_member="b"), **fields)


def received(
    when: str | Instant, *portions: Portion, currency: str = "points", **fields: Any
) -> Event:
    """Points arrive from another member."""
    return event(when, TransferIn(currency, portions, from_member="a"), **fields)


def passed(when: str | Instant, **fields: Any) -> Event:
    """Time passes, and the nightly job says so."""
    return event(when, Advance(), **fields)


# --- programmes -----------------------------------------------------------------------------------


def points(
    code: str = "points",
    *,
    decimals: int = 0,
    kind: Literal["points", "stamps", "cashback", "voucher", "entries"] = "points",
    pending: Pending | None = None,
    expiry: Expiry | None = None,
    **fields: Any,
) -> PointsCurrency:
    """A currency of points with the defaults of the document."""
    plain = PointsCurrency(
        code=code,
        kind=kind,
        decimals=decimals,
        rounding="floor",
        pending=pending or PendingNone(),
        expiry=expiry or NeverExpires(),
        expiry_by_tier={},
        returns="re_evaluate",
        negative="allow_negative",
        reinstate_days=None,
        max_balance=None,
    )
    return replace(plain, **fields)


def after(period: str, round_up_to: PeriodUnit | None = None) -> ExpiresAfter:
    """Each lot expires so long after it was earned."""
    return ExpiresAfter(parse_period(period), round_up_to)


def idle(period: str, *activity: str) -> ExpiresInactive:
    """Everything lapses so long after the latest activity."""
    return ExpiresInactive(parse_period(period), frozenset(activity or ("purchase",)))


def rule(name: str, *gives: Give, multiply: Fraction | None = None, **fields: Any) -> Rule:
    """One rule with the defaults of the document."""
    plain = Rule(
        rule=name,
        on="purchase",
        when=None,
        lines=None,
        each=None,
        gives=gives,
        multiply=multiply,
        multiplied_currency="points" if multiply is not None else None,
        group=None,
        priority=0,
        stop=False,
        limits=(),
        budgets=(),
        starts_at=None,
        ends_at=None,
        enabled=True,
    )
    return replace(plain, **fields)


def rate(
    units: int | str = 1,
    per: str = "1.00",
    *,
    name: str = "base",
    currency: str = "points",
    money: str = "EUR",
    **fields: Any,
) -> Rule:
    """A rule that gives ``units`` smallest units for every ``per`` of spend."""
    return rule(name, Rate(currency, Fraction(units), parse_amount(per, money)), **fields)


def gift(units: int, *, name: str = "gift", currency: str = "points", **fields: Any) -> Rule:
    """A rule that gives a fixed number of units."""
    return rule(name, Fixed(currency, units), **fields)


def times(factor: str, *, name: str = "times", **fields: Any) -> Rule:
    """A rule that multiplies what rates give."""
    return rule(name, multiply=Fraction(factor), **fields)


def holds(text: str, test: Callable[[Moment], bool]) -> Condition:
    """A condition made by hand."""
    return Condition(
        holds=test,
        explain=lambda moment: [Seen("moment", text, "", test(moment))],
        source=text,
    )


def spend_at_least(amount: str) -> Condition:
    """The purchase's spend reaches an amount."""
    least = eur(amount)
    return Condition(
        holds=lambda moment: moment.basket_amount >= least,
        explain=lambda moment: [
            Seen("amount", f">= {least}", str(moment.basket_amount), moment.basket_amount >= least)
        ],
        source={"basket.amount": {"at_least": amount}},
    )


def lines_where(text: str, test: Callable[[Line], bool]) -> LineFilter:
    """A filter of lines made by hand."""
    return LineFilter(matches=test, source=text)


def of_product(*products: str) -> LineFilter:
    """The lines of some products."""
    return LineFilter(lambda line: line.product in products, {"product": list(products)})


def of_category(*categories: str) -> LineFilter:
    """The lines of some categories."""
    return LineFilter(lambda line: line.category in categories, {"category": list(categories)})


def per_purchase(units: int, overflow: Literal["trim", "refuse"] = "trim") -> Limit:
    """At most so many units from one purchase."""
    return Limit(times=None, units=units, every=None, overflow=overflow)


def per_member(
    *,
    times: int | None = None,
    units: int | None = None,
    calendar: PeriodUnit | None = None,
    rolling: str | None = None,
    overflow: Literal["trim", "refuse"] = "trim",
) -> Limit:
    """At most so often, or so many units, for one member in every period (none: for ever)."""
    every = Every(calendar=calendar, rolling=None if rolling is None else parse_period(rolling))
    return Limit(times=times, units=units, every=every, overflow=overflow)


def budget(
    name: str,
    units: int | None = None,
    times: int | None = None,
    overflow: Literal["trim", "refuse"] = "trim",
) -> Budget:
    """A cap that all members share."""
    return Budget(key=name, units=units, times=times, overflow=overflow)


def group(code: str, mode: Literal["all", "first", "best"]) -> Group:
    """A stacking group."""
    return Group(code, mode)


def rolling(period: str) -> Window:
    """The window of the latest so many days or months."""
    return Window("rolling", parse_period(period))


def tier(
    code: str,
    enter: int | None,
    *,
    keep: int | None = None,
    reenter: int | None = None,
    multiply: str = "1",
) -> Tier:
    """A tier that one metric leads to; keeping and re-entering need as much unless said."""
    return Tier(
        code=code,
        enter=(enter,),
        keep=(enter if keep is None else keep,),
        reenter=(enter if reenter is None else reenter,),
        multiply=Fraction(multiply),
    )


def ladder(*tiers: Tier, **fields: Any) -> Tiers:
    """Tiers by spend in the latest 12 months, held for 12 months."""
    plain = Tiers(
        metrics=(Metric("spend", rolling("12 months")),),
        combine="any",
        tiers=tiers,
        valid=parse_period("12 months"),
        grace=None,
        downgrade="soft_landing",
        crossing="old_rate",
        multiplied_currency="points",
    )
    return replace(plain, **fields)


def programme(
    *rules: Rule,
    currencies: tuple[PointsCurrency, ...] = (),
    groups: tuple[Group, ...] = (),
    tiers: Tiers | None = None,
    spend: SpendSettings | None = None,
    number: int = 1,
    **fields: Any,
) -> Programme:
    """A programme version: by default one currency of points, a euro money and no tiers."""
    plain = Programme(
        code="test",
        number=number,
        currency="EUR",
        zone=ZONE,
        languages=("en",),
        points={currency.code: currency for currency in currencies or (points(),)},
        spend=spend or SpendSettings(),
        rules=tuple(sorted(rules, key=lambda each: (-each.priority, each.rule))),
        groups={each.code: each for each in groups},
        tiers=tiers,
        without_purchase="match_or_average",
        claim_days=None,
        budgets={each.key: each for one in rules for each in one.budgets},
    )
    return replace(plain, **fields)
