"""Bringing friends on the pages: the link, joining by it, and the colleague who checks."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.test import Client

from habitue.kit.instants import DAY
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.portal.visiting import HOME, JOIN, NEW, led, mailed, opened, sent, typed
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import at_till
from tests.interfaces.terminal.serving import sent as sent_at_till

FRIENDS: Final = f"{HOME}friends/"
LIST: Final = "/backoffice/referrals/"
FRIENDLY: Final[dict[str, Any]] = DOCUMENT | {
    "referral": {"spend": "20.00", "within": "60 days", "vests": "30 days"},
    "earn": DOCUMENT["earn"]
    | {
        "hello": {"on": "referred", "give": {"points": 7}},
        "friend": {"on": "referral", "give": {"points": 100}},
    },
}


@pytest.fixture
def friendly(world: World) -> World:
    """The world, whose members bring friends from now on."""
    world.till.publish(FRIENDLY, effective_at=world.clock.now())
    world.clock.advance(1_000_000)
    return world


def link_of(browser: Client) -> str:
    """The member's link, without the house in front."""
    words = opened(browser, FRIENDS).words
    (link,) = set(re.findall(r"http\S+", words))
    return str(link).partition("/portal/join/")[2]


def joins(world: World, browser: Client, query: str, **fields: Any) -> Any:
    """The page after joining by a link."""
    wanted = {"given_name": "Zoé", "email": NEW, **fields}
    answer = sent(browser, f"{JOIN}{query}", button="Join", **wanted)
    assert answer.status_code == 302, read_page(answer).words
    return led(browser, typed(browser, mailed(world, NEW)))


def test_a_friend_joins_by_the_link_and_the_member_sees_what_it_waits_for(friendly: World) -> None:
    ana = friendly.browser("ana")
    assert FRIENDS in opened(ana).links.values()
    query = link_of(ana)
    assert link_of(ana) == query
    page = joins(friendly, friendly.browser(), query)
    # 20 for joining, 7 for being brought.
    assert "Points 27" in page.words
    words = opened(ana, FRIENDS).words
    assert "Zoé joined Waits for a first purchase, until 31 July 2026." in words
    friendly.rows(
        "UPDATE identifier SET value = 'CARD0009' WHERE kind = 'card' AND member_id ="
        " (SELECT member_id FROM member WHERE given_name = 'Zoé') RETURNING 1"
    )
    friendly.till.ok(friendly.till.purchase("CARD0009", "30.00"))
    words = opened(ana, FRIENDS).words
    assert "Waits until 1 July 2026: what Zoé bought can still be returned." in words
    friendly.clock.advance(40 * DAY)
    assert "Zoé counted Counted on 1 July 2026." in opened(ana, FRIENDS).words


def test_a_code_of_nobody_is_said_and_nothing_is_made(friendly: World) -> None:
    before = friendly.everything()
    browser = friendly.browser()
    for code in ("AAAAAAAAAAA", "<script>", "x" * 40):
        answer = sent(browser, JOIN, button="Join", given_name="Zoé", email=NEW, friend=code)
        assert answer.status_code == 422
        assert "No member has the code" in read_page(answer).words
    assert friendly.everything() == before
    assert friendly.mails.sent == []


def test_a_programme_without_referrals_asks_for_no_code(world: World) -> None:
    browser = world.browser("ana")
    assert FRIENDS not in opened(browser).links.values()
    assert "members do not bring friends" in opened(browser, FRIENDS).words
    stranger = world.browser()
    assert "friend" not in opened(stranger, f"{JOIN}?friend=AAAAAAAAAAA").form(button="Join").fields
    assert "Points 20" in joins(world, stranger, "?friend=AAAAAAAAAAA").words


def test_the_same_browser_is_checked_by_a_colleague(friendly: World) -> None:
    browser = friendly.browser("ana")
    query = link_of(browser)
    session = browser.session
    session["known_members"] = [str(friendly.members["ana"])]
    session.save()
    sent(browser, f"{HOME}me/", button="Sign out")
    page = joins(friendly, browser, query)
    assert "Points 20" in page.words
    assert "Being checked." in opened(friendly.browser("ana"), FRIENDS).words
    manager = friendly.browser("owner")
    listed = opened(manager, f"{LIST}?state=checking")
    assert "Ana Ionescu Zoé" in listed.words
    (path,) = [link for link in listed.links.values() if re.match(rf"{LIST}[0-9a-f]", link)]
    assert "the same browser" in opened(manager, path).words
    assert sent(manager, path, button="Decide", decision="approve", reason="").status_code == 422
    answer = sent(manager, path, button="Decide", decision="approve", reason="Sisters")
    assert "It was decided." in led(manager, answer).words
    ((total,),) = friendly.rows("SELECT sum(amount)::int FROM entry WHERE rule = 'hello'")
    assert total == 7
    assert "Sisters" in opened(manager, path).words
    trail = friendly.rows("SELECT action, details->>'reason' FROM trail ORDER BY at DESC LIMIT 1")
    assert trail == [("referral_approved", "Sisters")]


def test_a_friend_says_the_code_at_the_till_and_both_pages_tell_it(friendly: World) -> None:
    query = link_of(friendly.browser("ana"))
    code = query.rpartition("friend=")[2]
    till = at_till(friendly)
    wanted = {"given_name": "Zoé", "card": "CARD-0003"}
    enrol = "/terminal/enrol/"
    wrong = sent_at_till(till, enrol, button="Enrol", referral_code="AAAA", **wanted)
    assert "No member has the code" in read_page(wrong).words
    spoken = f" {code[:4].lower()}-{code[4:]} "
    done = sent_at_till(till, enrol, button="Enrol", referral_code=spoken, **wanted)
    assert done.status_code == 302
    owner = friendly.browser("owner")
    ((zoe,),) = friendly.rows("SELECT member_id FROM member WHERE given_name = 'Zoé'")
    assert "Brought by Ana Ionescu" in opened(owner, f"/backoffice/members/{zoe}/").words
    ana = friendly.members["ana"]
    told = opened(owner, f"/backoffice/members/{ana}/").words
    assert "Zoé Waits for a first purchase" in told
