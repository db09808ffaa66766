"""Referrals in words: shared by the portal and the back office."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from habitue.interfaces.texts import formats
from habitue.kit.instants import DAY, Instant
from habitue.selectors.referrals import ReferralRecord, Stage

STAGES: Final[dict[Stage, Promise]] = {
    Stage.CHECKING: pgettext_lazy("where a referral is", "being checked"),
    Stage.OPEN: pgettext_lazy("where a referral is", "joined"),
    Stage.WAITING: pgettext_lazy("where a referral is", "waits"),
    Stage.VESTED: pgettext_lazy("where a referral is", "counted"),
    Stage.LAPSED: pgettext_lazy("where a referral is", "lapsed"),
    Stage.REFUSED: pgettext_lazy("where a referral is", "refused"),
    Stage.SAME_PERSON: pgettext_lazy("where a referral is", "one person"),
    Stage.LEFT: pgettext_lazy("where a referral is", "ended"),
}
_SENTENCES: Final[dict[Stage, Promise]] = {
    Stage.CHECKING: gettext_lazy("Being checked. Somebody of the house looks at it."),
    Stage.OPEN: gettext_lazy("Waits for a first purchase, until %(day)s."),
    Stage.WAITING: gettext_lazy("Waits until %(day)s: what %(name)s bought can still be returned."),
    Stage.VESTED: gettext_lazy("Counted on %(day)s."),
    Stage.LAPSED: gettext_lazy("Lapsed: nothing that counts was bought in time and kept."),
    Stage.REFUSED: gettext_lazy("It does not count."),
    Stage.SAME_PERSON: gettext_lazy("It does not count: both memberships became one."),
    Stage.LEFT: gettext_lazy("It ended with the membership."),
}
SIGNS: Final[dict[str, Promise]] = {
    "same_mailbox": gettext_lazy("probably the same mailbox"),
    "same_phone": gettext_lazy("a phone number that both have had"),
    "same_identifier": gettext_lazy("a card or other identifier that both have had"),
    "same_device": gettext_lazy("the same browser"),
}


@dataclass(frozen=True, slots=True)
class ReferralInWords:
    """A referral as a page shows it; ``style`` is that of its badge."""

    record: ReferralRecord
    name: str
    stage: Promise
    style: str
    sentence: str
    joined: str
    signs: tuple[Promise | str, ...]


def referral_in_words(record: ReferralRecord, *, zone: str, language: str) -> ReferralInWords:
    """Where a referral stands, with its day in the programme's zone."""
    name = record.friend.name.partition(" ")[0] or _("your friend")
    good, warn = record.stage is Stage.VESTED, record.stage is Stage.CHECKING
    return ReferralInWords(
        record=record,
        name=name,
        stage=STAGES[record.stage],
        style="badge-good" if good else "badge-warn" if warn else "",
        sentence=_sentence(record, name, zone, language),
        joined=formats.day_of(record.referred_at, zone=zone, language=language),
        signs=tuple(SIGNS.get(sign, sign) for sign in record.signs),
    )


def _sentence(record: ReferralRecord, name: str, zone: str, language: str) -> str:
    until: Instant = record.until or record.referred_at
    # What ends at midnight is good through the day before.
    at = until - 1 if record.stage is Stage.OPEN and until > DAY else until
    day = formats.day_of(at, zone=zone, language=language)
    return str(_SENTENCES[record.stage]) % {"day": day, "name": name}
