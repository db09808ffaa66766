"""What a document says of bringing friends, before and after it changes (``test_sheet``)."""

from __future__ import annotations

from typing import Final

from habitue.domain.programme.referrals import Referral

MODELS: Final = (Referral,)

_RULES = "earn: {friend: {on: referral, give: {points: 100}}}"


def referral(terms: str) -> str:
    """The document with these terms."""
    return f"{_RULES}\nreferral: {{{terms}}}"


CHANGES: Final[dict[str, tuple[str, str]]] = {
    "Programme.referral": (_RULES, referral("spend: 20.00")),
    "Referral.spend": (referral("spend: 20.00"), referral("spend: 0")),
    "Referral.within_days": (referral("within: 60 days"), referral("within: 61 days")),
    "Referral.vests_days": (referral("vests: 30 days"), referral("vests: 14 days")),
}
