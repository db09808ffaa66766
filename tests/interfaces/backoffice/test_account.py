"""One's own account: name, language, PIN, and where one is signed in."""

from __future__ import annotations

import pytest
from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.services.access.pins import set_pin
from tests.interfaces.pages import World
from tests.interfaces.reading import PageRead, read_page, shows

ACCOUNT = "/backoffice/account/"
NASTY = ("", "   ", "x" * 10_000, "\x00", "\u202egnirts")


def opened(browser: Client) -> PageRead:
    """The page."""
    response = browser.get(ACCOUNT)
    assert response.status_code == 200
    return read_page(response)


def colleague(world: World, who: str = "manager") -> tuple[str, str, bool]:
    """Name and language of one of the cast, and whether a PIN was chosen."""
    ((name, language, pin),) = world.rows(
        "SELECT name, language, pin_hash FROM staff WHERE staff_id = %s", [world.staff[who]]
    )
    return name, language, bool(pin)


def test_one_changes_ones_own_name_and_language(world: World) -> None:
    browser = world.browser("manager")
    form = opened(browser).form(action=ACCOUNT)
    assert form.fields | {"csrfmiddlewaretoken": ""} == {
        "csrfmiddlewaretoken": "",
        "name": "Manager",
        "language": "en",
    }
    answer = browser.post(ACCOUNT, {"name": "Camille Roux", "language": "fr"})
    assert answer.headers["Location"] == ACCOUNT
    assert colleague(world) == ("Camille Roux", "fr", False)
    assert opened(browser).headings == ["Mon compte"]
    # Nobody else was changed.
    assert colleague(world, "owner")[:2] == ("Owner", "en")


@pytest.mark.parametrize("name", NASTY)
def test_a_name_that_is_none_is_sent_back(world: World, name: str) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = browser.post(ACCOUNT, {"name": name, "language": "en"})
    assert answer.status_code == 422
    assert world.everything() == before


def test_a_script_is_a_name_like_any_other_and_stays_one(world: World) -> None:
    browser = world.browser("manager")
    browser.post(ACCOUNT, {"name": "<script>alert(1)</script>", "language": "en"})
    assert "<script>alert(1)" not in browser.get(ACCOUNT).content.decode()


def test_a_language_that_nobody_speaks_is_sent_back(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = browser.post(ACCOUNT, {"name": "Camille", "language": "tlh"})
    assert answer.status_code == 422
    assert world.everything() == before


def test_one_chooses_a_pin_that_the_page_never_shows(world: World) -> None:
    browser = world.browser("manager")
    answer = browser.post(f"{ACCOUNT}pin/", {"pin": "2580"})
    assert answer.headers["Location"] == ACCOUNT
    assert colleague(world)[2]
    assert not shows("2580", browser.get(ACCOUNT).content.decode())


@pytest.mark.parametrize("pin", ["12", "abcd", "1234567", "1111", "1234", "9" * 10_000])
def test_a_pin_that_everybody_would_try_is_sent_back(world: World, pin: str) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = browser.post(f"{ACCOUNT}pin/", {"pin": pin})
    assert answer.status_code == 422
    assert world.everything() == before


def test_a_pin_that_is_taken_is_sent_back_without_saying_whose_it_is(world: World) -> None:
    set_pin(
        world.connection,
        actor=SYSTEM,
        staff_id=world.staff["staff"],
        pin="2580",
        now=world.clock.now(),
    )
    answer = world.browser("manager").post(f"{ACCOUNT}pin/", {"pin": "2580"})
    assert answer.status_code == 422
    assert "Staff" not in read_page(answer).forms[0].fields.values()
    assert not colleague(world)[2]


def test_sessions_are_listed_and_ended_one_by_one(world: World) -> None:
    here, there = world.browser("manager"), world.browser("manager")
    other = world.browser("owner")
    page = opened(here)
    assert page.words.count("this device") == 1
    ends = [form for form in page.forms if form.action.endswith("/end/") and form.buttons]
    one = [form for form in ends if form.action != f"{ACCOUNT}sessions/end/"]
    assert len(one) == 1
    assert here.post(one[0].action).headers["Location"] == ACCOUNT
    assert here.get(ACCOUNT).status_code == 200
    assert there.get(ACCOUNT).status_code == 302
    assert other.get(ACCOUNT).status_code == 200


def test_all_others_are_ended_at_once(world: World) -> None:
    here, *there = [world.browser("manager") for _ in range(4)]
    other = world.browser("owner")
    here.post(f"{ACCOUNT}sessions/end/")
    assert [browser.get(ACCOUNT).status_code for browser in (here, *there, other)] == [
        200, 302, 302, 302, 200,
    ]  # fmt: skip


def test_nobody_ends_the_sessions_of_somebody_else(world: World) -> None:
    other = world.browser("owner")
    form = next(
        form
        for form in opened(world.browser("owner")).forms
        if "/sessions/" in form.action and form.action != f"{ACCOUNT}sessions/end/"
    )
    browser = world.browser("manager")
    before = world.everything()
    for handle in (form.action, f"{ACCOUNT}sessions/{'x' * 30}/end/"):
        browser.post(handle)
    assert other.get(ACCOUNT).status_code == 200
    assert world.everything() == before


def test_what_is_not_the_own_accounts_is_not_reached(world: World) -> None:
    for who in ("staff", "till", "vadim", "stranger"):
        browser = world.browser(who)
        before = world.everything()
        for path in (ACCOUNT, f"{ACCOUNT}pin/", f"{ACCOUNT}sessions/end/"):
            answer = browser.post(path, {"name": "X", "language": "en", "pin": "2580"})
            assert answer.status_code in (302, 403)
        assert world.everything() == before


def test_the_page_leads_to_password_and_passkeys(world: World) -> None:
    links = opened(world.browser("manager")).links
    assert links["Change my password"] == "/account/password/change/"
    assert links["Passkeys, app and recovery codes"] == "/account/second-factor/"
