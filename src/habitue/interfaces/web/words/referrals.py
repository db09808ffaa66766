"""Bringing friends, in words: when it counts, and conditions on who was brought."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

from habitue.domain.programme.referrals import Referral
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.periods import Period

_YES: Final = (True, "yes", "true")


def referral_sentences(terms: Referral, lexicon: Lexicon, *, rewarded: bool) -> Iterator[str]:
    """When it counts that a member brought a friend; ``rewarded``: some rule gives for it."""
    values = {
        "amount": lexicon.round_money(terms.spend),
        "within": lexicon.period_after(Period(terms.within_days, "day")),
        "vests": lexicon.period(Period(terms.vests_days, "day")),
    }
    yield _("Every member has a link of their own with which friends join.")
    if terms.spend:
        yield (
            _("It counts once the friend has bought for %(amount)s within %(within)s of joining.")
            % values
        )
    else:
        yield _("It counts once the friend has bought something within %(within)s of joining.") % (
            values
        )
    if rewarded:
        yield (
            _("Whoever brought them is given something %(vests)s later, unless it was returned.")
            % values
        )
    yield _("A friend can be brought once, and only somebody who is not a member yet.")


def referred_clause(given: Any) -> str:
    """A comparison with having been brought by a member, as a clause; empty for others."""
    word, value = next(iter(given.items())) if isinstance(given, Mapping) else ("is", given)
    if word not in ("is", "is_not") or (isinstance(given, Mapping) and len(given) != 1):
        return ""
    if (value in _YES) == (word == "is"):
        return _("a member has brought them")
    return _("no member has brought them")
