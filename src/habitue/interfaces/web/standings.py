"""Where a member stands, in words: shared by the portal, the till and the back office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habitue.domain.tier_progress import Goal, TierProgress
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.thresholds import measure_text
from habitue.kit.instants import Instant, datetime_of, local_day
from habitue.selectors.balances import CurrencyBalance
from habitue.selectors.standing import Standing

_CARD_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Coming:
    """Points that expire, or become available, on a day."""

    day: str
    points: str
    days_left: int


@dataclass(frozen=True, slots=True)
class BalanceInWords:
    """A currency of points as a page shows it; ``card`` is how many stamps fill one, or 0."""

    code: str
    name: str
    figure: str
    points: str
    available: int
    is_stamps: bool
    is_voucher: bool
    card: int
    pending: str
    debt: str
    expiring: tuple[Coming, ...]
    activating: tuple[Coming, ...]
    waiting: str

    @property
    def places(self) -> range:
        """The places of the stamps on the card that is being filled, or all of them up to what
        fits on a page."""
        held = max(self.available, 0)
        if self.card:
            return range(
                held
                if held < self.card
                else self.card
                if held % self.card == 0
                else held % self.card
            )
        return range(min(held, _CARD_AT_MOST))

    @property
    def free_places(self) -> range:
        """What is still empty on the card that is being filled."""
        return range(self.card - len(self.places) if self.card <= _CARD_AT_MOST else 0)

    @property
    def full_cards(self) -> int:
        """How many cards are full."""
        return max(self.available, 0) // self.card if self.card else 0


@dataclass(frozen=True, slots=True)
class TierInWords:
    """One structure of tiers as a page shows it; ``structure`` is what it is called, empty where it
    is the only one."""

    structure: str
    name: str
    has_tier: bool
    until: str
    grace: bool
    perks: str
    keep: str
    kept: bool
    then: str
    next_name: str
    next: str
    percent: int


def balances_in_words(standing: Standing, lexicon: Lexicon) -> tuple[BalanceInWords, ...]:
    """All currencies of points, stamps after them, and last vouchers and entries that are held."""
    held = [
        _balance(one, lexicon, standing.balances.as_of)
        for one in standing.balances.points.values()
        if not lexicon.is_right(one.currency) or one.available or one.pending
    ]
    return tuple(
        sorted(held, key=lambda one: (lexicon.is_right(one.code), one.is_stamps, one.code))
    )


def _balance(held: CurrencyBalance, lexicon: Lexicon, now: Instant) -> BalanceInWords:
    code = held.currency
    waiting = sum(units for at, units in held.activating if at is None)
    return BalanceInWords(
        code=code,
        name=lexicon.currency(code),
        figure=lexicon.figure(held.available, code),
        points=lexicon.points(held.available, code),
        available=held.available,
        is_stamps=lexicon.is_stamps(code),
        is_voucher=lexicon.is_voucher(code),
        card=lexicon.card(code),
        pending=lexicon.points(held.pending, code) if held.pending else "",
        debt=lexicon.points(held.debt, code) if held.debt else "",
        expiring=_coming(held.expiring, code, lexicon, now, before=True),
        activating=_coming(
            [(at, units) for at, units in held.activating if at is not None],
            code,
            lexicon,
            now,
            before=False,
        ),
        waiting=lexicon.points(waiting, code) if waiting else "",
    )


def _coming(
    when: object, code: str, lexicon: Lexicon, now: Instant, *, before: bool
) -> tuple[Coming, ...]:
    """Days with the points of each.  What expires at midnight can be used through the day before,
    and that is the day that is said."""
    zone = lexicon.programme.zone
    by_day: dict[int, int] = {}
    pairs: list[tuple[Instant, int]] = list(when)  # type: ignore[call-overload]  # pairs of an instant and units
    for at, units in pairs:
        day = local_day(at - 1 if before else at, zone)
        by_day[day] = by_day.get(day, 0) + units
    today = local_day(now, zone)
    return tuple(
        Coming(
            formats.day(datetime_of(0).date().fromordinal(day), language=lexicon.language),
            lexicon.points(units, code),
            day - today,
        )
        for day, units in sorted(by_day.items())
    )


def tiers_in_words(progress: Iterable[TierProgress], lexicon: Lexicon) -> tuple[TierInWords, ...]:
    """In each structure the tier, what keeps it, and what leads to the next one."""
    return tuple(_tier_in_words(one, lexicon) for one in progress)


def _tier_in_words(progress: TierProgress, lexicon: Lexicon) -> TierInWords:
    until = progress.valid_until_date
    goal = progress.next
    return TierInWords(
        structure=lexicon.structure(progress.structure) if progress.structure else "",
        name=lexicon.tier(progress.tier),
        has_tier=bool(progress.tier),
        until=formats.day(until, language=lexicon.language) if until else "",
        grace=progress.grace,
        perks=joined([lexicon.perk(perk) for perk in progress.perks]),
        keep=_lacking(progress.keep, lexicon) if progress.keep else "",
        kept=progress.keep is not None and progress.keep.is_reached,
        then=lexicon.tier(progress.then) if progress.then != progress.tier else "",
        next_name=lexicon.tier(goal.tier) if goal else "",
        next=_lacking(goal, lexicon) if goal else "",
        percent=_percent(goal) if goal else 100,
    )


def _lacking(goal: Goal, lexicon: Lexicon) -> str:
    """What is still to come; empty where nothing is."""
    if goal.is_reached:
        return ""
    lacking = [
        measure_text(measure.metric, measure.lacks, lexicon)
        for measure in goal.measures
        if measure.lacks
    ]
    return joined(lacking, word="or" if goal.combine == "any" else "and")


def _percent(goal: Goal) -> int:
    shares = [measure.percent for measure in goal.measures] or [0]
    return max(shares) if goal.combine == "any" else min(shares)


def greeting_of(name: str) -> str:
    """How a page says hello."""
    return _("Hello, %(name)s") % {"name": name} if name else _("Hello")
