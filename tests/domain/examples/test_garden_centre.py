"""The garden centre: a spring of a member, counted by hand."""

from __future__ import annotations

from typing import Any

from habitue.domain.errors import Code
from habitue.domain.events import Contribution, Event, Withdrawal
from tests.domain.engine.building import bought, event, item
from tests.domain.engine.rewarding import taken
from tests.domain.examples.documents import member_of


def _sent(when: str, kind: str, **said: Any) -> Event:
    return event(when, Contribution(kind, **said), name=f"{kind} {when}")


def test_a_spring_of_a_member() -> None:
    guest = member_of("garden-centre")

    # 3 April: 32.50 for a rose and a spade: 32 points, and 5 for the answer about the visit.
    visit = bought("2026-04-03", item("rose", "12.50"), item("spade", "20.00"), name="spring")
    guest.post(visit, _sent("2026-04-03 19:00", "survey", purchase=visit.key))
    assert guest.balance() == 37
    again = _sent("2026-04-04", "survey", purchase=visit.key)
    guest.refuses(again, Code.ALREADY_CONTRIBUTED)

    # 10 April: two reviews, one with a picture: 20 + 10 and 20.  87 in all.
    rose = _sent("2026-04-10 09:00", "review", product="rose", length=120, picture=True)
    spade = _sent("2026-04-10 10:00", "review", product="spade", length=40)
    guest.post(rose, spade)
    assert guest.balance() == 87
    short = _sent("2026-04-10 11:00", "review", product="pot", length=39)
    guest.refuses(short, Code.CONTRIBUTION_NOT_COMPLETE)

    # 20 April: a third review is welcome and earns nothing in April; a photo 15, a post 10.
    pot = _sent("2026-04-20", "review", product="pot", length=80)
    guest.post(pot)
    assert guest.balance() == 87
    guest.post(_sent("2026-04-21", "garden", picture=True, length=10))
    guest.post(_sent("2026-04-22", "post", link=True))
    assert guest.balance() == 112
    # A second photo in the quarter, a second post in the month: nothing more.
    guest.post(_sent("2026-04-23", "garden", picture=True), _sent("2026-04-24", "post", link=True))
    assert guest.balance() == 112

    # 25 April: a pot of herbs for 60.  52 are left.
    guest.post(taken("2026-04-25", "herb", "points"))
    assert guest.balance() == 52

    # 2 May: the review of the rose was copied.  Its 30 points are gone, and the one of the pot is
    # the second of April: 20.  42 are left.
    guest.post(event("2026-05-02", Withdrawal(rose.key, "copied"), name="copied"))
    assert guest.balance() == 42

    # 3 May: a review of the rose in the member's own words, and a new month.  62.
    guest.post(_sent("2026-05-03", "review", product="Rose", length=60))
    assert guest.balance() == 62
