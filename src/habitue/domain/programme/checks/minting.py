"""Ways to make points from nothing, as often as one likes.

Every finding here is a loop that the engine ran: three times on one day, each time with the same
gain.  Rules that something bounds (a cap for each member in some period, a budget, the most that a
member may hold) are left out, and so are rules whose conditions ask for what the loop itself may
change, balances and tiers, or for what is not known.  Everything else that conditions ask for is
the same each time: what was bought and wholly returned no longer counts as a purchase, and visits
are counted in days.  So a loop that ran three times runs for ever.

* ``minted_by_returns``: somebody buys and returns, and has more than before.  A rule gives points
  on a return; or a fixed gift is kept (``returns: keep_bonus``) where everything is refunded but
  the smallest coin.  Where all of it comes back nothing is kept, and the purchase that is left
  counts as one: conditions on earlier purchases are left out there;
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
from typing import Any

from habitue.domain.engine.types import Decision
from habitue.domain.events import Line, ReturnedLine
from habitue.domain.programme.checks.asking import PURCHASE, Asked, Subject
from habitue.domain.programme.checks.formulas import Opaque, values_of
from habitue.domain.programme.checks.trial import (
    Trial,
    amounts,
    decided,
    event_of,
    example_of,
    fired,
    outcome_of,
)
from habitue.domain.programme.checks.witness import (
    Scene,
    plain_amount,
    quiet_scene,
    scenes_of,
    wishes_of,
)
from habitue.domain.programme.model import Fixed, Programme, Rate, Rule
from habitue.kit.instants import MINUTE, local_day
from habitue.kit.money import currency_exponent

_TIMES = 3
_TIER_RULE = "tier:"
_ON_VISIT = "visit"
_REPEATABLE = (_ON_VISIT, "enrolment", "adjustment")
_CHANGED_BY_LOOPS = ("member.balance.", "member.tier")
_CHANGED_BY_KEEPING = (*_CHANGED_BY_LOOPS, "member.purchases")


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
    changed = _CHANGED_BY_KEEPING if asked.rule.on == PURCHASE else _CHANGED_BY_LOOPS
    return not any(
        isinstance(one, Opaque) or one.leaf.field.startswith(changed)
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


def _loop(
    programme: Programme,
    rule: Rule,
    turn: list[Scene],
    back: tuple[ReturnedLine, ...] = (),
) -> dict[str, Any] | None:
    """The example of a new member who makes the same events happen again and again; ``None`` where
    not every turn gains from the rule."""
    trial, codes = Trial(programme), _gifts(programme, rule)
    many = _TIMES * len(turn)
    start, end = (turn[0].at(programme.zone) + minutes * MINUTE for minutes in (0, many))
    same_day = local_day(start, programme.zone) == local_day(end, programme.zone)
    if not same_day or not all(scene.is_of_new_member for scene in turn):
        return None
    held = 0
    for number in range(many):
        scene = turn[number % len(turn)]
        event = event_of(programme, scene, number + 1, later=number * MINUTE, back=back)
        decision = trial.happen(event)
        if decision is None or (scene.kind == rule.on and not _gave(decision, rule)):
            return None
        if scene is turn[-1]:
            now = sum(trial.state.balance(code) for code in codes)
            if now <= held:
                return None
            held = now
    gained = {code: trial.state.balance(code) for code in codes}
    return {
        "events": trial.steps[: len(turn)],
        "times": _TIMES,
        "gained": amounts(programme, gained),
    }


def _gave(decision: Decision, rule: Rule) -> bool:
    outcome = outcome_of(decision, rule.rule)
    return outcome is not None and outcome.given > 0


def _check_returns(subject: Subject, asked: Asked) -> None:
    programme, rule = subject.programme, asked.rule
    for scene in scenes_of(programme, [asked]):
        if rule.on == "return":
            plain = quiet_scene(programme, rule, PURCHASE)
            turn = [replace(plain, day=scene.day, minute=scene.minute), scene]
            example = _loop(programme, rule, turn)
            remedy = "Remove it, or limit it: whoever buys and returns makes points from nothing."
        else:
            turn = [scene, replace(scene, kind="return")]
            example = _loop(programme, rule, turn, _all_but_a_coin(scene.lines))
            remedy = (
                "Add limit: {per_member: 1}, or write returns: re_evaluate for these points: the "
                "gift is kept where nearly everything is refunded."
            )
        if example is not None:
            subject.warn(f"earn.{rule.rule}", "", "minted_by_returns", remedy, example)
            return


def _all_but_a_coin(lines: tuple[Line, ...]) -> tuple[ReturnedLine, ...]:
    """A refund of everything but one minor unit of the dearest line."""
    dearest = max(lines, key=lambda line: line.amount)
    left = {line.line: line.amount - int(line is dearest) for line in lines}
    return tuple(ReturnedLine(line, amount=amount) for line, amount in left.items() if amount)


def _check_repeated(subject: Subject, asked: Asked) -> None:
    rule = asked.rule
    for scene in scenes_of(subject.programme, [asked]):
        example = _loop(subject.programme, rule, [scene])
        if example is None:
            continue
        often = "per_member: 1, every: day" if rule.on == _ON_VISIT else "per_member: 1"
        remedy = f"Add limit: {{{often}}}, or a budget: each {rule.on} gives again."
        say = subject.warn if rule.on == _ON_VISIT else subject.note
        say(f"earn.{rule.rule}", "", "repeated_at_will", remedy, example)
        return


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
    counted = [one.rule.rule for one in (*rates, *factors)]
    rules = tuple(rule for rule in programme.rules if not _bounded(rule))
    unbounded = replace(programme, rules=rules)
    for scene in _cashback_scenes(programme, rates, factors):
        alone, whole = decided(unbounded, scene), decided(programme, scene)
        if alone is None or whole is None:
            continue
        back = sum(
            posting.amount
            for posting in alone.postings
            if posting.kind == "earn"
            and posting.currency == code
            and ((posting.rule or "") in counted or (posting.rule or "").startswith(_TIER_RULE))
        )
        share = min(_share(programme, scene, code, units) for units in (back, whole.total(code)))
        if share > 1:
            names = ", ".join(one.rule.rule for one in (*rates, *factors) if fired(whole, one))
            remedy = f"Lower the rates or factors of {names}, or let them share a stacking group."
            example = example_of(programme, scene, whole)
            percent = f"{int(share * 100)} %"
            subject.warn(f"points.{code}", percent, "cashback_above_spend", remedy, example)
            return


def _share(programme: Programme, scene: Scene, code: str, units: int) -> Fraction:
    """What so many units are worth, as a share of what the basket costs."""
    cost = Fraction(sum(line.amount for line in scene.lines))
    cost /= 10 ** currency_exponent(programme.currency)
    return Fraction(units, 10 ** programme.points[code].decimals) / cost if cost else Fraction(0)


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
    tops = [
        max((tier.multiply for tier in tiers.tiers), default=Fraction(1))
        for tiers in programme.structures
        if tiers.multiplied_currency == code
    ]
    for top in tops if programme.multipliers == "multiply" else (max(tops, default=Fraction(1)),):
        most *= top
    return most


def _cashback_scenes(
    programme: Programme, rates: list[Asked], factors: list[Asked]
) -> Iterator[Scene]:
    """Purchases at which as many of the rules apply as can be, to the same goods, in each tier."""
    amount = 10 * plain_amount(programme)
    everything = [*rates, *factors]
    tried: set[str] = set()
    for seed in everything:
        if seed.rule.rule in tried:
            continue
        together = [seed]
        for other in everything:
            wishes = wishes_of([*together, other], one_line=True)
            if other is not seed and seed.can(wishes):
                together.append(other)
        tried |= {one.rule.rule for one in together}
        for scene in scenes_of(programme, together, amount=amount, one_line=True):
            yield scene
            yield from _in_every_tier(programme, scene)


def _in_every_tier(programme: Programme, scene: Scene) -> Iterator[Scene]:
    """The scene with the member in each tier of the main structure; in the further structures they
    have what multiplies most, which is as much as can be."""
    beside = {
        tiers.key: max(tiers.tiers, key=lambda tier: tier.multiply).code
        for tiers in programme.beside
        if tiers.tiers
    }
    codes = [tier.code for tier in programme.tiers.tiers] if programme.tiers is not None else []
    for code in codes:
        if code != scene.tier or beside:
            yield replace(scene, tier=code, beside={**beside, **scene.beside})
