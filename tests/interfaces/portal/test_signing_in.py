"""Signing in by a code that comes by mail."""

from __future__ import annotations

from django.test import Client

from habitue.kit.instants import MINUTE
from tests.interfaces.pages import World
from tests.interfaces.portal.visiting import (
    CODE,
    HOME,
    JOIN,
    RIGHT_TO_LEFT,
    SCRIPT,
    SIGN_IN,
    VADIM,
    asked,
    is_in,
    led,
    mailed,
    opened,
    typed,
    wrong,
)
from tests.interfaces.reading import read_page

EXPIRED = "The code is too old, was used, or was tried too often."


def test_a_code_by_mail_lets_a_member_in(world: World) -> None:
    browser = world.browser()
    browser.defaults["HTTP_USER_AGENT"] = "Firefox on the sofa"
    page = led(browser, asked(browser, "  VADIM@Example.org "))
    assert page.headings == ["Your code"]
    assert VADIM in page.words
    ((to, subject, text),) = world.mails.sent
    code = mailed(world)
    assert (to, subject) == (VADIM, f"Your code: {code}")
    assert "It is valid for 10 minutes." in text
    before = browser.cookies["sessionid"].value
    answer = typed(browser, f" {code[:3]} {code[3:]} ")
    assert answer.headers["Location"] == HOME
    assert "Hello, Vadim" in led(browser, answer).words
    # What was known of the browser before is worth nothing afterwards.
    assert browser.cookies["sessionid"].value != before
    rows = world.rows("SELECT member_id, user_agent FROM web_session")
    assert rows == [(world.members["vadim"], "Firefox on the sofa")]


def test_the_message_speaks_the_members_language_and_not_the_browsers(world: World) -> None:
    world.member("Zoé", identifiers=[("email", "zoe@example.org")], language="fr")
    browser = world.browser()
    asked(browser, "zoe@example.org")
    _, subject, text = world.mails.sent[-1]
    assert subject.startswith("Votre code")
    assert "Bonjour" in text
    typed(browser, mailed(world, "zoe@example.org"))
    assert browser.get(HOME).headers["Content-Language"] == "fr"


def test_whether_somebody_is_a_member_is_told_to_nobody(world: World) -> None:
    told = []
    for address in (VADIM, "nobody@example.org"):
        browser = world.browser()
        first = asked(browser, address)
        said = [first.status_code, first.headers["Location"], led(browser, first).words]
        code = mailed(world) if address == VADIM else "000000"
        answer = typed(browser, wrong(code))
        said += [answer.status_code, read_page(answer).words]
        told.append([str(one).replace(address, "…") for one in said])
        assert not is_in(browser)
    assert told[0] == told[1]
    assert [to for to, _, _ in world.mails.sent] == [VADIM]


def test_a_wrong_code_says_how_many_tries_are_left_and_the_fifth_ends_them(world: World) -> None:
    browser = world.browser()
    asked(browser)
    code = mailed(world)
    before = world.everything()
    for left in (4, 3, 2, 1, 0):
        answer = typed(browser, wrong(code))
        assert answer.status_code == 422
        assert f"You can try it {left} more time" in read_page(answer).words
    answer = typed(browser, code)
    assert answer.status_code == 422
    assert EXPIRED in read_page(answer).words
    assert not is_in(browser)
    assert world.everything() == before
    # A new code makes it good again.
    asked(browser)
    assert led(browser, typed(browser, mailed(world))).headings == ["Hello, Vadim"]


def test_a_code_that_is_worth_nothing_any_more(world: World) -> None:
    browser = world.browser()
    asked(browser)
    world.clock.advance(10 * MINUTE)
    assert EXPIRED in read_page(typed(browser, mailed(world))).words
    # Somebody asks for the same address elsewhere: the newest code alone counts.
    asked(browser)
    code = mailed(world)
    asked(world.browser())
    assert EXPIRED in read_page(typed(browser, code)).words
    # The same browser asks twice, and the older message is read.
    asked(browser)
    code = mailed(world)
    asked(browser)
    older = code if code != mailed(world) else wrong(code)
    assert "look at the newest message" in read_page(typed(browser, older)).words
    assert not is_in(browser)


def test_until_the_last_moment_a_code_is_good(world: World) -> None:
    browser = world.browser()
    asked(browser)
    world.clock.advance(10 * MINUTE - 1)
    assert typed(browser, mailed(world)).status_code == 302


def test_a_code_serves_once(world: World) -> None:
    browser, other = world.browser(), world.browser()
    asked(browser)
    other.cookies["sessionid"] = browser.cookies["sessionid"].value
    code = mailed(world)
    fields = opened(other, CODE).form(button="Continue").fields
    assert typed(browser, code).status_code == 302
    # The key of the session was changed, so whoever had the old one has nothing.
    assert other.post(CODE, {**fields, "code": code}).headers["Location"] == SIGN_IN
    assert not is_in(other)
    browser.post("/portal/sign-out/")
    assert browser.post(CODE, {"code": code}).headers["Location"] == SIGN_IN


def test_a_code_is_of_use_only_where_it_was_asked_for(world: World) -> None:
    world.member("Zoé", identifiers=[("email", "zoe@example.org")])
    theirs, mine, nobody = world.browser(), world.browser(), world.browser()
    asked(theirs)
    code = mailed(world)
    asked(mine, "zoe@example.org")
    if code == mailed(world, "zoe@example.org"):
        code = wrong(code)
    assert typed(mine, code).status_code == 422
    assert nobody.post(CODE, {"code": code}).headers["Location"] == SIGN_IN
    assert not is_in(mine)
    assert not is_in(nobody)


def test_asking_is_throttled_for_an_address_and_begins_again_later(world: World) -> None:
    for place in range(5):
        assert asked(world.browser(), VADIM if place % 2 else "VADIM@example.org").status_code
    answer = asked(world.browser())
    assert answer.status_code == 422
    assert "too many attempts in a short time" in read_page(answer).words
    assert len(world.mails.sent) == 5
    # Somebody else is not kept out by it; and a quarter of an hour later nobody is.
    assert asked(world.browser(), "nobody@example.org").status_code == 302
    world.clock.advance(15 * MINUTE)
    assert asked(world.browser()).status_code == 302


def test_asking_for_many_addresses_from_one_place_is_throttled(world: World) -> None:
    browser = world.browser()
    answers = [browser.post(SIGN_IN, {"email": f"n{n}@example.org"}) for n in range(31)]
    assert [one.status_code for one in answers] == [302] * 30 + [422]
    answer = browser.post(JOIN, {"given_name": "N", "email": "n@example.org"})
    assert answer.status_code == 422
    assert world.mails.sent == []


def test_trying_codes_from_one_place_is_throttled(world: World) -> None:
    browser = world.browser()
    asked(browser)
    for _ in range(60):
        browser.post(CODE, {"code": wrong(mailed(world))})
    world.clock.advance(MINUTE)
    asked(browser)
    answer = browser.post(CODE, {"code": mailed(world)})
    assert answer.status_code == 422
    assert "too many attempts in a short time" in read_page(answer).words
    assert not is_in(browser)


def test_whoever_is_in_need_not_sign_in(world: World) -> None:
    browser = world.browser("vadim")
    for path in (SIGN_IN, JOIN, CODE):
        assert browser.get(path).headers["Location"] == HOME, path


BAD = {
    "nothing": "",
    "spaces": "   ",
    "long": "a" * 10_000 + "@example.org",
    "script": f"{SCRIPT}@example.org x",
    "nul": "a\x00@example.org",
    "no address": "vadim",
    "two": "a@example.org,b@example.org",
    "header": "a@example.org\nBcc: b@example.org",
    "right to left": f"{RIGHT_TO_LEFT} @example.org",
}


def test_what_is_no_address_is_sent_back(world: World) -> None:
    browser = world.browser()
    before = world.everything()
    for name, address in BAD.items():
        answer = asked(browser, address)
        assert answer.status_code == 422, name
        assert "<script>alert" not in answer.content.decode()
    answer = browser.generic(
        "POST", SIGN_IN, b"email=%ff%ED%A0%80", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422
    assert world.everything() == before
    assert world.mails.sent == []


def test_what_is_no_code_is_sent_back(world: World) -> None:
    browser = world.browser()
    asked(browser)
    for code in ("", "   ", "1" * 10_000, "\x00", SCRIPT[:20], "٠١٢٣٤٥"):
        answer = typed(browser, code)
        assert answer.status_code == 422, code[:20]
        assert "<script>alert" not in answer.content.decode()
    assert not is_in(browser)


def test_a_form_without_fields_is_sent_back(world: World) -> None:
    browser = world.browser()
    asked(browser)
    before = world.everything()
    for path in (SIGN_IN, JOIN, CODE):
        answer = browser.post(path, {})
        assert answer.status_code == 422, path
        assert "This field is required." in read_page(answer).words
    assert world.everything() == before
    assert len(world.mails.sent) == 1


def test_a_language_that_nobody_speaks_is_that_of_the_house(world: World) -> None:
    before = world.everything()
    for language in ("tlh", "", "\x00", SCRIPT, "../../etc", "a" * 10_000):
        browser = world.browser()
        assert browser.post("/language/", {"language": language}).status_code in (302, 422)
        browser.cookies["language"] = language
        for path in (SIGN_IN, JOIN):
            answer = browser.get(path, headers={"accept-language": language})
            assert answer.status_code == 200, language[:20]
            assert answer.headers["Content-Language"] == "en"
    assert world.everything() == before


def test_without_the_token_of_the_page_nobody_comes_in(world: World) -> None:
    browser = world.browser()
    asked(browser)
    code = mailed(world)
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = browser.cookies
    for path in (SIGN_IN, JOIN, CODE):
        answer = strict.post(path, {"email": VADIM, "given_name": "X", "code": code})
        assert answer.status_code == 403
    assert not is_in(strict)
    assert len(world.mails.sent) == 1
