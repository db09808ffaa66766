"""Caps of a rule for one member, and budgets that all members share, in the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, PlainValidator, TypeAdapter
from pydantic_core import PydanticCustomError

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.measures import Budget, Every, Limit, Overflow
from habitue.domain.programme.parts import Label, Part, When
from habitue.domain.programme.reading import (
    choice,
    read_choice,
    read_period,
    read_units,
    whole,
    wrong,
)
from habitue.kit.periods import PeriodUnit

_ROLLING = "rolling "
_UNITS: dict[str, PeriodUnit] = {unit: unit for unit in ("day", "week", "month", "quarter", "year")}


def read_every(raw: object) -> Every:
    """``day`` ... ``year``, ``ever``, or ``rolling 30 days``."""
    if isinstance(raw, str) and raw.startswith(_ROLLING):
        return Every(rolling=read_period(raw.removeprefix(_ROLLING)))
    try:
        unit = read_choice(raw, (*_UNITS, "ever"))
    except PydanticCustomError as error:
        remedy = "Write day, week, month, quarter, year, ever, or rolling 30 days."
        raise wrong("unknown_choice", remedy) from error
    return Every(calendar=_UNITS.get(unit))


OverflowField = Annotated[Overflow, PlainValidator(choice("trim", "refuse"))]


class LimitPart(Part):
    """One cap: ``per_purchase`` in points, ``per_member`` in times, or ``per_member_units``."""

    per_purchase: Any = None
    per_member: Annotated[int | None, PlainValidator(whole())] = None
    per_member_units: Any = None
    every: Annotated[Every | None, PlainValidator(read_every)] = None
    overflow: OverflowField = "trim"


class BudgetPart(Part):
    """A budget in points, in times, or in both."""

    units: Any = None
    times: Annotated[int | None, PlainValidator(whole(0, 10**12))] = None
    overflow: OverflowField = "trim"


_LIMITS: TypeAdapter[list[LimitPart]] = TypeAdapter(list[LimitPart])


def read_limits(raw: object) -> list[LimitPart]:
    """One cap, or a list of caps."""
    if isinstance(raw, Mapping):
        return [LimitPart.model_validate(raw)]
    if isinstance(raw, list | tuple):
        return _LIMITS.validate_python(list(raw))
    raise wrong("not_a_mapping", "Write a cap such as {per_member: 1, every: day}, or a list.")


def read_budget(raw: object) -> BudgetPart:
    """``50000`` in points, or ``{units: ..., times: ..., overflow: ...}``."""
    if isinstance(raw, Mapping):
        return BudgetPart.model_validate(raw)
    return BudgetPart(units=raw)


LimitsField = Annotated[list[LimitPart], PlainValidator(read_limits)]
BudgetField = Annotated[BudgetPart | None, PlainValidator(read_budget)]


class CampaignPart(Part):
    """Rules that run together: a common time and a common budget."""

    name: Label | None = None
    begins: When | None = Field(None, alias="from")
    until: When | None = None
    budget: BudgetField = None


Campaigns = Mapping[str, CampaignPart]
Stacking = dict[str, Literal["all", "first", "best"]]


def build_limits(
    parts: list[LimitPart], *, path: str, listed: bool, decimals: set[int], faults: Faults
) -> tuple[Limit, ...]:
    """The caps of one rule, whose points have ``decimals``; ``listed`` where they stand in a
    list."""
    built = [
        _limit(part, f"{path}[{index}]" if listed else path, decimals, faults)
        for index, part in enumerate(parts)
    ]
    return tuple(limit for limit in built if limit is not None)


def _limit(part: LimitPart, path: str, decimals: set[int], faults: Faults) -> Limit | None:
    named = [
        name
        for name in ("per_purchase", "per_member", "per_member_units")
        if getattr(part, name) is not None
    ]
    if len(named) != 1:
        problem = "conflicting_fields" if named else "missing_field"
        remedy = "Write exactly one of per_purchase, per_member or per_member_units in a cap."
        faults.echo(path, named or "", problem, remedy)
        return None
    if named[0] == "per_member":
        return Limit(part.per_member, None, part.every or Every(), part.overflow)
    units = points_of(
        getattr(part, named[0]), path=f"{path}.{named[0]}", decimals=decimals, faults=faults
    )
    if units is None:
        return None
    if named[0] == "per_member_units":
        return Limit(None, units, part.every or Every(), part.overflow)
    if part.every is not None:
        faults.add(
            f"{path}.every", "", "conflicting_fields", "Remove it: the cap counts each purchase."
        )
        return None
    return Limit(None, units, None, part.overflow)


def build_budget(
    part: BudgetPart, *, key: str, path: str, decimals: set[int], faults: Faults
) -> Budget | None:
    """A budget under its key; ``None`` where it has faults."""
    units = None
    if part.units is not None:
        units = points_of(part.units, path=path, decimals=decimals, faults=faults)
        if units is None:
            return None
    elif part.times is None:
        faults.echo(path, "", "missing_field", "Write units, times, or both.")
        return None
    return Budget(key, units, part.times, part.overflow)


def points_of(raw: object, *, path: str, decimals: Iterable[int], faults: Faults) -> int | None:
    """Smallest units of an amount of points; ``None``, with a fault, where it is not one."""
    known = set(decimals)
    if len(known) > 1:
        remedy = "Split the rule: one number cannot cap points that have different decimals."
        faults.add(path, raw, "mixed_decimals", remedy)
        return None
    try:
        return read_units(raw, known.pop() if known else 0)
    except PydanticCustomError as error:
        faults.add(path, raw, error.type, error.message())
        return None
