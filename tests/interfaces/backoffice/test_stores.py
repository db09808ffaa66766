"""Stores: made, called otherwise, and never taken over by a second one of the same code."""

from __future__ import annotations

from typing import Any

from habitue.services.stores import put_store
from tests.interfaces.backoffice.members import opened, sent
from tests.interfaces.backoffice.rooms import (
    NO_NAMES,
    ODD_NAMES,
    OUTSIDE,
    ROOM,
    cost,
    escaped,
    led_to,
)
from tests.interfaces.pages import CAST, HERE, THERE, World
from tests.interfaces.reading import read_page

STORES = f"{ROOM}stores/"
NEW = f"{STORES}new/"


def known(world: World) -> list[tuple[Any, ...]]:
    """Every store."""
    return world.rows("SELECT code, name, zone FROM store ORDER BY code")


def filled(**fields: str) -> dict[str, str]:
    """A form of a new store."""
    return {"name": "Gara de Nord", "code": "gara", "zone": "Europe/Bucharest"} | fields


def test_everybody_sees_the_stores_in_which_they_work(world: World) -> None:
    both, here = {"Café du Quai", "Le Marché"}, {"Café du Quai"}
    expected = {"owner": both, "manager": here, "elsewhere": {"Le Marché"}, "analyst": both}
    found = {}
    for who in expected:
        words = opened(world.browser(who), STORES).words
        found[who] = {name for name in both if name in words}
    assert found == expected


def test_a_store_is_made_and_told(world: World) -> None:
    browser = world.browser("owner")
    assert led_to(sent(browser, NEW, button="Save", **filled())) == STORES
    assert ("gara", "Gara de Nord", "Europe/Bucharest") in known(world)
    page = opened(browser, STORES)
    assert page.links["Gara de Nord"] == f"{STORES}gara/"
    assert "gara Europe/Bucharest" in page.words
    assert world.rows("SELECT action, actor_name, store FROM trail WHERE actor_kind = 'staff'") == [
        ("store_changed", "Owner", "gara")
    ]


def test_a_store_is_called_otherwise_and_keeps_its_code(world: World) -> None:
    browser = world.browser("manager")
    path = f"{STORES}{HERE}/"
    answer = sent(browser, path, button="Save", name="Quai 12", zone="Asia/Tokyo", code="other")
    assert led_to(answer) == STORES
    assert known(world) == [(THERE, "Le Marché", "Europe/Paris"), (HERE, "Quai 12", "Asia/Tokyo")]


def test_saving_what_stands_there_changes_nothing(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    assert led_to(sent(browser, f"{STORES}{HERE}/", button="Save")) == STORES
    assert world.everything() == before


def test_a_new_store_never_takes_the_place_of_another(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    answer = browser.post(NEW, filled(code=HERE))
    assert answer.status_code == 422
    assert "Another store has this code already." in read_page(answer).words
    assert world.everything() == before


WRONG: dict[str, dict[str, str]] = {
    "no-zone": {"zone": ""},
    "bad-zone": {"zone": "Europe/Atlantis"},
    "own-zone": {"zone": "localtime"},
    "path-zone": {"zone": "../../etc/passwd"},
    "nul-zone": {"zone": "\x00"},
    "long-zone": {"zone": "a" * 10_000},
    "no-code": {"code": ""},
    "capitals": {"code": "Gara"},
    "slash": {"code": "ga/ra"},
    "dots": {"code": ".."},
    "long-code": {"code": "g" * 10_000},
    "nul-code": {"code": "g\x00"},
    "line-code": {"code": "gara\n\nx"},
    "taken-by-the-page": {"code": "new"},
    **{f"name-{word}": {"name": text} for word, text in NO_NAMES.items()},
}


def test_what_is_wrong_is_sent_back_and_nothing_is_done(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    found = {word: browser.post(NEW, filled(**WRONG[word])).status_code for word in WRONG}
    assert found == dict.fromkeys(WRONG, 422)
    # The code of a store that is there already is never read from the form.
    fit = [word for word in WRONG if "code" not in WRONG[word]]
    path = f"{STORES}{HERE}/"
    found = {word: browser.post(path, filled(**WRONG[word])).status_code for word in fit}
    assert found == dict.fromkeys(fit, 422)
    assert world.everything() == before


def test_an_odd_name_is_a_name_and_nothing_else(world: World) -> None:
    browser = world.browser("owner")
    for word, text in ODD_NAMES.items():
        assert led_to(browser.post(NEW, filled(name=text, code=word))) == STORES
    paths = (STORES, f"{ROOM}trail/", f"{ROOM}overview/", f"{ROOM}staff/new/")
    for path in paths:
        assert [text for text in ODD_NAMES.values() if not escaped(browser, path, text)] == []


def test_a_code_from_elsewhere_breaks_no_page(world: World) -> None:
    codes = ("A/B", "Gare du Nord", "été", "%2e")
    for code in codes:
        put_store(world.connection, code=code, zone="Europe/Paris", name=f"The {code}")
    browser = world.browser("owner")
    page = opened(browser, STORES)
    for code in codes:
        path = page.links[f"The {code}"]
        assert led_to(sent(browser, path, button="Save", name=f"Our {code}")) == STORES
        assert f"Our {code}" in opened(browser, STORES).words


def test_nobody_reaches_a_store_that_is_not_theirs(world: World) -> None:
    for who in (*CAST.keys() - {"owner"}, *OUTSIDE):
        status = 302 if who in OUTSIDE else 403
        browser = world.browser(who)
        before = world.everything()
        path = f"{STORES}{THERE if who == 'manager' else HERE}/"
        assert browser.post(NEW, filled()).status_code == status, who
        assert browser.post(NEW, filled(code=HERE)).status_code == status, who
        assert browser.post(path, filled()).status_code in (status, 404), who
        assert world.everything() == before


def test_whoever_may_not_make_a_store_is_offered_no_way_to(world: World) -> None:
    assert "New store" in opened(world.browser("owner"), STORES).links
    for who in ("manager", "analyst", "developer"):
        assert "New store" not in opened(world.browser(who), STORES).links, who
    # A manager of some stores changes those.
    assert "Café du Quai" in opened(world.browser("manager"), STORES).links
    assert world.browser("manager").get(NEW).status_code == 403


def test_a_store_that_is_none_is_not_found(world: World) -> None:
    browser = world.browser("owner")
    for text in ("nowhere", "a" * 10_000, "%00", "%e2%80%ae", "..%2f..%2fnew", "'; DROP"):
        assert browser.get(f"{STORES}{text}/").status_code == 404
        assert browser.post(f"{STORES}{text}/", filled()).status_code == 404


def test_many_stores_cost_no_more_than_few(world: World) -> None:
    browser = world.browser("owner")
    paths = (STORES, f"{STORES}{HERE}/", NEW)
    few = [cost(browser, path) for path in paths]
    for number in range(30):
        put_store(world.connection, code=f"s{number}", zone="Europe/Paris", name=f"S {number}")
    assert [cost(browser, path) for path in paths] == few
    assert max(few) <= 8
