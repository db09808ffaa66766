"""Which programme a member looks at: one that runs, whatever else the house has."""

from __future__ import annotations

from typing import Any, Final

import pytest

from habitue.kit.instants import DAY
from tests.interfaces.pages import DOCUMENT, World, counted
from tests.interfaces.portal.visiting import (
    CARD,
    HISTORY,
    HOME,
    JOIN,
    ME,
    NEW,
    RULES,
    joining,
    led,
    mailed,
    opened,
    typed,
)
from tests.interfaces.reading import read_page

# It comes before the others by its code, and begins after them.
LATER: Final[dict[str, Any]] = DOCUMENT | {"programme": "aperitif", "name": "Aperitif club"}
OTHER: Final[dict[str, Any]] = DOCUMENT | {"programme": "wine", "name": "Wine club"}
NONE_YET: Final = "There is no programme yet that you may see."


def later(world: World) -> None:
    """Publish a programme that begins in ten days."""
    world.till.publish(LATER, effective_at=world.clock.now() + 10 * DAY)


def test_a_house_without_a_programme_says_so_and_shows_the_rest(bare: World) -> None:
    browser = bare.browser("vadim")
    for path in (HOME, HISTORY, RULES):
        assert NONE_YET in opened(browser, path, status=404).words, path
    for path in (CARD, ME):
        opened(browser, path)


def test_a_programme_that_has_not_begun_is_none_yet(bare: World) -> None:
    later(bare)
    browser = bare.browser("vadim")
    for path in (HOME, HISTORY, RULES):
        assert NONE_YET in opened(browser, path, status=404).words, path
    bare.clock.advance(10 * DAY)
    assert "Aperitif club" in opened(browser).words


def test_nobody_is_sent_a_code_that_could_make_no_member(bare: World) -> None:
    browser = bare.browser()
    for begins_later in (False, True):
        if begins_later:
            later(bare)
        before = bare.everything()
        answer = joining(browser)
        assert answer.status_code == 422
        assert NONE_YET in read_page(answer).words
        assert bare.mails.sent == []
        assert bare.everything() == before
    # From the first day on, joining is open.
    bare.clock.advance(10 * DAY)
    page = led(browser, joining(browser))
    assert page.headings == ["Your code"]
    assert led(browser, typed(browser, mailed(bare, NEW))).headings == ["Hello, Zoé"]


def test_a_programme_that_begins_later_stands_in_nobodys_way(world: World) -> None:
    later(world)
    browser = world.browser()
    joining(browser)
    page = led(browser, typed(browser, mailed(world, NEW)))
    assert "Points 20" in page.words
    for who in ("vadim", "ana"):
        browser = world.browser(who)
        for path in (HOME, f"{HOME}?programme=aperitif"):
            page = opened(browser, path)
            assert "Corner" in page.words, path
            assert "Aperitif club" not in page.links
    world.clock.advance(10 * DAY)
    browser = world.browser("vadim")
    assert (
        opened(browser, f"{HOME}?programme=corner").links["Aperitif club"]
        == f"{HOME}?programme=aperitif"
    )


def test_a_programme_that_is_none_leaves_the_chosen_one(world: World) -> None:
    world.till.publish(OTHER)
    browser = world.browser("vadim")
    assert "Points 0" in opened(browser, f"{HOME}?programme=wine").words
    for path in (f"{HOME}?programme=nowhere", HOME):
        assert "Points 0" in opened(browser, path).words, path


def test_more_programmes_take_no_more_statements(world: World) -> None:
    browser = world.browser("vadim")
    numbers = []
    for more in (1, 5):
        for place in range(more):
            world.till.publish(OTHER | {"programme": f"wine{more}{place}"})
        browser.get(HOME)
        with counted() as statements:
            assert len(opened(browser).links) > more
        numbers.append(len(statements))
    assert numbers[0] == numbers[1]


def test_a_poster_leads_to_the_programme_that_it_is_of(bare: World) -> None:
    for document in (DOCUMENT, OTHER):
        bare.till.publish(document)
    for asked, joined in (("wine", "wine"), ("nowhere", "corner"), ("%00", "corner")):
        browser, email = bare.browser(), f"{asked.strip('%')}@example.org"
        form = opened(browser, f"{JOIN}?programme={asked}").form(button="Join")
        fields = {**form.fields, "given_name": "Zoé", "email": email}
        answer = browser.post(form.action or f"{JOIN}?programme={asked}", fields)
        led(browser, answer)
        typed(browser, mailed(bare, email))
        rows = bare.rows(
            "SELECT code FROM member_state JOIN programme USING (programme_id) JOIN identifier"
            " USING (member_id) WHERE value = %s",
            [email],
        )
        assert rows == [(joined,)], asked


def test_the_rules_can_be_kept_as_a_file(world: World) -> None:
    pytest.importorskip("typst", reason="the extra “print” is not installed")
    answer = world.browser("vadim").get(f"{RULES[:-1]}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"] == 'inline; filename="corner-en.pdf"'
