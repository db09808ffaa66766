"""Filters of the list of members as conditions of SQL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from psycopg import sql

from habitue.data.insights.figures import NO_STORE
from habitue.domain.member_filters import MemberFilters, birthday_numbers
from habitue.kit.instants import day_start


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition over the columns of ``member_figure``, with its parameters by name."""

    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)


def conditions_of(
    filters: MemberFilters, *, stores: Iterable[str], zone: str
) -> Iterator[Condition]:
    """What a row must meet; ``stores`` are those that the actor is bound to, none: all."""
    bound = sorted(stores)
    if bound:
        yield Condition("store = ANY(%(own_stores)s)", {"own_stores": [*bound, NO_STORE]})
    for column in ("status", "tier", "store"):
        value = getattr(filters, column)
        if value is not None:
            yield Condition(f"{column} = %({column})s", {column: value})
    if filters.beside is not None:
        # The index holds nobody who has none.
        holds = "NOT (tiers_beside = '{}'::text[]) AND tiers_beside @> ARRAY[%(beside)s]::text[]"
        yield Condition(holds, {"beside": filters.beside})
    yield from _days("joined_at", "joined", filters.joined_from, filters.joined_until, zone)
    yield from _days(
        "latest_purchase_at", "latest", filters.latest_from, filters.latest_until, zone
    )
    if filters.birthdays is not None:
        numbers = birthday_numbers(filters.birthdays)
        if numbers is None:
            yield Condition("birthday IS NOT NULL")
        else:
            yield Condition("birthday = ANY(%(birthdays)s::smallint[])", {"birthdays": numbers})
    if filters.balance_from is not None:
        yield Condition("balance >= %(balance_from)s", {"balance_from": filters.balance_from})
    if filters.balance_until is not None:
        yield Condition("balance <= %(balance_until)s", {"balance_until": filters.balance_until})


def _days(
    column: str, name: str, first: date | None, last: date | None, zone: str
) -> Iterator[Condition]:
    if first is not None:
        at = day_start(first.toordinal(), zone)
        yield Condition(f"{column} >= %({name}_from)s", {f"{name}_from": at})
    if last is not None:
        at = day_start(last.toordinal() + 1, zone)
        yield Condition(f"{column} < %({name}_until)s", {f"{name}_until": at})


def all_of(conditions: Iterable[Condition]) -> tuple[sql.Composable, dict[str, Any]]:
    """All conditions in one, and the parameters of all."""
    parameters: dict[str, Any] = {}
    texts = ["true"]
    for condition in conditions:
        texts.append(condition.text)
        parameters |= condition.parameters
    # Every text is made here of constants; what people sent is among the parameters.
    return sql.SQL(" AND ").join(sql.SQL(text) for text in texts), parameters
