"""A second factor: an app with codes, codes on paper; passkeys are proved in a real browser."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.services.access.staff import invite_staff
from tests.interfaces.entrance.signing import PASSWORD, is_in, opened, typed, with_password
from tests.interfaces.pages import World
from tests.interfaces.reading import PageRead

INDEX = "/account/second-factor/"
APP, AUTHENTICATE = f"{INDEX}totp/activate/", f"{INDEX}authenticate/"
CODES = f"{INDEX}recovery-codes/"


def code_of(secret: str) -> str:
    """What the app says now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def confirmed(world: World) -> Client:
    """A browser in which somebody signed in, and confirmed that it is still they."""
    browser = world.browser()
    typed(browser, "manager")
    say_again(browser, "password", PASSWORD)
    return browser


def say_again(browser: Client, field: str, answer: str) -> None:
    """Confirm who one is, as the page asks before anything is changed."""
    asked = browser.get(APP if field == "password" else f"{CODES}generate/")
    there = asked.headers["Location"]
    if field == "code":
        there = there.replace("/account/reauthenticate/", f"{INDEX}reauthenticate/")
    form = opened(browser, there).form(button="Confirm")
    assert browser.post(form.action, {**form.fields, field: answer}).status_code == 302


@dataclass(frozen=True)
class Second:
    """The manager's second factor: the secret of the app, and codes on paper."""

    secret: str
    codes: list[str]


@pytest.fixture
def second(world: World) -> Second:
    """An app, set up as the page says."""
    with_password(world)
    browser = confirmed(world)
    page = opened(browser, APP)
    found = re.search(r"Secret: ([A-Z2-7]{16,})", page.words)
    assert found, page.words
    fields = page.form(button="Save").fields
    answer = browser.post(APP, {**fields, "code": code_of(found[1])})
    # Whoever has a second factor gets codes for the day on which it is lost.
    assert answer.headers["Location"] == CODES
    return Second(found[1], paper_codes(browser))


def halfway(world: World) -> tuple[Client, PageRead]:
    """A browser in which the password was right."""
    browser = world.browser()
    answer = typed(browser, "manager")
    assert answer.headers["Location"].split("?")[0] == AUTHENTICATE
    return browser, opened(browser, answer.headers["Location"])


def paper_codes(browser: Client) -> list[str]:
    """The codes that the page shows."""
    return re.findall(r"<code>([^<]+)</code>", browser.get(CODES).content.decode())


@pytest.mark.usefixtures("second")
def test_the_password_alone_is_not_enough(world: World) -> None:
    browser, page = halfway(world)
    assert page.headings == ["One more step"]
    assert not is_in(browser)
    for wrong in ("000000", "", "x" * 10_000, "<script>"):
        answer = browser.post(AUTHENTICATE, {**page.forms[0].fields, "code": wrong})
        assert answer.status_code == 200
        assert not is_in(browser)
    assert world.rows("SELECT 1 FROM web_session WHERE staff_id IS NOT NULL") != []


def test_with_the_code_of_the_app_it_is_and_a_code_counts_once(
    world: World, second: Second
) -> None:
    for is_first in (True, False):
        browser, page = halfway(world)
        browser.post(AUTHENTICATE, {**page.forms[0].fields, "code": code_of(second.secret)})
        assert is_in(browser) == is_first


def test_a_code_on_paper_lets_in_once(world: World, second: Second) -> None:
    assert len(set(second.codes)) == 10
    for is_first in (True, False):
        browser, page = halfway(world)
        # Codes are for whoever is in.
        assert paper_codes(browser) == []
        browser.post(AUTHENTICATE, {**page.forms[0].fields, "code": second.codes[0]})
        assert is_in(browser) == is_first
    browser, page = halfway(world)
    browser.post(AUTHENTICATE, {**page.forms[0].fields, "code": second.codes[1]})
    say_again(browser, "code", second.codes[2])
    assert paper_codes(browser) == second.codes[3:]


def test_new_codes_make_the_old_ones_worthless(world: World, second: Second) -> None:
    browser, page = halfway(world)
    browser.post(AUTHENTICATE, {**page.forms[0].fields, "code": second.codes[0]})
    say_again(browser, "code", second.codes[1])
    form = opened(browser, f"{CODES}generate/").form(button="Make recovery codes")
    assert browser.post(form.action, form.fields).headers["Location"] == CODES
    fresh = paper_codes(browser)
    assert len(set(fresh)) == 10
    assert not set(fresh) & set(second.codes)
    file = browser.get(f"{CODES}download/")
    assert file.headers["Content-Type"].startswith("text/plain")
    assert set(fresh) <= set(file.content.decode().split())
    again, page = halfway(world)
    again.post(AUTHENTICATE, {**page.forms[0].fields, "code": second.codes[2]})
    assert not is_in(again)


@pytest.mark.usefixtures("second")
def test_a_stolen_session_must_say_the_password_again(world: World) -> None:
    # A session that somebody left open: it was not begun just now, by whoever sits there.
    browser = world.browser("manager")
    for path in (f"{INDEX}totp/deactivate/", f"{CODES}generate/", f"{INDEX}webauthn/add/"):
        answer = browser.get(path)
        assert answer.status_code == 302
        page = opened(browser, answer.headers["Location"])
        assert page.headings == ["Is it still you?"]
        for form in page.forms:
            if form.action.endswith("reauthenticate/"):
                names = {name for name in form.fields if name in ("password", "code")}
                tried = browser.post(form.action, {**form.fields, **dict.fromkeys(names, "x")})
                assert tried.status_code == 200
                assert 'class="field-error"' in tried.content.decode()
    assert opened(browser, INDEX).words.count("in use") == 1


def test_whoever_confirms_does_without_the_app(world: World, second: Second) -> None:
    browser, page = halfway(world)
    browser.post(AUTHENTICATE, {**page.forms[0].fields, "code": second.codes[0]})
    say_again(browser, "code", second.codes[1])
    path = f"{INDEX}totp/deactivate/"
    form = opened(browser, path).form(button="Do without the app")
    assert browser.post(form.action, form.fields).headers["Location"] == INDEX
    assert "in use" not in opened(browser, INDEX).words
    assert typed(world.browser(), "manager").headers["Location"] == "/"


@pytest.mark.usefixtures("second")
def test_an_invitation_does_not_replace_the_second_factor(world: World) -> None:
    token = invite_staff(
        world.connection, actor=SYSTEM, staff_id=world.staff["manager"], now=world.clock.now()
    )
    browser = world.browser()
    other = "another quiet table"
    answer = browser.post(f"/enter/{token}/", {"password": other, "again": other})
    assert answer.headers["Location"] == "/account/sign-in/"
    assert "Sign in with it." in opened(browser, "/account/sign-in/").words
    assert not is_in(browser)
    answer = typed(browser, "manager", other)
    assert answer.headers["Location"].split("?")[0] == AUTHENTICATE


def test_every_page_of_signing_in_opens(world: World) -> None:
    with_password(world)
    browser = confirmed(world)
    titles = {
        INDEX: "How you sign in",
        APP: "Set up an app",
        f"{INDEX}webauthn/": "Passkeys",
        f"{INDEX}webauthn/add/": "Add a passkey",
        "/account/password/change/": "Change my password",
        "/account/reauthenticate/": "Is it still you?",
    }
    assert {path: opened(browser, path).headings for path in titles} == {
        path: [title] for path, title in titles.items()
    }


def test_a_passkey_that_was_made_up_lets_nobody_in(world: World) -> None:
    browser = world.browser()
    path = f"{INDEX}webauthn/login/"
    asked = browser.get(path, headers={"accept": "application/json"})
    assert set(asked.json()) == {"request_options"}
    made_up = {"id": "x", "rawId": "x", "type": "public-key", "response": {}}
    for credential in ("{}", "[]", "null", '{"id": "x"}', json.dumps(made_up), "x" * 10_000):
        answer = browser.post(path, {"credential": credential})
        assert answer.headers["Location"] == "/account/sign-in/"
        assert not is_in(browser)
    assert "Incorrect code" in opened(browser, "/account/sign-in/").words
