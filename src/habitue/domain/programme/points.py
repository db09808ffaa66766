"""Currencies of points in the document: decimals, rounding, pending, expiry, and their policies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Expiry,
    NeverExpires,
    Pending,
    PendingConfirmation,
    PendingFor,
    PendingNone,
    PendingUntil,
    PointsCurrency,
)
from habitue.domain.programme.parts import Days, Label, Length, Part, Slug, When
from habitue.domain.programme.reading import (
    choice,
    read_day_of_year,
    read_period,
    read_units,
    whole,
    wrong,
)
from habitue.kit.periods import Period, PeriodUnit
from habitue.kit.rounding import RoundingMode

PointsKind = Literal["points", "stamps", "cashback"]

_LARGEST_DECIMALS = 6
_ACTIVITIES = ("purchase", "visit", "enrolment", "redemption", "adjustment")
_RESERVED = ("per", "voucher")


class AfterPart(Part):
    """``{after: 12 months, round_up_to: month}``."""

    after: Length
    round_up_to: Annotated[
        PeriodUnit | None, PlainValidator(choice("week", "month", "quarter", "year"))
    ] = None


class OnDatesPart(Part):
    """``{on: [03-31, 12-31]}``."""

    on: Annotated[
        list[tuple[int, int]], PlainValidator(lambda raw: read_list(raw, read_day_of_year))
    ]


class AtPart(Part):
    """``{at: 2027-03-01}``."""

    at: When


class InactivePart(Part):
    """``{inactive: 6 months, activity: [purchase]}``."""

    inactive: Length
    activity: Annotated[
        list[str], PlainValidator(lambda raw: read_list(raw, choice(*_ACTIVITIES)))
    ] = Field(default_factory=lambda: ["purchase", "visit"])


class UntilPart(Part):
    """``{until: 2027-01-01}``."""

    until: When


class ReinstatePart(Part):
    """``{for: 30 days}``."""

    days: Days = Field(alias="for")


ExpiryPart = AfterPart | OnDatesPart | AtPart | InactivePart | Literal["never"]
PendingPart = UntilPart | Period | Literal["none", "confirmation"]

_EXPIRY_PARTS: Mapping[str, type[AfterPart | OnDatesPart | AtPart | InactivePart]] = {
    "after": AfterPart,
    "on": OnDatesPart,
    "at": AtPart,
    "inactive": InactivePart,
}


def read_list(raw: object, read: Callable[[object], Any]) -> list[Any]:
    """A list of values, each once; a single value stands for a list of one."""
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not items:
        raise wrong("empty", "Write at least one entry in the list.")
    values = [read(item) for item in items]
    return list(dict.fromkeys(values))


def read_expiry(raw: object) -> ExpiryPart:
    """``never``, or one of the four models of expiry."""
    if raw == "never":
        return "never"
    remedy = "Write never, or a mapping with one of after, on, at or inactive."
    if isinstance(raw, Mapping):
        named = [name for name in _EXPIRY_PARTS if name in raw]
        if len(named) != 1:
            raise wrong("conflicting_fields" if named else "unknown_choice", remedy)
        return _EXPIRY_PARTS[named[0]].model_validate(raw)
    if isinstance(raw, str):
        read_period(raw)
        return AfterPart.model_validate({"after": raw})
    raise wrong("unknown_choice", remedy)


def read_pending(raw: object) -> PendingPart:
    """``none``, ``confirmation``, a period, or ``{until: ...}``."""
    if isinstance(raw, Mapping):
        return UntilPart.model_validate(raw)
    if raw in ("none", "confirmation"):
        return "none" if raw == "none" else "confirmation"
    try:
        return read_period(raw)
    except PydanticCustomError as error:
        if error.type == "too_large":
            raise
        remedy = "Write none, confirmation, a period such as 14 days, or {until: 2027-01-01}."
        raise wrong("unknown_choice", remedy) from error


def read_reinstate(raw: object) -> int | None:
    """``forfeit`` (``None``), or ``{for: 30 days}`` in days."""
    if raw == "forfeit":
        return None
    if isinstance(raw, Mapping):
        return ReinstatePart.model_validate(raw).days
    raise wrong("unknown_choice", "Write forfeit, or {for: 30 days}.")


ExpiryField = Annotated[ExpiryPart, PlainValidator(read_expiry)]


class PointsPart(Part):
    """One currency of points."""

    name: Label | None = None
    kind: Annotated[PointsKind, PlainValidator(choice("points", "stamps", "cashback"))] = "points"
    decimals: Annotated[int | None, PlainValidator(whole(0, _LARGEST_DECIMALS))] = None
    rounding: Annotated[
        RoundingMode, PlainValidator(choice("floor", "half_up", "half_even", "ceil"))
    ] = "floor"
    pending: Annotated[PendingPart, PlainValidator(read_pending)] = "none"
    expires: ExpiryField = "never"
    expires_by_tier: dict[Slug, ExpiryField] = Field(default_factory=dict)
    returns: Annotated[
        Literal["re_evaluate", "keep_bonus"], PlainValidator(choice("re_evaluate", "keep_bonus"))
    ] = "re_evaluate"
    negative: Annotated[
        Literal["allow_negative", "book_loss", "refuse"],
        PlainValidator(choice("allow_negative", "book_loss", "refuse")),
    ] = "allow_negative"
    reinstate: Annotated[int | None, PlainValidator(read_reinstate)] = None
    max_balance: Any = None
    card: Annotated[int | None, PlainValidator(whole(1, 1_000))] = None


def decimals_of(part: PointsPart, exponent: int) -> int:
    """Decimals of a currency of points: cashback has those of the money, others none."""
    if part.decimals is not None:
        return part.decimals
    return exponent if part.kind == "cashback" else 0


def build_points(
    parts: Mapping[str, PointsPart],
    *,
    exponent: int,
    zone: str,
    tiers: frozenset[str],
    faults: Faults,
) -> dict[str, PointsCurrency]:
    """The currencies of points, in the order of their codes."""
    return {
        code: _build(code, parts[code], exponent=exponent, zone=zone, tiers=tiers, faults=faults)
        for code in sorted(parts)
    }


def _build(
    code: str,
    part: PointsPart,
    *,
    exponent: int,
    zone: str,
    tiers: frozenset[str],
    faults: Faults,
) -> PointsCurrency:
    path = f"points.{code}"
    decimals = decimals_of(part, exponent)
    if code in _RESERVED:
        faults.add(path, code, "reserved_name", f"Choose another code: {code!r} has a meaning.")
    if part.kind == "stamps" and decimals:
        faults.add(
            f"{path}.decimals", part.decimals, "does_not_fit", "Remove it: stamps are whole."
        )
    if part.kind != "stamps" and part.card is not None:
        faults.add(f"{path}.card", part.card, "does_not_fit", "Remove it, or write kind: stamps.")
    for tier in part.expires_by_tier:
        if tier not in tiers:
            faults.add(
                f"{path}.expires_by_tier.{tier}",
                tier,
                "unknown_tier",
                "Name a tier of this document.",
            )
    max_balance = None
    if part.max_balance is not None:
        try:
            max_balance = read_units(part.max_balance, decimals)
        except PydanticCustomError as error:
            faults.add(f"{path}.max_balance", part.max_balance, error.type, error.message())
    return PointsCurrency(
        code=code,
        kind=part.kind,
        decimals=decimals,
        rounding=part.rounding,
        pending=_pending(part.pending, zone),
        expiry=_expiry(part.expires, zone),
        expiry_by_tier={
            tier: _expiry(part.expires_by_tier[tier], zone) for tier in sorted(part.expires_by_tier)
        },
        returns=part.returns,
        negative=part.negative,
        reinstate_days=part.reinstate,
        max_balance=max_balance,
        card=part.card,
    )


def voucher_currency(code: str, expires: ExpiryPart, zone: str) -> PointsCurrency:
    """The currency of the vouchers for a reward: whole, spendable at once, never owed."""
    return PointsCurrency(
        code=code,
        kind="voucher",
        decimals=0,
        rounding="floor",
        pending=PendingNone(),
        expiry=_expiry(expires, zone),
        expiry_by_tier={},
        returns="re_evaluate",
        negative="book_loss",
        reinstate_days=None,
        max_balance=None,
    )


def _pending(part: PendingPart, zone: str) -> Pending:
    if isinstance(part, UntilPart):
        return PendingUntil(part.until.start(zone))
    if isinstance(part, Period):
        return PendingFor(part)
    return PendingNone() if part == "none" else PendingConfirmation()


def _expiry(part: ExpiryPart, zone: str) -> Expiry:
    if isinstance(part, AfterPart):
        return ExpiresAfter(part.after, part.round_up_to)
    if isinstance(part, OnDatesPart):
        return ExpiresOnDates(tuple(sorted(part.on)))
    if isinstance(part, AtPart):
        return ExpiresAt(part.at.start(zone))
    if isinstance(part, InactivePart):
        return ExpiresInactive(part.inactive, frozenset(part.activity))
    return NeverExpires()
