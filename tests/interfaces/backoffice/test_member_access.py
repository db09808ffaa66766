"""Who may open which page of a member: by role, by store, and signed out."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.interfaces.backoffice.members import LIST, address
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

READING = ("", "timeline/", "ledger/")
WRITING = ("edit/", "identifiers/new/")
LEADING = ("adjust/", "tier/", "merge/", "close/", "trail/")
POSTING = ("edit/", "adjust/", "tier/", "close/", "consents/", "identifiers/new/")
# Whoever is known to another door is a stranger here.
OUTSIDE = ("till", "ana", "stranger")


@pytest.mark.parametrize("rest", [*READING, *WRITING, *LEADING])
def test_each_role_opens_what_it_may(world: World, rest: str) -> None:
    expected = {
        "owner": 200,
        "manager": 200,
        # Vadim is at home in another store.
        "elsewhere": 403,
        "staff": 403,
        "analyst": 200 if rest in READING else 403,
        "developer": 403,
    }
    found = {who: world.browser(who).get(address(world, rest=rest)).status_code for who in expected}
    assert found == expected


@pytest.mark.parametrize("who", OUTSIDE)
@pytest.mark.parametrize("rest", ["", "ledger/", "adjust/", "ledger.csv"])
def test_nobody_else_sees_anything(world: World, who: str, rest: str) -> None:
    answer = world.browser(who).get(address(world, rest=rest))
    assert (answer.status_code, answer.content) == (302, b"")
    assert answer.headers["Location"].startswith("/account/")


def test_a_part_of_a_page_never_becomes_the_sign_in_page(world: World) -> None:
    answer = world.browser().get(LIST, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["HX-Redirect"].startswith("/account/")


@pytest.mark.parametrize("who", ["elsewhere", "staff", "analyst", "developer", *OUTSIDE])
def test_nobody_else_changes_anything(world: World, who: str) -> None:
    browser = world.browser(who)
    before = world.everything()
    other = f"merge/{world.members['ana']}/"
    ((identifier,),) = world.rows("SELECT identifier_id FROM identifier WHERE value = 'CARD0001'")
    for rest in (*POSTING, other, f"identifiers/{identifier}/revoke/"):
        answer = browser.post(
            address(world, rest=rest),
            {"given_name": "X", "units": "5", "currency": "points", "reason": "x", "once": uuid4()},
        )
        assert answer.status_code in (302, 403), rest
        assert "Location" not in answer.headers or answer.headers["Location"].startswith(
            "/account/"
        )
    assert world.everything() == before


@pytest.mark.parametrize("who", ["analyst", "elsewhere"])
def test_who_may_not_change_is_offered_no_way_to(world: World, who: str) -> None:
    world.member("Odile", store="marche")
    page = read_page(world.browser(who).get(address(world, "odile")))
    if who == "elsewhere":
        assert "Adjust points" in page.links
        return
    assert not {"Adjust points", "Edit", "Add", "Duplicates", "Who did what"} & set(page.links)
    assert "End the membership" not in page.words
    assert all(form.action in ("/language/", "/look/", "/account/sign-out/") for form in page.forms)


@pytest.mark.parametrize(
    "rest", ["", "timeline/", "ledger/", "edit/", "adjust/", "merge/", "trail/", "ledger.csv"]
)
def test_an_id_of_nobody_is_not_found(world: World, rest: str) -> None:
    answer = world.browser("manager").get(f"{LIST}{uuid4()}/{rest}")
    assert answer.status_code == 404
    assert "member" in read_page(answer).words.casefold()


def test_without_the_token_of_the_page_nothing_is_done(world: World) -> None:
    from django.test import Client

    browser = world.browser("manager")
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = browser.cookies
    before = world.everything()
    answer = strict.post(address(world, rest="close/"))
    assert answer.status_code == 403
    assert world.everything() == before
