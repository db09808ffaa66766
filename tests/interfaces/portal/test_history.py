"""Everything that happened to a member, with its reasons, a page at a time."""

from __future__ import annotations

import re

from django.test import Client

from habitue.kit.instants import DAY, HOUR
from tests.interfaces.pages import DOCUMENT, HERE, World
from tests.interfaces.portal.visiting import HISTORY, opened
from tests.interfaces.reading import PageRead


def amounts(browser: Client, path: str = HISTORY) -> list[int]:
    """What was paid, purchase by purchase, as a page tells it."""
    return _amounts(opened(browser, path))


def _amounts(page: PageRead) -> list[int]:
    return [int(one) for one in re.findall(r"Purchase · €(\d+)\.00", page.words)]


def bought(world: World, *, first: int, until: int, card: str = "CARD0002") -> None:
    """Purchases of so many euros each, one a day."""
    made = []
    for amount in range(first, until):
        world.clock.advance(DAY)
        made.append(world.till.purchase(card, f"{amount}.00", store=HERE))
    assert all(answer.refusal is None for answer in world.till.send(*made))


def test_a_purchase_tells_its_lines_and_why_it_earned(world: World) -> None:
    page = opened(world.browser("vadim"), HISTORY)
    for said in (
        "June 2026 Purchase · €120.00 1 Jun 2026, 14:00 · Café du Quai",
        "New tier: Silver",
        "+120 points Why? 1 × p1 €80.00 1 × p2 €40.00",
        "+120 points Earned: Base 1 point for each €1, on €120.00.",
    ):
        assert said in page.words, said


def test_what_did_not_apply_says_what_was_missing(world: World) -> None:
    world.clock.advance(HOUR)
    earn = DOCUMENT["earn"] | {
        "feast": {
            "on": "purchase",
            "when": {"basket.amount": {"at_least": "100.00"}},
            "give": {"points": 50},
        }
    }
    world.till.publish(DOCUMENT | {"earn": earn}, effective_at=world.clock.now())
    world.till.ok(world.till.purchase("CARD0002", "30.00", store=HERE))
    assert "Did not apply Feast: " in opened(world.browser("ana"), HISTORY).words


def test_a_return_takes_back_and_says_so(world: World) -> None:
    purchase = world.till.purchase("CARD0002", "30.00", store=HERE)
    world.till.ok(purchase)
    world.clock.advance(HOUR)
    world.till.ok(world.till.give_back("CARD0002", purchase))
    words = opened(world.browser("ana"), HISTORY).words
    assert words.index("Return 1 Jun 2026") < words.index("Purchase · €30.00")
    assert "−30 points" in words


def test_points_that_expired_are_told(world: World) -> None:
    world.clock.advance(370 * DAY)
    world.till.ok(world.till.purchase("CARD0001", "1.00", store=HERE))
    words = opened(world.browser("vadim"), HISTORY).words
    assert "Points expired 1 Jun 2027, 00:00 −120 points" in words


def test_days_are_those_of_the_programme_and_of_the_store(world: World) -> None:
    # It is the last hour of the first of June in UTC, and the second of June in Paris.
    world.clock.advance(11 * HOUR)
    world.till.ok(world.till.purchase("CARD0002", "30.00", store=HERE))
    assert "2 Jun 2026, 01:00" in opened(world.browser("ana"), HISTORY).words


def test_a_long_history_comes_in_pages_without_gap_or_repetition(world: World) -> None:
    bought(world, first=10, until=55)
    browser, path = world.browser("ana"), HISTORY
    pages: list[list[int]] = []
    while path:
        page = opened(browser, path)
        pages.append(_amounts(page))
        link = page.links.get("Earlier", "")
        path = f"{HISTORY}{link}" if link else ""
    assert [len(page) for page in pages] == [20, 20, 5]
    assert [amount for page in pages for amount in page] == list(range(54, 9, -1))


def test_what_happens_meanwhile_moves_no_page(world: World) -> None:
    bought(world, first=10, until=40)
    browser = world.browser("ana")
    link = opened(browser, HISTORY).links["Earlier"]
    bought(world, first=50, until=53)
    assert amounts(browser, f"{HISTORY}{link}") == list(range(19, 9, -1))


def test_a_cursor_of_no_list_shows_the_beginning(world: World) -> None:
    browser = world.browser("vadim")
    for cursor in ("x", "", "%00", "%ff", "a" * 5000, "-1", "%3Cscript%3E", "1.2", "e30%3D"):
        assert amounts(browser, f"{HISTORY}?cursor={cursor}") == [120], cursor[:20]


def test_nobody_reads_about_another_member(world: World) -> None:
    bought(world, first=10, until=40)
    assert amounts(world.browser("vadim")) == [120]
    assert amounts(world.browser("ana")) == list(range(39, 19, -1))
    # Nor by the place in somebody else's list.
    link = opened(world.browser("ana"), HISTORY).links["Earlier"]
    assert amounts(world.browser("vadim"), f"{HISTORY}{link}") == [120]


def test_who_has_no_history_is_told_how_to_begin_one(world: World) -> None:
    words = opened(world.browser("ana"), HISTORY).words
    assert "Nothing yet Show your card at the till with your next purchase." in words


def test_names_of_products_are_texts(world: World) -> None:
    lines = [{"product": "p", "name": "<script>alert(1)</script>", "amount": "5.00"}]
    content = world.till.content("CARD0002", currency="EUR", lines=lines)
    purchase = world.till.purchase("CARD0002")
    world.till.ok(type(purchase)(purchase.programme, purchase.kind, content))
    page = world.browser("ana").get(HISTORY).content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
