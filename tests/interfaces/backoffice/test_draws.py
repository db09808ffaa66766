"""Draws in the back office and in the portal: odds, terms, winners and proofs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from habitue.domain.draws.proof import proof_of, verify
from habitue.kit.instants import parse_instant
from habitue.services.drawing.holding import hold_due_draws
from tests.interfaces.backoffice.members import opened, sent
from tests.interfaces.backoffice.rooms import ROOM, led_to
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.portal import visiting

DRAWS = f"{ROOM}programme/draws/"
PORTAL = "/portal/draws/"
TIMES: dict[str, Any] = {"from": "2026-06-01", "until": "2026-06-10"}
RAFFLE: dict[str, Any] = DOCUMENT | {
    "earn": DOCUMENT["earn"]
    | {
        "lots": {"on": "purchase", "give": {"entry": "summer", "per": "10.00"}},
        "songs": {"on": "visit", "give": {"entry": "songs"}},
    },
    "draws": {
        "summer": TIMES
        | {
            "name": "Summer draw",
            "terms": "Adults only.",
            "prizes": [{"gives": {"free_product": "hamper"}}],
        },
        "songs": TIMES
        | {
            "name": "Song contest",
            "terms": "One song each.",
            "judged": True,
            "prizes": [{"gives": {"points": 40}}],
        },
    },
}
OVER = parse_instant("2026-06-11T12:00:00+00:00")


@pytest.fixture
def raffle(world: World) -> World:
    """The world with a draw and a contest, in which Ana and Vadim take part."""
    world.till.publish(RAFFLE, effective_at=world.clock.now())
    world.clock.advance(1_000_000)
    for card in ("CARD0001", "CARD0002"):
        world.till.ok(world.till.purchase(card, "30.00"))
        world.till.ok(world.till.other("visit", card))
    return world


def test_odds_terms_and_the_commitment_are_shown_while_one_can_enter(raffle: World) -> None:
    page = opened(raffle.browser("manager"), DRAWS)
    for said in ("Summer draw open", "6 entries of 2 members.", "Adults only."):
        assert said in page.words, said
    ((commitment,),) = raffle.rows("SELECT commitment FROM draw WHERE code = 'summer'")
    assert commitment in page.words
    mine = visiting.opened(raffle.browser("vadim"), PORTAL)
    assert "You have 3 of 6 entries." in mine.words
    assert commitment in mine.words
    assert raffle.browser("vadim").get(f"{PORTAL}summer/proof.json").status_code == 404


def test_a_winner_reads_it_and_takes_the_proof_along(raffle: World) -> None:
    raffle.clock.at = OVER
    assert hold_due_draws(raffle.connection, clock=raffle.clock) == 2
    ((winner,),) = raffle.rows("SELECT member_id FROM draw_winner")
    told = {
        name: "hamper”: you" in visiting.opened(raffle.browser(name), PORTAL).words
        for name in ("ana", "vadim")
    }
    assert told == {name: raffle.members[name] == winner for name in told}
    answer = raffle.browser("vadim").get(f"{PORTAL}summer/proof.json")
    assert verify(proof_of(json.loads(answer.content))) == []
    page = opened(raffle.browser("manager"), DRAWS)
    assert "Winners" in page.words
    assert f"{DRAWS}summer/proof.json" in page.links.values()


def test_a_contest_is_judged_on_its_page(raffle: World) -> None:
    path = f"{DRAWS}songs/winner/"
    browser = raffle.browser("owner")
    assert "Name a winner" not in opened(browser, DRAWS).links
    raffle.clock.at = OVER
    assert opened(browser, DRAWS).links["Name a winner"] == path
    said = {"member": "CARD0001", "prize": "0", "reason": "Sang best."}
    wrong = sent(browser, path, button="Name the winner", **said | {"member": "nobody"})
    assert wrong.status_code == 422
    assert led_to(sent(browser, path, button="Name the winner", **said)) == DRAWS
    page = opened(browser, DRAWS)
    assert "Sang best. (Owner)" in page.words
    assert "Name a winner" not in page.links
    assert "Sang best." in visiting.opened(raffle.browser("vadim"), PORTAL).words


def test_whoever_may_not_see_members_is_not_told_who_won(raffle: World) -> None:
    raffle.clock.at = OVER
    hold_due_draws(raffle.connection, clock=raffle.clock)
    page = opened(raffle.browser("developer"), DRAWS)
    assert not any("/members/" in link for link in page.links.values())
    assert "Winners" in page.words


def test_a_programme_without_draws_says_what_to_do(world: World) -> None:
    assert "No draw yet" in opened(world.browser("manager"), DRAWS).words
    assert "No draw at present" in visiting.opened(world.browser("vadim"), PORTAL).words
