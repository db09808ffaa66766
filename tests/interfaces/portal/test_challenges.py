"""Challenges, badges and gifts by chance on the members' pages."""

from __future__ import annotations

from typing import Any, Final

from habitue.domain.chance import commitment_of
from habitue.kit.instants import DAY
from habitue.selectors.seals import list_seals
from tests.interfaces.pages import DOCUMENT, HERE, World
from tests.interfaces.portal.visiting import HOME, RULES, opened

CHALLENGING: Final[dict[str, Any]] = DOCUMENT | {
    "challenges": {
        "twice": {
            "name": "Two purchases",
            "every": "month",
            "goal": {"purchases": 2},
            "gives": {"points": 30},
            "badge": True,
        },
        "weeks": {"streak": {"every": "week", "times": 3}, "gives": {"points": 10}},
    },
    "earn": DOCUMENT["earn"]
    | {"lucky": {"on": "purchase", "chance": "1 in 9", "give": {"points": 5}, "budget": 500}},
}
CHANCES: Final = f"{RULES}chances/"


def challenged(world: World) -> None:
    """The programme has challenges from now on."""
    world.till.publish(CHALLENGING, effective_at=world.clock.now() + DAY)
    world.clock.at += 2 * DAY


def test_a_member_sees_how_far_they_are_and_what_they_have_done(world: World) -> None:
    challenged(world)
    browser = world.browser("vadim")
    world.till.ok(world.till.purchase("CARD0001", "5.00", store=HERE))
    words = opened(browser, HOME).words
    assert "Two purchases" in words
    assert "Reached with a purchase more." in words
    assert "1 of 3 in a row so far." in words
    assert "Your badges" not in words
    world.till.ok(world.till.purchase("CARD0001", "5.00", store=HERE))
    words = opened(browser, HOME).words
    assert "Your badges: Two purchases" in words


def test_the_seals_of_the_months_are_shown_and_no_seed_too_early(world: World) -> None:
    nothing = opened(world.browser("vadim"), CHANCES).words
    assert "This programme gives nothing by chance." in nothing
    challenged(world)
    browser = world.browser("vadim")
    assert "How gifts by chance can be checked" in opened(browser, RULES).words
    words = opened(browser, CHANCES).words
    seals = list_seals(world.connection, code="corner", now=world.clock.now())
    assert len(seals) == 13
    assert all(one.commitment in words and not one.seed for one in seals)
    world.clock.at += 100 * DAY
    told = list_seals(world.connection, code="corner", now=world.clock.now())[-1]
    assert told.commitment == commitment_of(bytes.fromhex(told.seed))
