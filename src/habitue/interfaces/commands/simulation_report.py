"""A simulation as tables for people, and as plain data for machines."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from rich.table import Table

from habitue.interfaces.commands.output import console, say
from habitue.interfaces.texts.formats import money as money_text
from habitue.interfaces.texts.formats import signed
from habitue.interfaces.texts.formats import units as units_text
from habitue.kit.instants import datetime_of, format_instant
from habitue.kit.money import format_amount, format_decimal
from habitue.services.whatif.report import Changes, Group, PointsFigures, Side, WhatIf

_FIGURES: Final = (
    ("opening", "Held before"),
    ("earned", "Earned"),
    ("reversed", "Taken back by returns"),
    ("by_hand", "By hand"),
    ("redeemed", "Redeemed"),
    ("expired", "Expired"),
    ("written_off", "Written off"),
    ("transferred", "Sent and received"),
    ("outstanding", "Outstanding at the end"),
)
_MONTHLY: Final = (
    ("earned", "Earned"),
    ("redeemed", "Redeemed"),
    ("expired", "Expired"),
    ("outstanding", "Held"),
)
_NOTHING: Final = PointsFigures()


def plain_simulation(found: WhatIf) -> dict[str, Any]:
    """A simulation as plain data: points and money as decimal texts."""
    up, down, same = found.moved
    return {
        "programme": found.programme,
        "currency": found.currency,
        "since": format_instant(found.since, found.zone) if found.since else None,
        "until": format_instant(found.until, found.zone),
        "members": found.members,
        "events": found.events,
        "sample": None if found.sample is None else asdict(found.sample),
        "takings": [
            {
                "month": _month(one.month),
                "purchases": one.purchases,
                "turnover": format_amount(one.turnover, found.currency),
            }
            for one in found.takings
        ],
        "live": _plain_side(found, found.live),
        "draft": _plain_side(found, found.draft),
        "refused": [
            {
                "kind": one.kind,
                "code": one.code.value,
                "reward": one.reward or None,
                "times": one.times,
            }
            for one in found.refused
        ],
        "tiers": {
            "higher": up,
            "lower": down,
            "same": same,
            "moves": [
                {"live": live, "draft": draft, "members": members}
                for (live, draft), members in found.tier_moves.items()
            ],
        },
        "changes": [_plain_changes(found, one) for one in found.changes],
    }


def _plain_side(found: WhatIf, side: Side) -> dict[str, Any]:
    return {
        "points": _plain_points(found, side.points.items()),
        "rules": [
            {
                "rule": one.rule,
                "currency": one.currency,
                "units": _decimal(found, one.currency, one.units),
                "times": one.times,
            }
            for one in side.rules
        ],
        "rewards": [
            {
                "reward": one.reward,
                "times": one.times,
                "refused": one.refused,
                "cost": None if one.cost is None else format_amount(one.cost, found.currency),
            }
            for one in side.rewards
        ],
        "cost": format_amount(side.cost, found.currency),
        "without_cost": list(side.without_cost),
        "tiers": dict(side.tiers),
        "months": [
            {
                "month": _month(one.month),
                "points": _plain_points(found, one.points.items()),
                "tiers": dict(one.tiers),
            }
            for one in side.months
        ],
        "by_tier": [
            {
                "tier": one.code,
                "members": one.members,
                "points": _plain_points(found, one.points.items()),
            }
            for one in side.by_tier
        ],
        "by_store": [
            {"store": one.code, "points": _plain_points(found, one.points.items())}
            for one in side.by_store
        ],
    }


def _plain_points(
    found: WhatIf, points: Iterable[tuple[str, PointsFigures]]
) -> dict[str, dict[str, str]]:
    return {
        currency: {name: _decimal(found, currency, getattr(figures, name)) for name, _ in _FIGURES}
        for currency, figures in points
    }


def _plain_changes(found: WhatIf, changes: Changes) -> dict[str, Any]:
    def members(named: str) -> list[dict[str, Any]]:
        return [
            {
                "member": one.member,
                "live": _decimal(found, one.currency, one.live),
                "draft": _decimal(found, one.currency, one.draft),
                "live_tier": one.live_tier,
                "draft_tier": one.draft_tier,
            }
            for one in getattr(changes, named)
        ]

    return {
        "currency": changes.currency,
        "more": changes.more,
        "less": changes.less,
        "same": changes.same,
        "gain_most": members("gain_most"),
        "lose_most": members("lose_most"),
    }


def _decimal(found: WhatIf, currency: str, units: int) -> str:
    return format_decimal(units, found.decimals.get(currency, 0))


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


# --- tables ---------------------------------------------------------------------------------------


def show_simulation(found: WhatIf) -> None:
    """A simulation as tables, on standard error."""
    _show_head(found)
    for currency in sorted({*found.live.points, *found.draft.points}):
        live = found.live.points.get(currency, _NOTHING)
        draft = found.draft.points.get(currency, _NOTHING)
        if live == draft == _NOTHING:
            continue
        _show_totals(found, currency, live, draft)
        if live == draft:
            continue
        _show_months(found, currency)
        _show_groups(found, currency, "Tier at the end", found.live.by_tier, found.draft.by_tier)
        _show_groups(found, currency, "Store", found.live.by_store, found.draft.by_store)
    _show_rules(found)
    _show_rewards(found)
    _show_tiers(found)
    for changes in found.changes:
        _show_changes(found, changes)
    for one in found.refused:
        kind = f"{one.kind} of {one.reward}" if one.reward else one.kind
        say(f"Would not have been accepted: {one.times:,} of kind {kind} ({one.code.value}).")


def _show_head(found: WhatIf) -> None:
    since = f"from {_day(found, found.since)} " if found.since else ""
    say(
        f"{found.programme}, {since}until {_day(found, found.until)}:"
        f" {found.members:,} members, {found.events:,} events decided."
    )
    if found.sample is not None:
        say(
            f"Scaled from a sample of {found.sample.members:,} of {found.sample.everybody:,}"
            " members; single members and events are not scaled."
        )


def _day(found: WhatIf, at: int) -> str:
    return datetime_of(at, found.zone).date().isoformat()


def _table(title: str, first: str, *columns: str) -> Table:
    table = Table(first, title=title, title_justify="left", box=None)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _show_totals(found: WhatIf, currency: str, live: PointsFigures, draft: PointsFigures) -> None:
    table = _table(f"\n{currency}", "", "As it was", "With the draft", "Difference")
    for name, title in _FIGURES:
        one, other = getattr(live, name), getattr(draft, name)
        if one or other:
            table.add_row(title, *_three(found, currency, one, other))
    console.print(table)


def _three(found: WhatIf, currency: str, one: int, other: int) -> list[str]:
    decimals = found.decimals.get(currency, 0)
    return [
        units_text(one, decimals=decimals, language="en"),
        units_text(other, decimals=decimals, language="en"),
        signed(other - one, decimals=decimals, language="en"),
    ]


def _show_months(found: WhatIf, currency: str) -> None:
    columns = [cell for _, title in _MONTHLY for cell in (title, "draft")]
    table = _table(f"\n{currency} by month", "Month", "Turnover", *columns)
    turnover = {one.month: one.turnover for one in found.takings}
    decimals = found.decimals.get(currency, 0)
    for live, draft in zip(found.live.months, found.draft.months, strict=True):
        cells = [money_text(turnover.get(live.month, 0), found.currency, language="en")]
        for name, _ in _MONTHLY:
            for side in (live, draft):
                units = getattr(side.points.get(currency, _NOTHING), name)
                cells.append(units_text(units, decimals=decimals, language="en"))
        table.add_row(_month(live.month), *cells)
    console.print(table)


def _show_groups(
    found: WhatIf, currency: str, title: str, live: Sequence[Group], draft: Sequence[Group]
) -> None:
    sides = [{one.code: one for one in side} for side in (live, draft)]
    codes = sorted({*sides[0], *sides[1]})
    if not any(codes):
        return
    table = _table(f"\n{currency} earned", title, "As it was", "With the draft", "Difference")
    for code in codes:
        earned = [_earned(side.get(code), currency) for side in sides]
        table.add_row(code or "none", *_three(found, currency, *earned))
    console.print(table)


def _earned(group: Group | None, currency: str) -> int:
    figures = _NOTHING if group is None else group.points.get(currency, _NOTHING)
    return figures.earned - figures.reversed


def _show_rules(found: WhatIf) -> None:
    sides = [{(one.rule, one.currency): one for one in side.rules} for side in _sides(found)]
    table = _table(
        "\nRules", "Rule", "Of", "As it was", "With the draft", "Difference", "Times", "draft"
    )
    for rule, currency in sorted({*sides[0], *sides[1]}):
        known = [side.get((rule, currency)) for side in sides]
        units = [0 if one is None else one.units for one in known]
        times = [0 if one is None else one.times for one in known]
        table.add_row(
            rule, currency, *_three(found, currency, *units), *(f"{one:,}" for one in times)
        )
    console.print(table)


def _sides(found: WhatIf) -> tuple[Side, Side]:
    return found.live, found.draft


def _show_rewards(found: WhatIf) -> None:
    sides = [{one.reward: one for one in side.rewards} for side in _sides(found)]
    codes = sorted({*sides[0], *sides[1]})
    if not codes:
        return
    table = _table(
        "\nRewards", "Reward", "Taken", "With the draft", "Could not be taken", "Cost by the draft"
    )
    for code in codes:
        live, draft = (side.get(code) for side in sides)
        cost = None if draft is None else draft.cost
        table.add_row(
            code,
            f"{0 if live is None else live.times:,}",
            f"{0 if draft is None else draft.times:,}",
            f"{0 if draft is None else draft.refused:,}",
            "not said" if cost is None else money_text(cost, found.currency, language="en"),
        )
    console.print(table)


def _show_tiers(found: WhatIf) -> None:
    if not found.tiers:
        return
    table = _table("\nMembers by tier at the end", "Tier", "As it was", "With the draft")
    for tier in ("", *found.tiers):
        counts = [side.tiers.get(tier, 0) for side in _sides(found)]
        table.add_row(tier or "none", *(f"{count:,}" for count in counts))
    console.print(table)
    up, down, same = found.moved
    say(f"{up:,} members higher, {down:,} lower, {same:,} where they were.")


def _show_changes(found: WhatIf, changes: Changes) -> None:
    if not changes.more and not changes.less:
        return
    say(
        f"\n{changes.currency}: {changes.more:,} members earn more, {changes.less:,} less,"
        f" {changes.same:,} the same."
    )
    for title, members in (
        ("Gain most", changes.gain_most),
        ("Lose most", changes.lose_most),
    ):
        if not members:
            continue
        table = _table("", title, "As it was", "With the draft", "Difference")
        for one in members:
            table.add_row(one.member, *_three(found, one.currency, one.live, one.draft))
        console.print(table)
