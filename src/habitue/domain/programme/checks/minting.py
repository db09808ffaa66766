"""Ways to make points from nothing, as often as one likes.

Every finding here is a loop that the engine ran: three times on one day, each time with the same
gain.  Rules that something bounds (a cap for each member in some period, a budget, the most that a
member may hold) are left out, and so are rules whose conditions ask for what the loop itself may
change, balances and tiers, or for what is not known.  Everything else that conditions ask for is
the same each time: what was bought and returned no longer counts as a purchase, and visits are
counted in days.  So a loop that ran three times runs for ever.

* ``minted_by_returns``: somebody buys and returns, and has more than before.  A rule gives points
  on a return, or a fixed gift is kept when the goods come back (``returns: keep_bonus``).
* ``repeated_at_will``: a rule gives whenever a visit is reported, however often on one day: a
  warning.  Enrolments and adjustments are made by staff or by a shop's system, and a second one of
  them gives again: a note.
* ``cashback_above_spend``: a purchase that gives back more money than it cost, through rates,
  multipliers and the tier's multiplier together.  Rules that something bounds are taken away first,
  and fixed gifts do not count.  The engine decides about the purchase.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

from habitue.domain.engine.types import Decision
from habitue.domain.events import Adjustment, Line
from habitue.domain.programme.checks.asking import PURCHASE, Asked, Subject
from habitue.domain.programme.checks.formulas import Opaque, values_of
from habitue.domain.programme.checks.search import can_hold
from habitue.domain.programme.checks.trial import (
    Trial,
    decided,
    event_of,
    example_of,
    fired,
    outcome_of,
    same_day,
)
from habitue.domain.programme.checks.witness import Scene, plain_amount, quiet_scene, scenes_of
from habitue.domain.programme.model import Fixed, Programme, Rate, Rule
from habitue.kit.instants import MINUTE
from habitue.kit.money import currency_exponent, format_decimal

_TIMES = 3
_MOST_SCENES = 4
_MOST_PURCHASES = 20
_TIER_RULE = "tier:"
_REPEATABLE = {"visit": "warning", "enrolment": "note", "adjustment": "note"}
_CHANGED_BY_LOOPS = ("member.balance.", "member.tier")


def check_minting(subject: Subject) -> None:
    """Find ways to make points from nothing."""
    for asked in subject.asked:
        rule = asked.rule
        if _bounded(rule) or not _steady(asked) or not _gifts(subject.programme, rule):
            continue
        if rule.on in ("return", PURCHASE):
            _check_returns(subject, asked)
        elif rule.on in _REPEATABLE:
            _check_repeated(subject, asked)
    for currency in subject.programme.points.values():
        if currency.kind == "cashback":
            _check_cashback(subject, currency.code)


def _bounded(rule: Rule) -> bool:
    return bool(rule.budgets) or any(limit.every is not None for limit in rule.limits)


def _steady(asked: Asked) -> bool:
    """Whether the condition sees the same each time that the loop is run."""
    return not any(
        isinstance(one, Opaque) or one.leaf.field.startswith(_CHANGED_BY_LOOPS)
        for one in values_of(asked.firing)
    )


def _gifts(programme: Programme, rule: Rule) -> list[str]:
    """The currencies of the rule's fixed gifts which nothing bounds and a return does not undo."""
    return [
        give.currency
        for give in rule.gives
        if isinstance(give, Fixed)
        and give.units
        and programme.points[give.currency].max_balance is None
        and (rule.on != PURCHASE or programme.points[give.currency].returns == "keep_bonus")
    ]


# --- loops ----------------------------------------------------------------------------------------


def _check_returns(subject: Subject, asked: Asked) -> None:
    programme, rule = subject.programme, asked.rule
    for scene in islice(scenes_of(programme, [asked]), _MOST_SCENES):
        bought, back = scene, replace(scene, kind="return")
        if rule.on == "return":
            bought = replace(
                quiet_scene(programme, rule, PURCHASE), day=scene.day, minute=scene.minute
            )
        trial, gained = _loop(programme, asked, bought, back)
        if gained is None:
            continue
        path = f"earn.{rule.rule}"
        if rule.on == "return":
            remedy = "Remove it, or limit it: whoever buys and returns makes points from nothing."
        else:
            remedy = (
                "Add limit: {per_member: 1}, or write returns: re_evaluate for these points: the "
                "gift is kept when the goods come back."
            )
        example = {
            "shows": "loop",
            "events": trial.steps[-2 * _TIMES :][:2],
            "times": _TIMES,
            "gained": gained,
        }
        subject.warn(path, "", "minted_by_returns", remedy, _with_tier(example, scene))
        return


def _loop(
    programme: Programme, asked: Asked, bought: Scene, back: Scene
) -> tuple[Trial, dict[str, str] | None]:
    """Buy and return three times; what was gained in all, or ``None`` where not each time."""
    trial = Trial(programme)
    codes = _gifts(programme, asked.rule)
    number = _prelude(trial, bought)
    if number is None or not same_day(programme, bought, 2 * _TIMES):
        return trial, None
    start = {code: trial.state.balance(code) for code in codes}
    before = sum(start.values())
    for turn in range(_TIMES):
        later = 2 * turn * MINUTE
        buying = event_of(programme, bought, number + 1, later=later)
        returning = event_of(programme, back, number + 2, later=later + MINUTE, of=number + 1)
        number += 2
        first, second = trial.happen(buying), trial.happen(returning)
        if first is None or second is None:
            return trial, None
        decision = second if asked.rule.on == "return" else first
        now = sum(trial.state.balance(code) for code in codes)
        if not _gave(decision, asked) or now <= before:
            return trial, None
        before = now
    gained = {code: trial.state.balance(code) - start[code] for code in codes}
    return trial, _texts(programme, gained)


def _check_repeated(subject: Subject, asked: Asked) -> None:
    programme, rule = subject.programme, asked.rule
    for scene in islice(scenes_of(programme, [asked]), _MOST_SCENES):
        trial = Trial(programme)
        codes = _gifts(programme, rule)
        number = _prelude(trial, scene)
        if number is None or not same_day(programme, scene, _TIMES):
            continue
        start = {code: trial.state.balance(code) for code in codes}
        for turn in range(_TIMES):
            event = event_of(programme, scene, number + 1 + turn, later=turn * MINUTE)
            decision = trial.happen(event)
            if decision is None or not _gave(decision, asked):
                break
        else:
            gained = {code: trial.state.balance(code) - start[code] for code in codes}
            example = {
                "shows": "repeated",
                "events": trial.steps[-_TIMES:],
                "times": _TIMES,
                "gained": _texts(programme, gained),
            }
            often = "per_member: 1, every: day" if rule.on == "visit" else "per_member: 1"
            remedy = f"Add limit: {{{often}}}, or a budget: each {rule.on} gives again."
            say = subject.warn if _REPEATABLE[rule.on] == "warning" else subject.note
            say(f"earn.{rule.rule}", "", "repeated_at_will", remedy, _with_tier(example, scene))
            return


def _gave(decision: Decision, asked: Asked) -> bool:
    outcome = outcome_of(decision, asked.rule.rule)
    return outcome is not None and outcome.fired and outcome.given > 0


def _prelude(trial: Trial, scene: Scene) -> int | None:
    """Bring a new member to where the scene finds them; the number of events that took.

    ``None`` where no past is made for it here.
    """
    programme, number = trial.programme, 0
    past: list[Scene] = []
    if scene.days_since_enrolment:
        past.append(_before(scene, "enrolment", scene.days_since_enrolment))
    if scene.purchases > _MOST_PURCHASES or any(scene.balances.values()):
        return None
    since = scene.days_since_visit or 1
    bought = replace(_before(scene, PURCHASE, since), lines=_quiet_lines(programme, scene))
    past += [bought] * scene.purchases
    missing = max(0, scene.visits - int(scene.purchases > 0))
    if missing > _MOST_PURCHASES:
        return None
    visits = [since + step for step in range(missing)] if not scene.purchases else []
    past += [_before(scene, "visit", days) for days in visits]
    for one in sorted(past, key=lambda earlier: earlier.day):
        number += 1
        if trial.happen(event_of(programme, one, number)) is None:
            return None
    if scene.tier:
        number += 1
        event = event_of(programme, replace(scene, kind="adjustment"), number, later=-MINUTE)
        if trial.happen(replace(event, body=Adjustment("example", tier=scene.tier))) is None:
            return None
    return number


def _quiet_lines(programme: Programme, scene: Scene) -> tuple[Line, ...]:
    """One plain line, or those of the scene where it has some."""
    if scene.lines:
        return scene.lines[:1]
    return quiet_scene(programme, programme.rules[0], PURCHASE).lines


def _before(scene: Scene, kind: str, days: int) -> Scene:
    return Scene(kind, scene.day - days, 12 * 60)


def _with_tier(example: dict[str, Any], scene: Scene) -> dict[str, Any]:
    member = {"tier": scene.tier, "purchases": scene.purchases, "visits": scene.visits}
    shown = {name: value for name, value in member.items() if value}
    return {"member": shown, **example} if shown else example


def _texts(programme: Programme, units: dict[str, int]) -> dict[str, str]:
    return {
        code: format_decimal(number, programme.points[code].decimals)
        for code, number in units.items()
        if number
    }


# --- cashback -------------------------------------------------------------------------------------


def _check_cashback(subject: Subject, code: str) -> None:
    programme = subject.programme
    free = [one for one in subject.asked if one.has_lines and not _bounded(one.rule)]
    rates = [one for one in free if _rate_of(programme, one.rule, code)]
    factors = [
        one for one in free if one.rule.multiplied_currency == code and (one.rule.multiply or 0) > 1
    ]
    if _most(programme, rates, factors, code) <= 1:
        return
    counted = {one.rule.rule for one in (*rates, *factors)}
    unbounded = replace(
        programme, rules=tuple(rule for rule in programme.rules if not _bounded(rule))
    )
    for scene in _cashback_scenes(programme, rates, factors):
        cost = Fraction(sum(line.amount for line in scene.lines))
        cost /= 10 ** currency_exponent(programme.currency)
        alone, whole = decided(unbounded, scene), decided(programme, scene)
        if alone is None or whole is None or not cost:
            continue
        back = sum(
            posting.amount
            for posting in alone.postings
            if posting.kind == "earn"
            and posting.currency == code
            and ((posting.rule or "") in counted or (posting.rule or "").startswith(_TIER_RULE))
        )
        one = 10 ** programme.points[code].decimals
        share = Fraction(back, one) / cost
        if share > 1 and Fraction(whole.total(code), one) > cost:
            names = ", ".join(one.rule.rule for one in (*rates, *factors) if fired(whole, one))
            remedy = f"Lower the rates or factors of {names}, or let them share a stacking group."
            example = example_of(programme, scene, whole, shows="above_spend")
            percent = f"{int(share * 100)} %"
            subject.warn(f"points.{code}", percent, "cashback_above_spend", remedy, example)
            return


def _rate_of(programme: Programme, rule: Rule, code: str) -> Fraction:
    """What a rule gives back of one unit of money."""
    scale = Fraction(10 ** currency_exponent(programme.currency))
    scale /= 10 ** programme.points[code].decimals
    rates = (give for give in rule.gives if isinstance(give, Rate) and give.currency == code)
    return sum((give.units / give.per * scale for give in rates if give.per), Fraction(0))


def _most(programme: Programme, rates: list[Asked], factors: list[Asked], code: str) -> Fraction:
    """An upper bound of what one unit of money gives back."""
    most = sum((_rate_of(programme, one.rule, code) for one in rates), Fraction(0))
    for one in factors:
        most *= one.rule.multiply or 1
    tiers = programme.tiers
    if tiers is not None and tiers.multiplied_currency == code:
        most *= max((tier.multiply for tier in tiers.tiers), default=Fraction(1))
    return most


def _cashback_scenes(
    programme: Programme, rates: list[Asked], factors: list[Asked]
) -> Iterator[Scene]:
    """Purchases at which as many of the rules apply as can be, to the same goods, in each tier."""
    amount = 10 * plain_amount(programme)
    tiers = programme.tiers.tiers if programme.tiers is not None else ()
    everything = [*rates, *factors]
    for seed in everything:
        together = [seed]
        for other in everything:
            if other is seed:
                continue
            wishes = [
                (formula, False)
                for one in (*together, other)
                for formula in (one.frame, one.when, one.some_line)
            ]
            if can_hold(wishes, has_lines=True):
                together.append(other)
        found = scenes_of(programme, together, amount=amount, one_line=True)
        for scene in islice(found, _MOST_SCENES):
            yield scene
            for tier in sorted(tiers, key=lambda one: -one.multiply):
                if tier.code != scene.tier:
                    yield replace(scene, tier=tier.code)
