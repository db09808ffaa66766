"""Discounts that are never given, or take nothing off.

* ``can_never_fire``: no purchase meets the condition, or no line the filter; of the role that may
  be reduced (goods and delivery), or by what the two ask for together.
* ``allows_nothing``, ``disabled``: caps and budgets of 0, discounts that are switched off.
* ``cap_below_amount``: a cap that is lower than what is taken off at once.
* ``single_step``: a lone step of a ladder that everybody has reached; a plain discount says it too.
* ``always_beaten``: of two shares for the same lines in a group of which the best counts, the lower
  one is never given.
"""

from __future__ import annotations

from collections.abc import Iterator

from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.checks.formulas import (
    ALWAYS,
    All,
    Formula,
    Some,
    read_formula,
    read_line_formula,
)
from habitue.domain.programme.checks.search import Patience, Wish, can_hold, implies
from habitue.domain.programme.discounts import AmountOff, Discount, Percentage, ShareLadder
from habitue.kit.money import format_amount

_ROLES = ("goods", "delivery")
_ZERO = "Write a number above zero, or disable the discount."


def check_discounts(subject: Subject) -> None:
    """Look at every discount by itself, then at rivals of one group."""
    patience = Patience()
    alive: list[Discount] = []
    for discount in subject.programme.discounts.values():
        path = f"discounts.{discount.discount}"
        if not discount.enabled:
            subject.note(f"{path}.enabled", "no", "disabled", "Remove it, or enable it.")
            continue
        if _is_dead(subject, discount, patience):
            continue
        alive.append(discount)
        _check_caps(subject, discount)
        _check_ladder(subject, discount)
    _check_rivals(subject, alive, patience)


def _when(subject: Subject, discount: Discount) -> Formula:
    if discount.when is None:
        return ALWAYS
    return read_formula(discount.when.source, subject.vocabulary)


def _line(subject: Subject, discount: Discount) -> Formula:
    """What a line must be to be reduced."""
    wanted = discount.each or discount.lines
    role = read_line_formula({"role": list(_ROLES)}, subject.vocabulary)
    if wanted is None:
        return role
    return All((role, read_line_formula(wanted.source, subject.vocabulary)))


def _is_dead(subject: Subject, discount: Discount, patience: Patience) -> bool:
    path = f"discounts.{discount.discount}"
    when, line = _when(subject, discount), Some(_line(subject, discount))

    def possible(*parts: Formula) -> bool:
        wishes: list[Wish] = [(part, False) for part in parts]
        return can_hold(wishes, has_lines=True, patience=patience)

    if discount.when is not None and not possible(when):
        remedy = "Correct the condition: no purchase can meet all of it."
        subject.warn(f"{path}.when", discount.when.source, "can_never_fire", remedy)
        return True
    wanted = discount.each or discount.lines
    if wanted is not None and not possible(line):
        name = "each" if discount.each is not None else "lines"
        remedy = "Correct the filter: only goods and delivery are ever reduced."
        subject.warn(f"{path}.{name}", wanted.source, "can_never_fire", remedy)
        return True
    if not possible(when, line):
        remedy = "Correct the condition or the lines: no purchase meets both."
        subject.warn(path, "", "can_never_fire", remedy)
        return True
    return False


def limit_paths(subject: Subject, discount: Discount) -> list[str]:
    """Where the limits of a discount stand in the document."""
    raw = (subject.raw.get("discounts") or {}).get(discount.discount) or {}
    path = f"discounts.{discount.discount}.limit"
    listed = isinstance(raw.get("limit"), list | tuple)
    return [f"{path}[{index}]" if listed else path for index in range(len(discount.limits))]


def _check_caps(subject: Subject, discount: Discount) -> None:
    paths = limit_paths(subject, discount)
    for path, limit in zip(paths, discount.limits, strict=True):
        if 0 in (limit.times, limit.units):
            subject.warn(path, 0, "allows_nothing", _ZERO)
            continue
        _check_amount(subject, discount, path, limit.units)
    if discount.budget is None:
        return
    budget = subject.programme.budgets[discount.budget]
    path = f"discounts.{discount.discount}.budget"
    if 0 in (budget.units, budget.times):
        subject.warn(path, 0, "allows_nothing", _ZERO)
        return
    _check_amount(subject, discount, path, budget.units)


def _check_amount(subject: Subject, discount: Discount, path: str, room: int | None) -> None:
    """A cap that is lower than what is taken off at once."""
    cut = discount.cut
    once = discount.each is None and discount.cheapest is None
    if room is None or not once or not isinstance(cut, AmountOff) or room >= cut.amount:
        return
    currency = subject.programme.currency
    remedy = f"Allow at least the {format_amount(cut.amount, currency)} that it takes off at once."
    subject.warn(path, format_amount(room, currency), "cap_below_amount", remedy)


def _check_ladder(subject: Subject, discount: Discount) -> None:
    cut = discount.cut
    if isinstance(cut, ShareLadder) and len(cut.steps) == 1 and not cut.steps[0].threshold:
        remedy = "Add a higher step, or write it as a discount: everybody has reached this one."
        subject.warn(f"discounts.{discount.discount}.ladder.steps", "", "single_step", remedy)


def _check_rivals(subject: Subject, alive: list[Discount], patience: Patience) -> None:
    """Shares of one group of which the best counts: a lower one under a higher one."""
    for lesser in alive:
        for better in _plain_shares(subject, alive, lesser):
            mine = All((_when(subject, lesser), Some(_line(subject, lesser))))
            theirs = _when(subject, better)
            wishes: list[Wish] = [(mine, False)]
            if not implies(wishes, theirs, has_lines=True, patience=patience):
                continue
            remedy = f"Take off more than {better.discount} does, or ask for less: it always wins."
            path = f"discounts.{lesser.discount}.discount"
            subject.warn(path, "", "always_beaten", remedy)
            break


def _plain_shares(subject: Subject, alive: list[Discount], lesser: Discount) -> Iterator[Discount]:
    """Discounts of the same group, lines and time that take a higher share off, or the same one
    and come first."""
    group = lesser.group
    if group is None or subject.programme.groups[group].mode != "best":
        return
    if not isinstance(lesser.cut, Percentage):
        return
    for other in alive:
        if other is lesser or other.group != group or not isinstance(other.cut, Percentage):
            continue
        ahead = alive.index(other) < alive.index(lesser)
        if other.cut.share < lesser.cut.share or (
            other.cut.share == lesser.cut.share and not ahead
        ):
            continue
        same = (
            _source(other) == _source(lesser)
            and other.rounding == lesser.rounding
            and (other.cheapest, other.on_reduced) == (lesser.cheapest, lesser.on_reduced)
            and not other.limits
            and other.budget is None
        )
        whenever = (other.starts_at, other.ends_at) in (
            (None, None),
            (lesser.starts_at, lesser.ends_at),
        )
        if same and whenever:
            yield other


def _source(discount: Discount) -> object:
    return None if discount.lines is None else discount.lines.source
