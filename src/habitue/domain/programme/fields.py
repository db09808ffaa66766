"""The fields that conditions may ask for: of the event, its lines, its time and the member."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from habitue.domain.events import QUANTITY_SCALE, Line, Scalar
from habitue.domain.programme.kinds import (
    COUNT,
    DAY,
    FIRED,
    FIRING,
    NO_TIER,
    NOT_FIRED,
    PLAN_ACTION,
    QUANTITY,
    ROLE,
    TEXT,
    TIME,
    WEEKDAY,
    YES_NO,
    Kind,
    attribute_kinds,
    contribution_kind,
    money_kind,
    partner_kind,
    plan_kind,
    points_kind,
    tier_kind,
)
from habitue.domain.programme.moments import Moment
from habitue.domain.programme.partners import Partner, partner_at
from habitue.domain.programme.plans import NO_PLAN

MEMBER_ATTRIBUTE = "member.attributes."
RULE = "rule."
CONTRIBUTION = "contribution."
TIER = "member.tier"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a document declares and its conditions may name.

    ``exponent``: decimals of the programme's money.  ``tiers``: codes of the main structure, lowest
    first; ``beside`` those of the further ones by name, and ``main`` is the name of the main one.
    ``points``: decimals by currency of points.  ``attributes``: ``text``, ``number`` or ``yes_no``
    by name; ``member_attributes`` likewise.  ``segments`` and ``rules`` are what the document says
    under their names; ``plans`` are the codes of its plans, ``contributions`` those of the kinds of
    contributions that it takes; ``referrals``: members bring friends; ``partners`` by code.
    """

    exponent: int = 2
    tiers: tuple[str, ...] = ()
    points: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    member_attributes: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, Any] = field(default_factory=dict)
    plans: tuple[str, ...] = ()
    contributions: tuple[str, ...] = ()
    referrals: bool = False
    partners: Mapping[str, Partner] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    main: str = ""
    _fields: dict[str, Field] = field(default_factory=dict, init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind of values and how to read it (``None``: nothing there)."""

    kind: Kind
    get: Callable[[Any], Any]
    optional: bool = False
    may_repeat: bool = False
    needs_lines: bool = False


def line_fields(vocabulary: Vocabulary) -> dict[str, Field]:
    """The fields of a line, by name without the ``line.`` in front."""
    money = money_kind(vocabulary.exponent)
    return {
        "product": Field(TEXT, lambda line: line.product),
        "category": Field(TEXT, lambda line: line.category, optional=True),
        "brand": Field(TEXT, lambda line: line.brand, optional=True),
        "role": Field(ROLE, lambda line: line.role),
        "amount": Field(money, lambda line: line.amount),
        "quantity": Field(QUANTITY, lambda line: line.quantity),
        "unit_price": Field(money_kind(vocabulary.exponent, dense=True), unit_price, optional=True),
    }


def moment_fields(vocabulary: Vocabulary) -> Mapping[str, Field]:
    """The fields of an event and its member, by name; made once, for every rule asks for them."""
    if not vocabulary._fields:
        vocabulary._fields.update(_moment_fields(vocabulary))
    return vocabulary._fields


def _moment_fields(vocabulary: Vocabulary) -> dict[str, Field]:
    fields = {
        "weekday": Field(WEEKDAY, lambda moment: (moment.day - 1) % 7),
        "date": Field(DAY, lambda moment: moment.day),
        "time": Field(TIME, lambda moment: moment.minute),
        "store": Field(TEXT, lambda moment: moment.store, optional=True),
        "channel": Field(TEXT, lambda moment: moment.channel, optional=True),
        "staff": Field(TEXT, lambda moment: moment.staff, optional=True),
        "basket.amount": Field(
            money_kind(vocabulary.exponent), lambda moment: moment.basket_amount, needs_lines=True
        ),
        "basket.quantity": Field(QUANTITY, basket_quantity, needs_lines=True),
        "basket.lines": Field(COUNT, basket_lines, needs_lines=True),
        TIER: Field(tier_kind(vocabulary.tiers), _tier_rank(vocabulary.tiers)),
        "member.purchases": Field(COUNT, lambda moment: moment.purchases, may_repeat=True),
        "member.visits": Field(COUNT, lambda moment: moment.visits, may_repeat=True),
        "member.days_since_visit": Field(
            COUNT, lambda moment: moment.days_since_visit, optional=True
        ),
        "member.days_since_enrolment": Field(
            COUNT, lambda moment: moment.days_since_enrolment, optional=True
        ),
    }
    for name, tiers in vocabulary.beside.items():
        fields[f"{TIER}.{name}"] = Field(tier_kind(tiers), _tier_rank(tiers, name))
    for currency, decimals in vocabulary.points.items():
        fields[f"member.balance.{currency}"] = Field(
            points_kind(decimals), _balance_getter(currency)
        )
    for attribute, word in vocabulary.attributes.items():
        fields[f"event.{attribute}"] = Field(
            attribute_kinds()[word], _attribute_getter(attribute, word), optional=True
        )
    if vocabulary.plans:
        fields["member.plan"] = Field(plan_kind(vocabulary.plans), _plan_getter(vocabulary.plans))
        fields["membership.action"] = Field(
            PLAN_ACTION, lambda moment: moment.plan_action, optional=True
        )
    if vocabulary.contributions:
        fields |= _contribution_fields(vocabulary.contributions)
    if vocabulary.partners:
        kind = partner_kind(tuple(vocabulary.partners))
        fields["partner"] = Field(kind, _partner_getter(vocabulary.partners), optional=True)
    if vocabulary.referrals:
        fields["member.referred"] = Field(YES_NO, lambda moment: moment.referred)
    for attribute, word in vocabulary.member_attributes.items():
        fields[f"{MEMBER_ATTRIBUTE}{attribute}"] = Field(
            attribute_kinds()[word], _member_getter(attribute, word), optional=True
        )
    for rule in vocabulary.rules:
        fields[f"{RULE}{rule}"] = Field(FIRING, _firing_getter(rule))
    return fields


def _contribution_fields(contributions: Sequence[str]) -> dict[str, Field]:
    """What can be asked of a contribution; of other events there is nothing to see."""
    kinds = {
        "contribution": contribution_kind(contributions),
        "product": TEXT,
        "length": COUNT,
        "picture": YES_NO,
        "link": YES_NO,
    }
    names = {"contribution": "kind"}
    return {
        f"{CONTRIBUTION}{names.get(part, part)}": Field(kind, _contribution_getter(part), True)  # noqa: FBT003  # optional
        for part, kind in kinds.items()
    }


def _contribution_getter(part: str) -> Callable[[Moment], Any]:
    return lambda moment: getattr(moment.contribution, part, None)


def unit_price(line: Line) -> int | Fraction | None:
    """What one piece cost, in minor units; exact, also where it is not a whole number of them."""
    if line.quantity <= 0:
        return None
    whole, rest = divmod(line.amount * QUANTITY_SCALE, line.quantity)
    return whole if rest == 0 else Fraction(line.amount * QUANTITY_SCALE, line.quantity)


def _goods(lines: Sequence[Line]) -> Iterator[Line]:
    """Tips, deposits, delivery and gift cards are not pieces that somebody bought."""
    return (line for line in lines if line.role == "goods")


def basket_quantity(moment: Moment) -> int:
    """Pieces of goods in the basket, in thousandths."""
    return sum(line.quantity for line in _goods(moment.lines))


def basket_lines(moment: Moment) -> int:
    """Lines of goods in the basket."""
    return sum(1 for _ in _goods(moment.lines))


def _tier_rank(tiers: Sequence[str], beside: str = "") -> Callable[[Moment], int]:
    ranks = {NO_TIER: -1, **{tier: rank for rank, tier in enumerate(tiers)}}
    # A tier of an earlier version of the programme that this one no longer knows counts as none.
    if beside:
        return lambda moment: ranks.get(moment.beside.get(beside, NO_TIER), -1)
    return lambda moment: ranks.get(moment.tier or NO_TIER, -1)


def tier_field(name: str, given: object, vocabulary: Vocabulary) -> str | None:
    """The field that a comparison of tiers means: that of the structure of the tiers it names, and
    of the main one where it names none; ``None`` where it names tiers of several.

    ``member.tier.<structure>`` says the structure itself.
    """
    if name != TIER:
        return TIER if vocabulary.main and name == f"{TIER}.{vocabulary.main}" else name
    named = _texts(given) if vocabulary.beside else set[str]()
    found = [name for name, tiers in vocabulary.beside.items() if not named.isdisjoint(tiers)]
    if len(found) > 1 or (found and not named.isdisjoint(vocabulary.tiers)):
        return None
    return f"{TIER}.{found[0]}" if found else TIER


def _texts(given: object) -> set[str]:
    """All the texts that a comparison holds."""
    if isinstance(given, str):
        return {given}
    if isinstance(given, Mapping):
        given = list(given.values())
    if isinstance(given, list | tuple):
        return set[str]().union(*map(_texts, given))
    return set()


def _plan_getter(plans: Sequence[str]) -> Callable[[Moment], str]:
    # A plan of an earlier version that this one no longer knows counts as none.
    return lambda moment: moment.plan if moment.plan in plans else NO_PLAN


def _partner_getter(partners: Mapping[str, Partner]) -> Callable[[Moment], str | None]:
    return lambda moment: partner_at(partners, moment.store, moment.day)


def _balance_getter(currency: str) -> Callable[[Moment], int]:
    return lambda moment: moment.balance(currency)


def _firing_getter(rule: str) -> Callable[[Moment], str]:
    return lambda moment: FIRED if rule in moment.fired else NOT_FIRED


def _attribute_getter(attribute: str, word: str) -> Callable[[Moment], Any]:
    read = _READERS[word]
    return lambda moment: read(moment.attributes.get(attribute))


def _member_getter(attribute: str, word: str) -> Callable[[Moment], Any]:
    read = _READERS[word]
    return lambda moment: read(moment.member_attributes.get(attribute))


def _as_text(value: Scalar | None) -> str | None:
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, bool) else str(value)


def _as_number(value: Scalar | None) -> int | Fraction | None:
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        # A vast exponent would make a vast fraction; no attribute is that large.
        small = number.is_finite() and abs(number.adjusted()) < 30
        return Fraction(number) if small and len(number.as_tuple().digits) < 60 else None
    return None if isinstance(value, bool) else value


def _as_yes_no(value: Scalar | None) -> bool | None:
    return value if isinstance(value, bool) else None


_READERS: Mapping[str, Callable[[Scalar | None], Any]] = {
    "text": _as_text,
    "number": _as_number,
    "yes_no": _as_yes_no,
}


def read_attribute(value: Scalar | None, word: str) -> Any:
    """The value of an attribute that was declared as a ``text``, ``number`` or ``yes_no``; ``None``
    where it is none of that type."""
    return _READERS[word](value)
