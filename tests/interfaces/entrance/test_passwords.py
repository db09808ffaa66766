"""Another password: by the old one, or by a message."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.web.house import PagesHouse, provide
from habitue.selectors.actors import actor_of_staff
from habitue.services.access.staff import change_own_details
from tests.interfaces.entrance.signing import (
    PASSWORD,
    is_in,
    opened,
    trail,
    typed,
    with_password,
)
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

CHANGE, RESET = "/account/password/change/", "/account/password/reset/"
OTHER = "the table that wobbles"


def ask(browser: Client, address: str) -> None:
    """Ask for a link by mail."""
    page = opened(browser, RESET)
    fields = page.form(button="Send the link").fields
    answer = browser.post(RESET, {**fields, "email": address})
    assert answer.headers["Location"] == f"{RESET}done/"
    assert opened(browser, f"{RESET}done/").headings == ["Check your e-mail"]


def link_of(text: str) -> str:
    """The path of the link in a message."""
    found = re.search(r"https?://[^/\s]+(/\S+)", text)
    assert found, text
    return found[1]


def test_the_old_password_gives_a_new_one_and_other_devices_are_signed_out(world: World) -> None:
    with_password(world)
    here, there = world.browser(), world.browser()
    for browser in (here, there):
        typed(browser, "manager")
    fields = opened(here, CHANGE).form(button="Save").fields
    fields |= {"oldpassword": PASSWORD, "password1": OTHER, "password2": OTHER}
    assert here.post(CHANGE, fields).status_code == 302
    assert is_in(here)
    assert not is_in(there)
    assert trail(world)[-1][:2] == ("Manager", "password_changed")
    assert typed(world.browser(), "manager", OTHER).status_code == 302


@pytest.mark.parametrize(
    "fields",
    [
        {"oldpassword": "wrong", "password1": OTHER, "password2": OTHER},
        {"oldpassword": PASSWORD, "password1": OTHER, "password2": "different one"},
        {"oldpassword": PASSWORD, "password1": "short", "password2": "short"},
        {"oldpassword": PASSWORD, "password1": "manager@habitue", "password2": "manager@habitue"},
        {},
    ],
)
def test_nothing_else_does(world: World, fields: dict[str, str]) -> None:
    with_password(world)
    browser = world.browser()
    typed(browser, "manager")
    before = world.everything()
    answer = browser.post(CHANGE, fields)
    assert answer.status_code == 200
    assert 'class="field-error"' in answer.content.decode()
    assert world.everything() == before


def test_a_message_gives_a_new_one_once(world: World) -> None:
    with_password(world)
    thief = world.browser()
    typed(thief, "manager")
    browser = world.browser()
    ask(browser, "Manager@habitue.example")
    ((to, subject, text),) = world.mails.sent
    assert (to, subject) == ("manager@habitue.example", "Your new password")
    path = link_of(text)
    led = browser.get(path)
    form = opened(browser, led.headers["Location"]).form(button="Save")
    fields = {**form.fields, "password1": OTHER, "password2": OTHER}
    answer = browser.post(form.action, fields)
    assert opened(browser, answer.headers["Location"]).headings == ["Your password was changed"]
    assert not is_in(browser)
    assert not is_in(thief)
    assert trail(world)[-1][:2] == ("Manager", "password_changed")
    assert typed(browser, "manager", OTHER).status_code == 302
    # The link is used up.
    late = world.browser().get(path)
    assert read_page(late).headings == ["This link is no longer valid"]


def test_whether_somebody_works_here_is_not_told(world: World) -> None:
    ask(world.browser(), "nobody@habitue.example")
    ask(world.browser(), "vadim@example.org")
    assert world.mails.sent == []


@pytest.mark.parametrize("address", ["", "x", "<script>@x", "a" * 10_000 + "@habitue.example"])
def test_what_is_no_address_is_sent_back(world: World, address: str) -> None:
    answer = world.browser().post(RESET, {"email": address})
    assert answer.status_code == 200
    assert 'class="field-error"' in answer.content.decode()
    assert world.mails.sent == []


@pytest.mark.parametrize("key", ["0-x", "1-abc-def", "zzzzzzzzzzzzzzzzzzzzzzzzz-set-password"])
def test_a_link_that_was_made_up_gives_nothing(world: World, key: str) -> None:
    before = world.everything()
    browser = world.browser()
    for answer in (
        browser.get(f"{RESET}key/{key}/"),
        browser.post(f"{RESET}key/{key}/", {"password1": OTHER, "password2": OTHER}),
    ):
        assert read_page(answer).headings == ["This link is no longer valid"]
    assert world.everything() == before


def test_the_message_is_in_the_readers_language_and_leads_to_the_public_address(
    world: World,
) -> None:
    with_password(world)
    actor = actor_of_staff(world.connection, staff_id=world.staff["manager"])
    assert actor is not None
    change_own_details(
        world.connection, actor=actor, name="Camille", language="de", now=world.clock.now()
    )
    house = world.house
    provide(
        PagesHouse(
            pool=house.pool,
            clock=house.clock,
            phones=house.phones,
            country=house.country,
            mailer=world.mails,
            origin="https://club.example",
        )
    )
    ask(world.browser(), "manager@habitue.example")
    ((_, subject, text),) = world.mails.sent
    assert subject == "Ihr neues Passwort"
    assert "https://club.example/account/password/reset/key/" in text
    assert "localhost" not in text


def test_a_mail_server_that_is_away_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with_password(world)

    def away(**message: str) -> None:
        del message
        raise Refusal(Code.BUSY, seconds=30)

    monkeypatch.setattr(world.mails, "send", away)
    answer = world.browser().post(RESET, {"email": "manager@habitue.example"})
    assert answer.status_code == 503
