"""Signing in with address and password, and out again."""

from __future__ import annotations

import pytest

from habitue.domain.access import SYSTEM
from habitue.selectors.actors import actor_of_staff
from habitue.services.access.staff import change_own_details, deactivate_staff
from tests.interfaces.entrance.signing import (
    NASTY,
    PASSWORD,
    SIGN_IN,
    is_in,
    opened,
    trail,
    typed,
    with_password,
)
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

WRONG = "The email address and/or password you specified are not correct."


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("owner", "/backoffice/"),
        ("manager", "/backoffice/"),
        ("analyst", "/backoffice/"),
        ("developer", "/backoffice/"),
        ("staff", "/terminal/"),
    ],
)
def test_each_role_comes_to_its_own_door(world: World, who: str, place: str) -> None:
    with_password(world, who)
    browser = world.browser()
    answer = typed(browser, who)
    assert answer.headers["Location"] == "/"
    assert browser.get("/").headers["Location"] == place
    assert trail(world)[-1] == (who.capitalize(), "signed_in", who.capitalize())


def test_signing_in_begins_a_new_session_that_can_be_told_by_its_browser(world: World) -> None:
    with_password(world)
    browser = world.browser()
    browser.defaults["HTTP_USER_AGENT"] = "Firefox on the office's desk"
    # Something is kept in a session before anybody is known.
    browser.post("/portal/sign-in/", {"email": "nobody@example.org"})
    before = world.rows("SELECT session_key FROM web_session")
    assert len(before) == 1
    typed(browser, "manager", login="MANAGER@Habitue.Example")
    rows = world.rows("SELECT session_key, staff_id, user_agent, address FROM web_session")
    assert [row[1:] for row in rows] == [
        (world.staff["manager"], "Firefox on the office's desk", "127.0.0.1")
    ]
    assert (rows[0][0],) not in before


def test_whoever_is_unknown_hears_the_same_as_whoever_mistyped(world: World) -> None:
    with_password(world)
    before = world.everything()
    said = set()
    for who, password in (("manager", "wrong"), ("nobody", PASSWORD), ("owner", PASSWORD)):
        browser = world.browser()
        answer = typed(browser, who, password)
        assert answer.status_code == 200
        page = read_page(answer)
        said.add(page.words.replace(who, ""))
        assert WRONG in page.words
        assert not is_in(browser)
    assert len(said) == 1
    failed = [("", "sign_in_failed", f"{who}@habitue.example") for who in ("manager", "nobody")]
    assert trail(world)[-3:-1] == failed
    after = world.everything()
    assert before.pop("trail") != after.pop("trail")
    assert before == after


def test_guessing_is_stopped_even_for_whoever_then_knows(world: World) -> None:
    with_password(world)
    browser = world.browser()
    for _ in range(5):
        assert WRONG in read_page(typed(browser, "manager", "guess")).words
    answer = typed(world.browser(), "manager")
    assert "Too many failed login attempts" in read_page(answer).words
    assert len([1 for _, action, _ in trail(world) if action == "sign_in_failed"]) == 5
    # Somebody else is not kept out by it.
    with_password(world, "owner")
    assert typed(world.browser(), "owner").status_code == 302


def test_whoever_tries_without_end_from_one_place_is_told_to_wait(world: World) -> None:
    browser = world.browser()
    answers = [
        browser.post(SIGN_IN, {"login": f"{n}@habitue.example", "password": "x"}) for n in range(31)
    ]
    assert answers[-1].status_code == 429
    assert "Too many tries" in read_page(answers[-1]).headings


@pytest.mark.parametrize("address", NASTY)
def test_what_no_address_looks_like_signs_nobody_in(world: World, address: str) -> None:
    with_password(world)
    browser = world.browser()
    answer = browser.post(SIGN_IN, {"login": address, "password": "x" * 10_000})
    assert answer.status_code == 200
    assert "<script>alert(1)" not in answer.content.decode()
    assert not is_in(browser)


def test_after_signing_in_one_goes_on_to_where_one_wanted_to_go(world: World) -> None:
    with_password(world)
    browser = world.browser()
    led = browser.get("/backoffice/members/?q=ana").headers["Location"]
    form = opened(browser, led).form(button="Sign in")
    fields = {**form.fields, "login": "manager@habitue.example", "password": PASSWORD}
    answer = browser.post(form.action, fields)
    assert answer.headers["Location"] == "/backoffice/members/?q=ana"


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "javascript:x()"])
def test_and_never_to_another_house(world: World, place: str) -> None:
    with_password(world)
    answer = typed(world.browser(), "manager", next=place)
    assert answer.headers["Location"] == "/"


def test_who_works_here_no_more_has_no_way_in(world: World) -> None:
    with_password(world)
    browser = world.browser()
    typed(browser, "manager")
    assert is_in(browser)
    deactivate_staff(
        world.connection, actor=SYSTEM, staff_id=world.staff["manager"], now=world.clock.now()
    )
    assert not is_in(browser)
    answer = typed(browser, "manager")
    assert not is_in(browser)
    assert answer.status_code in (200, 302)


def test_the_pages_speak_the_colleagues_language_once_they_are_known(world: World) -> None:
    with_password(world, "manager")
    actor = actor_of_staff(world.connection, staff_id=world.staff["manager"])
    assert actor is not None
    change_own_details(
        world.connection, actor=actor, name="Camille", language="fr", now=world.clock.now()
    )
    browser = world.browser()
    assert opened(browser, SIGN_IN).headings == ["Staff sign-in"]
    typed(browser, "manager")
    assert browser.get("/backoffice/account/").headers["Content-Language"] == "fr"
    # What somebody has chosen in this browser counts more.
    browser.post("/language/", {"language": "ro"})
    assert browser.get("/backoffice/account/").headers["Content-Language"] == "ro"


def test_signing_out_ends_the_session_by_a_button_alone(world: World) -> None:
    browser = world.browser("manager")
    opened(browser, "/account/sign-out/")
    assert is_in(browser)
    browser.post("/account/sign-out/")
    assert not is_in(browser)
    assert world.rows("SELECT staff_id FROM web_session WHERE staff_id IS NOT NULL") == []
    assert trail(world)[-1][:2] == ("Manager", "signed_out")


def test_nobody_signs_up(world: World) -> None:
    browser = world.browser()
    for path in ("/account/signup/", "/account/email/", "/accounts/login/"):
        assert browser.get(path).status_code == 404


def test_without_the_token_of_the_page_nobody_is_signed_in(world: World) -> None:
    from django.test import Client

    with_password(world)
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    fields = {"login": "manager@habitue.example", "password": PASSWORD}
    assert strict.post(SIGN_IN, fields).status_code == 403
    assert not is_in(strict)
