"""Referrals: when it counts that a member brought a friend.

What is given is said by rules: ``on: referred`` for the friend, ``on: referral`` for the member.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticCustomError

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.parts import Days, Part
from habitue.domain.programme.reading import read_units


@dataclass(frozen=True, slots=True)
class Referral:
    """A referral counts once the friend has kept a purchase of ``spend`` minor units, made within
    ``within_days`` of joining, for ``vests_days`` (at least one): so long can its goods come
    back."""

    spend: int
    within_days: int
    vests_days: int


class ReferralPart(Part):
    """The section ``referral`` as it stands in the document."""

    spend: Any = 0
    within: Days = 90
    vests: Days = 30


def build_referral(part: ReferralPart | None, *, exponent: int, faults: Faults) -> Referral | None:
    """The terms of referrals; ``exponent`` is that of the programme's money."""
    if part is None:
        return None
    try:
        spend = read_units(part.spend, exponent)
    except PydanticCustomError as error:
        faults.add("referral.spend", part.spend, error.type, error.message())
        return None
    return Referral(spend, part.within, part.vests)
