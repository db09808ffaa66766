"""Where a referral stands at an instant: computed from what the friend bought, never stored.

Invariants.
* A purchase counts that was made after the friend joined, at the latest on the last day of the
  terms, and that still keeps the amount of the terms when its goods can no longer come back.
* Its window closes at the start of the local day so many days after it, in the programme's zone;
  at that instant the referral vests, whoever looks at it and whenever.
* Of several purchases the first whose window closes counts.  So the order of arrival says nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from habitue.domain.identity.cards import ALPHABET, check_character
from habitue.domain.programme.referrals import Referral
from habitue.kit.instants import Instant, day_start, local_day

# What a till reports so many days late still counts.
LATE_DAYS: Final = 31

State: TypeAlias = Literal["open", "waiting", "vested", "lapsed"]
Kept: TypeAlias = Callable[[str, Instant], int]
"""What a purchase keeps of its spend (minor units) up to and with an instant."""


@dataclass(frozen=True, slots=True)
class Bought:
    """A purchase of the friend: its id, and when it was made."""

    event_id: str
    at: Instant


@dataclass(frozen=True, slots=True)
class ReferralStanding:
    """Where a referral stands.

    ``open``: the friend can buy until ``until``.  ``waiting``: a purchase counts unless it comes
    back before ``until``.  ``vested`` at ``until``.  ``lapsed`` since ``until``.
    """

    state: State
    until: Instant


def referral_standing(
    terms: Referral,
    *,
    zone: str,
    joined_at: Instant,
    bought: Sequence[Bought],
    kept: Kept,
    at: Instant,
) -> ReferralStanding:
    """Where a referral stands at ``at``; ``bought`` may be in any order, and hold more than counts.

    ``kept`` is asked about few of the purchases, the earliest first.
    """
    last = local_day(joined_at, zone) + terms.within_days
    closes = day_start(last + 1, zone)
    counting = sorted(
        (one for one in bought if joined_at <= one.at < closes and one.at <= at),
        key=lambda one: (one.at, one.event_id),
    )
    for one in counting:
        settled = window_closes(terms, one.at, zone)
        if _is_enough(terms, kept(one.event_id, min(at, settled - 1))):
            return ReferralStanding("vested" if settled <= at else "waiting", settled)
    return ReferralStanding("open" if at < closes else "lapsed", closes)


def window_closes(terms: Referral, bought_at: Instant, zone: str) -> Instant:
    """When what was bought then can no longer come back."""
    return day_start(local_day(bought_at, zone) + terms.vests_days, zone)


def looked_at_until(terms: Referral, joined_at: Instant, zone: str) -> Instant:
    """From when on nothing can change the referral any more, late reports included."""
    days = terms.within_days + terms.vests_days + LATE_DAYS
    return day_start(local_day(joined_at, zone) + days + 1, zone)


def _is_enough(terms: Referral, amount: int) -> bool:
    return amount >= max(1, terms.spend)


# Without what makes it a number of a member: a code identifies nobody at the till.
_CODE_LENGTH: Final = 10


def make_referral_code(randbelow: Callable[[int], int]) -> str:
    """A new code for friends, with a check character; ``randbelow`` comes from a cryptographic
    source, so that nobody guesses one."""
    body = "".join(ALPHABET[randbelow(len(ALPHABET))] for _ in range(_CODE_LENGTH))
    return body + check_character(body)


def read_referral_code(text: str) -> str | None:
    """A code as it was typed, in its normal form; ``None`` where it is none."""
    bare = "".join(text.split()).replace("-", "").upper()
    if len(bare) != _CODE_LENGTH + 1 or not set(bare) <= set(ALPHABET):
        return None
    return bare if check_character(bare[:-1]) == bare[-1] else None
