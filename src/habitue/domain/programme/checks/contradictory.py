"""Settings that cancel or contradict one another.

* ``lapses_before_use`` (an error): every lot expires no later than the day on which it could first
  be spent, by the longest possible time to expiry (rounded up) and the shortest pending one.  With
  dates for both, only what is earned before the earlier one lapses so: a warning.
* ``reenter_below_keep``: who comes back with so little falls again at the next reckoning.
* ``keep_not_ascending``: a lower tier is harder to keep than a higher one, in every metric of both.
* ``grace_too_long``: the grace surely lasts longer than the tier itself.
* ``without_effect``: ``keep``, ``reenter`` or ``grace`` where tiers are held for ever; nothing is
  ever reckoned again.
* ``limit_above_budget``: one member may have as much as the budget holds for all, or more: the
  budget ends first.
* ``limit_without_effect``: of two limits of one kind, the one over a part of the other's time
  allows no less, so the other one always acts first.  Calendar weeks lie in no month.
* ``earns_less_above`` (a note): a higher tier multiplies less than a lower one.
"""

from __future__ import annotations

from itertools import pairwise, permutations

from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.checks.dead import budget_path, limit_paths
from habitue.domain.programme.checks.lengths import fewest_days, most_days
from habitue.domain.programme.measures import Limit
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresOnDates,
    Expiry,
    Pending,
    PendingFor,
    PendingUntil,
    Rule,
    Tier,
    Tiers,
)
from habitue.domain.programme.structures import written_structures
from habitue.kit.periods import Period

# How much later a lot expires at most where its end is rounded up.
_ROUNDED = {None: 0, "day": 0, "week": 7, "month": 31, "quarter": 92, "year": 366}
_PARTS = {
    "day": {"week", "month", "quarter", "year"},
    "week": set[str](),
    "month": {"quarter", "year"},
    "quarter": {"year"},
    "year": set[str](),
}


def check_contradictory(subject: Subject) -> None:
    """Look at points, limits and tiers."""
    _check_lapse(subject)
    for rule in subject.programme.rules:
        _check_limits(subject, rule)
    for tiers in subject.programme.structures:
        _check_tiers(subject, tiers)


def _check_lapse(subject: Subject) -> None:
    for code, points in subject.programme.points.items():
        places: list[tuple[str, Expiry]] = [(f"points.{code}.expires", points.expiry)]
        places += [
            (f"points.{code}.expires_by_tier.{tier}", expiry)
            for tier, expiry in points.expiry_by_tier.items()
        ]
        for path, expiry in places:
            if _lapses(expiry, points.pending):
                remedy = "Let points expire after they can be spent: shorten pending, or lengthen."
                dated = isinstance(points.pending, PendingUntil)
                say = subject.warn if dated else subject.faults.add
                say(path, "", "lapses_before_use", remedy)


def _lapses(expiry: Expiry, pending: Pending) -> bool:
    if isinstance(pending, PendingFor):
        waits = fewest_days(pending.period)
        if isinstance(expiry, ExpiresAfter):
            return most_days(expiry.period) + _ROUNDED[expiry.round_up_to] <= waits
        # The dates come back every year, so that no lot lives longer than one.
        return isinstance(expiry, ExpiresOnDates) and waits > 366
    if isinstance(pending, PendingUntil):
        return isinstance(expiry, ExpiresAt) and expiry.at <= pending.at
    return False


def _check_limits(subject: Subject, rule: Rule) -> None:
    placed = list(zip(limit_paths(subject, rule), rule.limits, strict=True))
    for path, limit in placed:
        for budget in rule.budgets:
            if limit.every is None:
                continue
            for mine, theirs in ((limit.units, budget.units), (limit.times, budget.times)):
                if mine is not None and theirs is not None and mine > theirs > 0:
                    remedy = f"Lower it below {budget_path(budget.key)}, which ends first."
                    subject.warn(path, mine, "limit_above_budget", remedy)
    for (path, part), (_, whole) in permutations(placed, 2):
        if _needless(part, whole):
            remedy = "Remove it, or allow less: another limit of the rule always acts first."
            subject.warn(path, "", "limit_without_effect", remedy)


def _needless(part: Limit, whole: Limit) -> bool:
    """Whether ``part`` allows in its shorter time no less than ``whole`` in its longer one."""
    if part.every is None or whole.every is None or part.overflow != whole.overflow:
        return False
    if part.every.calendar is None or whole.every.rolling is not None:
        return False
    longer = whole.every.calendar
    if longer is not None and longer not in _PARTS[part.every.calendar]:
        return False
    return _no_less(part.times, whole.times) or _no_less(part.units, whole.units)


def _no_less(mine: int | None, theirs: int | None) -> bool:
    return mine is not None and theirs is not None and mine >= theirs > 0


def _check_tiers(subject: Subject, tiers: Tiers) -> None:
    raw = written_structures(subject.raw)[tiers.name]
    for tier in tiers.tiers:
        if any(
            back is not None and kept is not None and back < kept
            for back, kept in zip(tier.reenter, tier.keep, strict=True)
        ):
            remedy = "Raise it to what keep asks: who comes back with less falls again."
            subject.warn(f"{tiers.path}.{tier.code}.reenter", "", "reenter_below_keep", remedy)
    for lower, higher in pairwise(tiers.tiers):
        if _harder_to_keep(lower, higher):
            remedy = f"Raise it to what {lower.code} needs: {lower.code} is harder to keep."
            subject.warn(f"{tiers.path}.{higher.code}.keep", "", "keep_not_ascending", remedy)
        if higher.multiply < lower.multiply:
            remedy = f"Multiply no less than {lower.code}: rising makes earning slower."
            path = f"{tiers.path}.{higher.code}.multiply"
            subject.note(path, str(higher.multiply), "earns_less_above", remedy)
    valid = tiers.valid
    if valid is None:
        _check_for_ever(subject, tiers)
    elif tiers.grace is not None:
        longest = most_days(valid) if isinstance(valid, Period) else 2 * 366
        if fewest_days(tiers.grace) > longest:
            remedy = "Shorten it: the grace lasts longer than the tier."
            subject.warn(f"{tiers.path}.grace", raw.get("grace"), "grace_too_long", remedy)


def _harder_to_keep(lower: Tier, higher: Tier) -> bool:
    kept = [
        (low, high)
        for low, high in zip(lower.keep, higher.keep, strict=True)
        if low is not None or high is not None
    ]
    return bool(kept) and all(
        low is not None and high is not None and high < low for low, high in kept
    )


def _check_for_ever(subject: Subject, tiers: Tiers) -> None:
    raw = written_structures(subject.raw)[tiers.name]
    remedy = "Remove it, or say how long a tier is valid: it is held for ever."
    if tiers.grace is not None:
        subject.warn(f"{tiers.path}.grace", raw.get("grace"), "without_effect", remedy)
    for tier in tiers.tiers:
        for name in ("keep", "reenter"):
            given = (raw.get(tier.code) or {}).get(name)
            if given is not None:
                subject.warn(f"{tiers.path}.{tier.code}.{name}", given, "without_effect", remedy)
