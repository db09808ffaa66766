"""New rules at the till: mentioned, told in words, confirmed, and never in the way of a guest."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.kit.instants import DAY, HOUR
from habitue.services.programmes import publish_version
from tests.interfaces.pages import DOCUMENT, World, counted
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import HOME, OTHERS, led, opened, sent

RULES, CONFIRM = f"{HOME}rules/", f"{HOME}rules/read/"


def published(world: World, *, later: int = 0, **changes: Any) -> None:
    """One more version, now or later."""
    now = world.clock.now()
    at = now + later if later else None
    publish_version(
        world.connection, document=DOCUMENT | changes, now=now, actor="Camille", effective_at=at
    )


def more(points: int) -> dict[str, Any]:
    """Rules that give so many points for joining."""
    return {**DOCUMENT["earn"], "welcome": {"on": "enrolment", "give": {"points": points}}}


def confirmed(world: World, who: str = "staff") -> None:
    """Somebody reads the rules and says so."""
    browser = world.browser(who)
    words = led(browser, sent(browser, RULES, button="I have read them")).words
    assert "It is noted that you have read the rules." in words


def test_whoever_never_read_them_reads_the_whole_once(world: World) -> None:
    browser = world.browser("staff")
    assert "New rules since 1 January 2026" in opened(browser).words
    words = opened(browser, RULES).words
    assert "Please read the rules below once, and confirm it here." in words
    assert "20 points for joining." in words
    assert "before you ring up" in words
    confirmed(world)
    assert "New rules" not in opened(browser).words
    words = opened(browser, RULES).words
    assert "I have read them" not in words
    assert "20 points for joining." in words


def test_what_changed_is_told_in_words(world: World) -> None:
    confirmed(world)
    earn = more(30) | {"bonus": {"on": "visit", "give": {"points": 3}}}
    published(world, earn=earn, tiers=None)
    world.clock.advance(HOUR)
    words = opened(world.browser("staff"), RULES).words
    told, _, _sheet = words.partition("I have read them")
    assert "This is what changed since you read the rules." in told
    assert "Welcome Until now: 20 points for joining. From now on: 30 points for joining." in told
    assert "Bonus new 3 points for a visit." in told
    assert "Gold no longer" in told
    # What stayed as it was is not told.
    assert "Base" not in told
    assert "Expires" not in told


def test_rules_to_come_are_told_a_week_before(world: World) -> None:
    confirmed(world)
    published(world, later=8 * DAY, earn=more(30))
    browser = world.browser("staff")
    assert "New rules" not in opened(browser).words
    world.clock.advance(DAY)
    assert "New rules from 9 June 2026 on" in opened(browser).words
    assert "30 points for joining" in opened(browser, RULES).words
    confirmed(world)
    world.clock.advance(8 * DAY)
    assert "New rules" not in opened(browser).words


def test_what_the_staff_need_not_know_is_said_to_be_nothing(world: World) -> None:
    confirmed(world)
    published(world, languages=["fr", "en"])
    world.clock.advance(HOUR)
    words = opened(world.browser("staff"), RULES).words
    assert "Nothing changed that the staff have to know." in words


def test_each_colleague_confirms_for_themself_and_once(world: World) -> None:
    for _ in range(2):
        browser = world.browser("staff")
        assert browser.post(CONFIRM, {"number": "1"}).status_code == 302
    assert world.rows("SELECT staff_id, number FROM rules_reading") == [(world.staff["staff"], 1)]
    assert world.rows("SELECT count(*) FROM trail WHERE action = 'rules_read'") == [(1,)]
    assert "New rules" in opened(world.browser("manager")).words


def test_a_version_that_came_meanwhile_is_still_to_be_read(world: World) -> None:
    form = opened(world.browser("staff"), RULES).form(button="I have read them")
    published(world, earn=more(30))
    world.clock.advance(HOUR)
    browser = world.browser("staff")
    assert browser.post(CONFIRM, form.fields).status_code == 302
    assert "30 points for joining." in opened(browser, RULES).words
    assert "New rules" in opened(browser).words


@pytest.mark.parametrize("number", ["", "0", "2", "-1", "x", "9" * 40, "\x00", "١"])
def test_no_version_is_confirmed_that_is_not_there(world: World, number: str) -> None:
    browser = world.browser("staff")
    before = world.everything()
    answer = browser.post(CONFIRM, {"number": number})
    assert answer.status_code == 404
    assert world.everything() == before


def test_new_rules_keep_nobody_from_serving(world: World) -> None:
    published(world, earn=more(30))
    page = opened(world.browser("staff"), f"{HOME}members/{world.members['vadim']}/")
    assert "Vadim" in page.words


def test_nobody_else_confirms(world: World) -> None:
    for who in (*OTHERS, "till"):
        browser = world.browser(who)
        before = world.everything()
        for answer in (browser.get(RULES), browser.post(CONFIRM, {"number": "1"})):
            assert answer.status_code in (302, 403), who
        assert world.everything() == before


@pytest.mark.parametrize("language", ["fr", "de", "ro"])
def test_it_is_told_in_the_readers_language(world: World, language: str) -> None:
    confirmed(world)
    published(world, earn=more(30))
    world.clock.advance(HOUR)
    world.connection.execute("UPDATE staff SET language = %s", [language])
    words = read_page(world.browser("staff").get(RULES)).words
    assert "30" in words
    assert "until now" not in words.casefold()
    assert "%(" not in words


def test_the_first_page_costs_one_question_more(world: World) -> None:
    with counted() as statements:
        opened(world.browser("staff"))
    assert sum("rules_reading" in one for one in statements) == 1
