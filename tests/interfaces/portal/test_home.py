"""The member's first page, the card, and how the programme works."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import segno

from habitue.kit.instants import DAY, HOUR
from tests.interfaces.pages import DOCUMENT, HERE, World
from tests.interfaces.portal.visiting import CARD, HISTORY, HOME, RULES, opened

OTHER: dict[str, Any] = DOCUMENT | {"programme": "wine", "name": "Wine club"}


def published(world: World, points: dict[str, Any]) -> None:
    """Let another version take effect, with points that behave like this."""
    world.clock.advance(HOUR)
    changed = DOCUMENT["points"] | {"points": points}
    world.till.publish(DOCUMENT | {"points": changed}, effective_at=world.clock.now())


def test_what_a_member_has_and_until_when_it_can_be_used(world: World) -> None:
    world.clock.advance(60 * DAY)
    world.till.ok(world.till.purchase("CARD0001", "30.00", store=HERE))
    words = opened(world.browser("vadim")).words
    for said in (
        "Hello, Vadim",
        "Points 150",
        "You have 0 stamps.",
        "120 points can be used until 31 May 2027.",
        "31 May 2027 120 points 30 July 2027 30 points",
    ):
        assert said in words, said


def test_points_that_wait_are_told_with_their_day_and_do_not_count_before(world: World) -> None:
    published(world, {"expires": {"after": "12 months"}, "pending": "14 days"})
    world.till.ok(world.till.purchase("CARD0001", "30.00", store=HERE))
    browser = world.browser("vadim")
    words = opened(browser).words
    assert "Points 120" in words
    assert "30 points more can be used from 15 June 2026 on." in words
    world.clock.advance(14 * DAY)
    words = opened(browser).words
    assert "Points 150" in words
    assert "more can be used from" not in words


def test_points_that_wait_for_a_confirmation_say_so(world: World) -> None:
    published(world, {"expires": {"after": "12 months"}, "pending": "confirmation"})
    world.till.ok(world.till.purchase("CARD0001", "30.00", store=HERE))
    words = opened(world.browser("vadim")).words
    assert "Points 120" in words
    assert "30 points wait until the purchase is confirmed." in words


def test_what_was_spent_and_then_returned_is_owed(world: World) -> None:
    bought = world.till.purchase("CARD0002", "50.00", store=HERE)
    world.till.ok(bought)
    world.till.ok(world.till.other("redemption", "CARD0002", currency="points", units=50))
    world.till.ok(world.till.give_back("CARD0002", bought))
    words = opened(world.browser("ana")).words
    assert "You owe 50 points, because something was returned" in words


def test_the_tier_and_the_way_to_the_next(world: World) -> None:
    for who, said in (
        ("vadim", "Silver until 1 June 2027 You have done what keeps this tier."),
        ("vadim", "To reach Gold: purchases of €180 more. 40 %"),
        ("ana", "On the way to the first tier To reach Silver: purchases of €100 more. 0 %"),
        ("ana", "Nothing yet Show your card at the till with your next purchase. To my card"),
    ):
        assert said in opened(world.browser(who)).words


def test_the_latest_four_things_that_happened(world: World) -> None:
    for place in range(5):
        world.clock.advance(DAY)
        world.till.ok(world.till.purchase("CARD0002", f"{place + 11}.00", store=HERE))
    page = opened(world.browser("ana"))
    shown = [amount for amount in range(11, 16) if f"Purchase · €{amount}.00" in page.words]
    assert shown == [12, 13, 14, 15]
    assert page.links["All of the history"] == HISTORY


def test_a_member_changes_to_another_programme_and_stays_there(world: World) -> None:
    world.till.publish(OTHER)
    browser = world.browser("vadim")
    page = opened(browser)
    assert "Points 120" in page.words
    assert page.links["Wine club"] == f"{HOME}?programme=wine"
    assert "Points 0" in opened(browser, page.links["Wine club"]).words
    page = opened(browser)
    assert "Points 0" in page.words
    assert "Purchase" not in opened(browser, HISTORY).words
    assert page.links["Corner"] == f"{HOME}?programme=corner"


def test_a_programme_that_is_none_shows_the_members_own(world: World) -> None:
    browser = world.browser("vadim")
    for code in ("nowhere", "%00", "a" * 5000, "%ff", "%3Cscript%3E"):
        assert "Points 120" in opened(browser, f"{HOME}?programme={code}").words


def test_rewards_are_offered_with_what_is_still_lacking(world: World) -> None:
    world.clock.advance(HOUR)
    rewards = {
        "dessert": {
            "name": {"en": "Dessert of the day", "fr": "Dessert du jour"},
            "cost": {"points": 80},
            "gives": {"free_product": "dessert"},
        },
        "brunch": {"cost": {"points": 500}, "gives": {"event_place": "brunch"}},
    }
    world.till.publish(DOCUMENT | {"rewards": rewards}, effective_at=world.clock.now())
    before = world.everything()
    # What is within reach comes first, and lacks nothing.
    words = opened(world.browser("vadim")).words.partition("Rewards")[2]
    dessert, _, brunch = words.partition("Brunch")
    assert dessert.startswith(" Dessert of the day 80 points")
    assert "more" not in dessert
    assert brunch.startswith(" 500 points")
    assert "380 points more" in brunch
    browser = world.browser("ana")
    words = opened(browser).words
    for said in ("Dessert of the day 80 points", " 80 points more", "500 points more"):
        assert said in words, said
    # Looking costs nothing; points are spent at the till alone.
    assert world.everything() == before
    browser.post("/language/", {"language": "fr"})
    assert "Dessert du jour" in opened(browser).words


def test_a_house_without_rewards_speaks_of_none(world: World) -> None:
    assert "Rewards" not in opened(world.browser("vadim")).words


def test_the_card_is_the_members_number_for_scanners_and_for_people(world: World) -> None:
    browser = world.browser("vadim")
    ((number,),) = world.rows(
        "SELECT number FROM member WHERE member_id = %s", [world.members["vadim"]]
    )
    page = browser.get(CARD).content.decode()
    grouped = f"{number[:4]} {number[4:8]} {number[8:]}"
    assert f'alt="QR code with the number {grouped}"' in page
    assert f'<p class="number-text">{grouped}</p>' in page
    assert "<p>Vadim Ivanovich</p>" in page
    code = segno.make(number, error="m", micro=False)
    picture = code.svg_data_uri(scale=8, border=2, dark="#000", light="#fff")
    assert unquote(picture) in unquote(page.replace("&#x27;", "'").replace("&amp;", "&"))


def test_how_it_works_is_said_for_members(world: World) -> None:
    page = opened(world.browser("ana"), RULES)
    assert page.headings == ["How it works"]
    for said in (
        "Base 1 point for each €1.",
        "Welcome 20 points for joining.",
        "Gold Reached with purchases of €300 within 12 months.",
        "Twice as many points.",
        "A receipt can be claimed within 30 days",
    ):
        assert said in page.words, said


def test_every_page_speaks_the_members_language(world: World) -> None:
    for name, language in (("Léa", "fr"), ("Jürgen", "de"), ("Ion", "ro")):
        world.member(name, language=language)
        browser = world.browser(name.casefold())
        for path in (HOME, CARD, HISTORY, RULES):
            response = browser.get(path)
            assert response.headers["Content-Language"] == language
            assert f'<html lang="{language}"' in response.content.decode()


def test_what_one_member_sees_is_kept_by_no_cache(world: World) -> None:
    browser = world.browser("vadim")
    for path in (HOME, CARD, HISTORY, RULES, f"{HOME}me/"):
        assert browser.get(path).headers["Cache-Control"] == "private, no-store"
