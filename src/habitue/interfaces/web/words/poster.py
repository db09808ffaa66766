"""The poster: the few sentences of a programme that matter to whoever walks past, the ladder of its
rewards, and how to join.  Everything else is said by the rule sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Final

from django.utils.translation import gettext as _

from habitue.domain.programme.model import VOUCHER, Give, Programme, Rate, Reward, Rule
from habitue.interfaces.web.words.conditions import only_if
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.rewards import in_force, ladder
from habitue.interfaces.web.words.rules import short_sentences
from habitue.kit.instants import Instant

MOST_PROMISES: Final = 4
MOST_RUNGS: Final = 8
# A voucher for what cannot be had for points.
_PRICELESS: Final = Fraction(10**6)
# What is told first; of each, one rule before any gets a second.
_OCCASIONS: Final = ("purchase", "visit", "enrolment", "birthday", "anniversary")


@dataclass(frozen=True, slots=True)
class Promise:
    """What a rule promises, in one or two sentences."""

    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Rung:
    """A reward with its price; ``note`` says who may have it, where not everybody may."""

    price: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class Poster:
    """What the poster of a programme says."""

    title: str
    lead: str
    promises: tuple[Promise, ...]
    ladder_heading: str
    rungs: tuple[Rung, ...]
    join_heading: str
    join_sentence: str


def poster(lexicon: Lexicon, *, now: Instant, with_code: bool) -> Poster:
    """The poster as the programme stands at ``now``; ``with_code`` where a QR code to join stands
    beside the words."""
    return Poster(
        title=lexicon.title(),
        lead=_("Our thanks to everyone who comes back."),
        promises=tuple(_promises(lexicon, now)),
        ladder_heading=_("What your loyalty gets you"),
        rungs=tuple(_rungs(lexicon, now)),
        join_heading=_("Join us"),
        join_sentence=(
            _("Scan the code with your phone, or ask us at the till.")
            if with_code and lexicon.programme.joining == "open"
            else _("Ask us at the till.")
        ),
    )


def _promises(lexicon: Lexicon, now: Instant) -> Iterator[Promise]:
    """One rule of each kind, in the order of kinds; then further ones, as long as there is room."""
    rules = [rule for rule in lexicon.programme.rules if in_force(rule, now) and _is_told(rule)]
    rules.sort(key=partial(_place, programme=lexicon.programme, now=now))
    firsts = {_kind(rule): rule for rule in reversed(rules)}
    chosen = sorted(firsts.values(), key=_kind)[:MOST_PROMISES]
    chosen += [rule for rule in rules if rule not in chosen][: MOST_PROMISES - len(chosen)]
    for rule in sorted(chosen, key=_kind):
        yield Promise(lexicon.rule(rule.rule), " ".join(short_sentences(rule, lexicon)))


def _is_told(rule: Rule) -> bool:
    """Corrections and returns are nothing to look forward to."""
    return rule.on in _OCCASIONS


def _kind(rule: Rule) -> int:
    """What comes first: what everybody earns with money, then with pieces, then the occasions; what
    is given under a condition, and what multiplies, comes after."""
    if rule.on != "purchase":
        return 2 + _OCCASIONS.index(rule.on)
    if rule.each is not None:
        return 1
    is_rate = any(isinstance(give, Rate) for give in rule.gives)
    if is_rate and rule.when is None:
        return 0
    return 9 if is_rate else 8 if rule.multiply is not None else 7


def _place(
    rule: Rule, *, programme: Programme, now: Instant
) -> tuple[int, bool, bool, Fraction, str]:
    """Of one kind, what everybody gets now stands before what asks for something or is to come,
    and the more generous before the less."""
    is_to_come = rule.starts_at is not None and rule.starts_at > now
    worth = rule.multiply or max((_worth(give, programme) for give in rule.gives), default=0)
    return _kind(rule), rule.when is not None, is_to_come, -Fraction(worth), rule.rule


def _worth(give: Give, programme: Programme) -> Fraction:
    """How much a gift looks like to whoever walks past: its number, or what its reward costs."""
    if isinstance(give, Rate):
        return give.units / give.per if give.per else Fraction(0)
    if not give.currency.startswith(VOUCHER):
        return Fraction(give.units, 10 ** programme.points[give.currency].decimals)
    prices = programme.rewards[give.currency.removeprefix(VOUCHER)].prices
    return give.units * max(
        (Fraction(one.units, 10 ** programme.points[one.currency].decimals) for one in prices),
        default=_PRICELESS,
    )


def _rungs(lexicon: Lexicon, now: Instant) -> Iterator[Rung]:
    """The rewards that points pay for, the cheapest first."""
    priced = [one for one in ladder(lexicon.programme, now) if one.prices]
    for reward in priced[:MOST_RUNGS]:
        prices = [lexicon.points(price.units, price.currency) for price in reward.prices]
        yield Rung(joined(prices, word="or"), lexicon.reward(reward.reward), _who(reward, lexicon))


def _who(reward: Reward, lexicon: Lexicon) -> str:
    return "" if reward.when is None else only_if(reward.when.source, lexicon)
