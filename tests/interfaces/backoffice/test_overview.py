"""The overview: its figures are those of what happened, by period, by store, and by who looks."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from habitue.interfaces.backoffice.navigation import ROOMS
from habitue.kit.instants import DAY
from habitue.services.stores import put_store
from tests.interfaces.backoffice.members import opened
from tests.interfaces.backoffice.rooms import OUTSIDE, ROOM, cost, led_to
from tests.interfaces.pages import DOCUMENT, HERE, THERE, World
from tests.interfaces.reading import read_page

OVERVIEW = f"{ROOM}overview/"
DESIGN = f"{ROOM}design/"
CARD = re.compile(
    r'<h2 class="figure-label">(.*?)</h2><p class="figure">(.*?)</p><p class="change">(.*?)</p>'
)


def cards(browser: Client, **wanted: Any) -> dict[str, tuple[str, str]]:
    """Each figure of the page, with how it moved: ``+25``, ``-3.5``, ``=``, or nothing."""
    answer = browser.get(OVERVIEW, wanted)
    assert answer.status_code == 200
    return {
        unescape(label): (unescape(figure), _moved(re.sub("<.*?>", "", change)))
        for label, figure, change in CARD.findall(answer.content.decode())
    }


def _moved(change: str) -> str:
    number = re.search(r"[\d.,]+", change)
    if number is None:
        return "=" if "same" in change else ""
    return ("+" if "more" in change else "-") + number[0]


def figures(browser: Client, **wanted: Any) -> dict[str, str]:
    """The figures alone."""
    return {label: figure for label, (figure, _) in cards(browser, **wanted).items()}


def busy(world: World) -> None:
    """A month later there is more: two purchases here, one there, points spent and given back."""
    world.clock.advance(30 * DAY)
    till = world.till
    till.ok(till.purchase("CARD0001", "60.00", store=HERE))
    till.ok(till.purchase("CARD0002", "30.00", store=HERE))
    till.ok(till.purchase("CARD0002", "10.00", store=THERE))
    till.ok(till.other("redemption", "CARD0001", currency="points", units=50, store=HERE))
    world.member("Odile Martin", identifiers=[("card", "CARD0003")], store=THERE)


# --- what happened --------------------------------------------------------------------------------


def test_the_figures_are_what_is_known_of_the_first_day(world: World) -> None:
    assert figures(world.browser("owner")) == {
        "Members": "2",
        "New members": "2",
        "Active members": "1",
        "Sales to members": "€120.00",
        "Purchases": "1",
        "Average purchase": "€120.00",
        "Points issued": "120",
        "Points redeemed": "0",
        "Points expired": "0",
        "Points outstanding": "120",
    }


def test_a_period_stands_beside_the_one_before(world: World) -> None:
    busy(world)
    assert cards(world.browser("owner")) == {
        "Members": ("3", "+50"),
        "New members": ("1", "-50"),
        "Active members": ("2", "+100"),
        "Sales to members": ("€100.00", "-16.7"),
        "Purchases": ("3", "+200"),
        "Average purchase": ("€33.33", "-72.2"),
        "Points issued": ("100", "-16.7"),
        "Points redeemed": ("50", ""),
        "Points expired": ("0", ""),
        "Points outstanding": ("170", "+41.7"),
    }


def test_figures_and_books_say_the_same(world: World) -> None:
    busy(world)
    found = figures(world.browser("owner"), days=90)
    ((outstanding,),) = world.rows("SELECT sum(amount) FROM entry WHERE currency = 'points'")
    ((members,),) = world.rows("SELECT count(*) FROM member WHERE status = 'active'")
    assert (found["Points outstanding"], found["Members"]) == (str(outstanding), str(members))
    assert found["Sales to members"] == "€220.00"
    assert found["Points issued"] == "220"


def test_each_period_can_be_chosen_and_nothing_else(world: World) -> None:
    busy(world)
    browser = world.browser("owner")
    world.clock.advance(5 * DAY)
    sales = {days: figures(browser, days=days)["Sales to members"] for days in (30, 90, 365)}
    assert sales == {30: "€100.00", 90: "€220.00", 365: "€220.00"}
    for odd in ("", "0", "-1", "31", "9" * 5_000, "\x00", "٣٠", "x"):
        assert figures(browser, days=odd)["Sales to members"] == sales[30], odd[:9]


def test_a_store_is_looked_at_alone(world: World) -> None:
    busy(world)
    browser = world.browser("owner")
    names = ("Sales to members", "Purchases", "Active members", "Points redeemed")
    expected = {
        "": ("€100.00", "3", "2", "50"),
        HERE: ("€90.00", "2", "2", "50"),
        THERE: ("€10.00", "1", "1", "0"),
        # What is no store of ours restricts nothing.
        "nowhere": ("€100.00", "3", "2", "50"),
        "\x00": ("€100.00", "3", "2", "50"),
    }
    for store, wanted in expected.items():
        found = figures(browser, store=store)
        assert tuple(found[name] for name in names) == wanted, store
    # Points are not a store's: what is outstanding there is no number that will come one day.
    assert "Points outstanding" not in opened(browser, f"{OVERVIEW}?store={HERE}").words


def test_a_manager_of_one_store_sees_that_one(world: World) -> None:
    busy(world)
    owner = world.browser("owner")
    for who, store, other in (("manager", HERE, THERE), ("elsewhere", THERE, HERE)):
        browser = world.browser(who)
        expected = figures(owner, store=store)
        assert figures(browser) == expected, who
        assert figures(browser, store=other) == expected, who
        page = opened(browser, OVERVIEW)
        assert not [form for form in page.forms if "store" in form.fields]


def test_the_charts_carry_their_numbers(world: World) -> None:
    busy(world)
    words = opened(world.browser("owner"), OVERVIEW).words
    assert "1 Jul €100.00 €120.00" in words


@pytest.mark.parametrize("language", ["fr", "de", "ro"])
def test_it_is_told_in_the_readers_language(world: World, language: str) -> None:
    busy(world)
    world.connection.execute("UPDATE staff SET language = %s", [language])
    answer = world.browser("owner").get(OVERVIEW)
    words = read_page(answer).words
    assert answer.headers["Content-Language"] == language
    assert "100,00" in words
    assert "%(" not in words


# --- who, and what cannot be ----------------------------------------------------------------------


def test_nobody_else_sees_a_figure(world: World) -> None:
    for who in ("staff", "developer", *OUTSIDE):
        answer = world.browser(who).get(OVERVIEW)
        assert answer.status_code == (302 if who in OUTSIDE else 403), who
        assert b"120" not in answer.content
    for who in ("owner", "analyst"):
        before = world.everything()
        assert world.browser(who).post(OVERVIEW, {"days": "30"}).status_code == 405
        assert {name: rows for name, rows in world.everything().items() if name != "staff"} == {
            name: rows for name, rows in before.items() if name != "staff"
        }


def test_the_start_leads_to_the_first_room_that_one_may_enter(world: World) -> None:
    expected = {"owner": "overview", "manager": "overview", "developer": "programme"}
    for who, room in expected.items():
        assert led_to(world.browser(who).get(ROOM)) == f"{ROOM}{room}/"


def test_the_menu_shows_the_rooms_that_one_may_enter(world: World) -> None:
    names = {room.link: str(room.name) for room in ROOMS}
    for who in ("owner", "manager", "analyst", "developer"):
        browser = world.browser(who)
        links = set(opened(browser, f"{ROOM}stores/").links.values())
        for link in names:
            assert (browser.get(link).status_code == 200) == (link in links), (who, link)


# --- the design -----------------------------------------------------------------------------------


def test_the_design_is_shown_and_its_notice_is_a_notice(world: World) -> None:
    browser = world.browser("developer")
    before = world.everything()
    assert led_to(browser.post(f"{DESIGN}toast/", {"text": "<script>"})) == DESIGN
    assert "It was saved." in opened(browser, DESIGN).words
    assert browser.get(f"{DESIGN}toast/").status_code == 405
    assert browser.post(DESIGN, {"name": "x" * 10_000}).status_code == 405
    assert world.everything() == before
    for who in OUTSIDE:
        assert world.browser(who).get(DESIGN).status_code == 302


@pytest.mark.parametrize("language", ["en", "fr", "de", "ro"])
def test_the_design_speaks_every_language(world: World, language: str) -> None:
    world.connection.execute("UPDATE staff SET language = %s", [language])
    answer = world.browser("analyst").get(DESIGN)
    assert (answer.status_code, answer.headers["Content-Language"]) == (200, language)
    assert "%(" not in read_page(answer).words


# --- how much it costs ----------------------------------------------------------------------------


def test_a_busy_business_costs_no_more_than_a_quiet_one(world: World) -> None:
    browser = world.browser("owner")
    world.till.publish(DOCUMENT | {"programme": "alps"})
    world.till.programme = "corner"
    paths = (f"{OVERVIEW}?programme=corner", f"{OVERVIEW}?programme=corner&days=365", DESIGN)
    few = [cost(browser, path) for path in paths]
    for number in range(30):
        put_store(world.connection, code=f"s{number}", zone="Europe/Paris", name=f"S {number}")
    for number in range(5):
        world.till.publish(DOCUMENT | {"programme": f"other{number}"})
    till = world.till
    till.send(*(till.purchase("CARD0001", "1.00", store=f"s{n}") for n in range(30)))
    assert [cost(browser, path) for path in paths] == few
    assert max(few) <= 20
