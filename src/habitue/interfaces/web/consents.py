"""What members agree to, in words: shared by the portal and the back office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from habitue.domain.consents import Channel, Purpose
from habitue.interfaces.texts import formats
from habitue.selectors.consents import ConsentRecord

PURPOSES: Final[dict[Purpose, Promise]] = {
    Purpose.NEWS_AND_OFFERS: gettext_lazy("News and offers"),
    Purpose.SURVEYS: gettext_lazy("Questions about how it was"),
    Purpose.REMEMBERING: gettext_lazy("Remembering preferences"),
}
CHANNELS: Final[dict[Channel, Promise]] = {
    Channel.EMAIL: gettext_lazy("by e-mail"),
    Channel.SMS: gettext_lazy("by text message"),
    Channel.PUSH: gettext_lazy("by notification on the phone"),
    Channel.POST: gettext_lazy("by post"),
    Channel.ON_SITE: gettext_lazy("on site"),
}


@dataclass(frozen=True, slots=True)
class ConsentInWords:
    """One thing that can be agreed to; ``key`` names it in a form."""

    key: str
    purpose: Promise
    channel: Promise
    given: bool
    answered: str
    by: str


def consents_in_words(
    records: Iterable[ConsentRecord], zone: str, language: str
) -> list[ConsentInWords]:
    """All of them, with the day of the answer."""
    return [
        ConsentInWords(
            key=f"{one.purpose}-{one.channel}",
            purpose=PURPOSES[one.purpose],
            channel=CHANNELS[one.channel],
            given=one.given,
            answered="" if one.at is None else formats.day_of(one.at, zone=zone, language=language),
            by=one.actor_name,
        )
        for one in records
    ]
