"""What members can agree to: for which purpose, by which channel."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Purpose(StrEnum):
    """What the house would like to do."""

    NEWS_AND_OFFERS = "news_and_offers"
    SURVEYS = "surveys"
    REMEMBERING = "remembering"


class Channel(StrEnum):
    """How it would do it."""

    EMAIL = "email"
    SMS = "sms"
    PUSH = "push"
    POST = "post"
    ON_SITE = "on_site"


# What can be asked: remembering what a guest likes happens in the house, messages go by channels.
OFFERED: Final[tuple[tuple[Purpose, Channel], ...]] = (
    (Purpose.NEWS_AND_OFFERS, Channel.EMAIL),
    (Purpose.NEWS_AND_OFFERS, Channel.SMS),
    (Purpose.NEWS_AND_OFFERS, Channel.PUSH),
    (Purpose.NEWS_AND_OFFERS, Channel.POST),
    (Purpose.SURVEYS, Channel.EMAIL),
    (Purpose.SURVEYS, Channel.SMS),
    (Purpose.REMEMBERING, Channel.ON_SITE),
)
