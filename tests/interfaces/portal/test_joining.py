"""Joining by oneself: the code comes first, and a form sent twice makes one member."""

from __future__ import annotations

from typing import Any

from habitue.domain.access import SYSTEM
from habitue.kit.instants import MINUTE
from habitue.selectors.invitations import Invitation
from habitue.services.access.invitations import Wish, invite_people
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.portal.visiting import (
    ARABIC,
    CODE,
    HOME,
    JOIN,
    NEW,
    SCRIPT,
    SIGN_IN,
    VADIM,
    asked,
    is_in,
    joining,
    led,
    mailed,
    opened,
    sent,
    trail,
    typed,
    wrong,
)
from tests.interfaces.reading import read_page


def members(world: World) -> list[tuple[Any, ...]]:
    """Who joined since the beginning."""
    return world.rows(
        "SELECT given_name, family_name, language FROM member WHERE member_id <> ALL(%s)"
        " ORDER BY joined_at, member_id",
        [list(world.members.values())],
    )


def test_nobody_is_made_before_the_code_proves_the_address(world: World) -> None:
    browser = world.browser()
    before = world.everything()
    page = led(browser, joining(browser, email="Zoe@Example.org"))
    assert page.headings == ["Your code"]
    assert world.everything() == before
    code = mailed(world, NEW)
    assert typed(browser, wrong(code)).status_code == 422
    assert world.everything() == before
    assert not is_in(browser)
    page = led(browser, typed(browser, code))
    assert page.headings == ["Hello, Zoé"]
    # What joining gives is there at once.
    assert "Points 20" in page.words
    assert "Joined" in page.words
    assert members(world) == [("Zoé", "", "en")]
    known = world.rows("SELECT value FROM identifier WHERE kind = 'email' ORDER BY value")
    assert known == [(VADIM,), (NEW,)]
    assert trail(world)[-1] == ("Zoé", "member_enrolled", "Zoé")
    assert world.rows("SELECT * FROM consent") == []


def test_what_was_agreed_to_is_noted_in_the_members_own_name(world: World) -> None:
    browser = world.browser()
    joining(browser, family_name="Lefèvre", news="on", remember="on")
    typed(browser, mailed(world, NEW))
    noted = world.rows(
        "SELECT purpose, channel, given, actor_kind, actor_name FROM consent ORDER BY purpose"
    )
    assert noted == [
        ("news_and_offers", "email", True, "member", "Zoé Lefèvre"),
        ("remembering", "on_site", True, "member", "Zoé Lefèvre"),
    ]


def test_the_language_of_the_page_becomes_the_members(world: World) -> None:
    browser = world.browser()
    browser.post("/language/", {"language": "de"})
    (form,) = [one for one in opened(browser, JOIN).forms if "given_name" in one.fields]
    browser.post(JOIN, {**form.fields, "given_name": "Jürgen", "email": NEW})
    assert world.mails.sent[-1][1].startswith("Ihr Code")
    browser.post(CODE, {"code": mailed(world, NEW)})
    assert members(world) == [("Jürgen", "", "de")]


def test_a_form_that_is_sent_again_makes_one_member(world: World) -> None:
    browser = world.browser()
    form = opened(browser, JOIN).form(button="Join")
    given = {**form.fields, "given_name": "Zoé", "email": NEW}
    for _ in range(2):
        assert browser.post(JOIN, given).headers["Location"] == CODE
    code = mailed(world, NEW)
    fields = {**opened(browser, CODE).form(button="Continue").fields, "code": code}
    assert browser.post(CODE, fields).headers["Location"] == HOME
    before = world.everything()
    # The button was pressed twice, or the page was loaded again.
    assert browser.post(CODE, fields).headers["Location"] == HOME
    assert is_in(browser)
    browser.post("/portal/sign-out/")
    assert browser.post(CODE, fields).headers["Location"] == SIGN_IN
    assert world.everything() == before
    assert len(members(world)) == 1


def test_two_browsers_with_one_address_make_one_member(world: World) -> None:
    first, second = world.browser(), world.browser()
    joining(first)
    early = mailed(world, NEW)
    joining(second)
    assert typed(second, mailed(world, NEW)).status_code == 302
    assert typed(first, early).status_code == 422
    before = world.everything()
    joining(first)
    assert led(first, typed(first, mailed(world, NEW))).headings == ["Hello, Zoé"]
    assert world.everything() == before
    assert len(members(world)) == 1


def test_whoever_has_the_address_already_comes_in_and_nothing_is_made(world: World) -> None:
    before = world.everything()
    told = []
    for address in (VADIM, NEW):
        browser = world.browser()
        page = led(browser, joining(browser, given_name="Other", email=address, news="on"))
        told.append(page.words.replace(address, "…"))
    # The page does not say who is a member; the code that was mailed does, to its owner.
    assert told[0] == told[1]
    browser = world.browser()
    joining(browser, given_name="Other", email=VADIM, news="on")
    assert led(browser, typed(browser, mailed(world))).headings == ["Hello, Vadim"]
    assert world.everything() == before


def test_an_address_that_was_taken_meanwhile_is_said(world: World) -> None:
    browser = world.browser()
    joining(browser)
    code = mailed(world, NEW)
    world.member("Zelda", identifiers=[("email", NEW)])
    before = world.everything()
    answer = typed(browser, code)
    assert answer.status_code == 422
    assert NEW in read_page(answer).words.partition("minutes.")[2]
    assert world.everything() == before
    assert not is_in(browser)
    # The way in is open to them.
    joining(browser)
    assert led(browser, typed(browser, mailed(world, NEW))).headings == ["Hello, Zelda"]


def test_a_code_that_is_too_old_makes_nobody(world: World) -> None:
    browser = world.browser()
    before = world.everything()
    joining(browser)
    world.clock.advance(10 * MINUTE)
    assert typed(browser, mailed(world, NEW)).status_code == 422
    assert world.everything() == before


def test_who_only_tried_to_sign_in_is_not_made_a_member(world: World) -> None:
    browser = world.browser()
    joining(browser)
    asked(browser, NEW)
    before = world.everything()
    # The code of the wish to join is none for the wish to sign in.
    assert typed(browser, mailed(world, NEW)).status_code == 422
    # Nobody is told the code that a stranger's sign-in has; were it guessed, it makes no member,
    # because the wish to join was forgotten with the wish to sign in.
    guessed = "123456"
    changed = world.rows(
        "UPDATE sign_in_code SET code_hash ="
        " sha256(decode(replace(code_id::text, '-', ''), 'hex') || convert_to(%s, 'UTF8'))"
        " WHERE purpose = 'sign_in' RETURNING 1",
        [guessed],
    )
    assert len(changed) == 1
    answer = typed(browser, guessed)
    assert answer.status_code == 422
    assert "was used" in read_page(answer).words
    assert world.rows("SELECT count(*) FROM sign_in_code WHERE used_at IS NOT NULL") == [(1,)]
    assert world.everything() == before
    assert not is_in(browser)


BAD: dict[str, dict[str, str]] = {
    "This field is required.": {"given_name": ""},
    "This field is required. ": {"given_name": "  "},
    "This field is required.  ": {"email": ""},
    "at most 100 characters": {"given_name": "a" * 10_000},
    "at most 100 characters ": {"family_name": "a" * 10_000},
    "at most 254 characters": {"email": "a" * 10_000},
    "Null characters are not allowed.": {"given_name": "\x00"},
    "Null characters are not allowed. ": {"family_name": "\x00"},
    "Null characters are not allowed.  ": {"email": "\x00"},
    "a\\x07b": {"given_name": "a\x07b"},
    "a\\x1bb": {"family_name": "a\x1bb"},
    "zoe": {"email": "zoe"},
    f"{SCRIPT} zoe": {"email": f"{SCRIPT} zoe"},
}


def test_what_is_wrong_is_said_before_a_code_is_sent(world: World) -> None:
    browser = world.browser()
    before = world.everything()
    given = {"given_name": "Zoé", "email": NEW}
    for said, fields in BAD.items():
        answer = browser.post(JOIN, {**given, **fields})
        assert answer.status_code == 422, said
        assert said.strip() in read_page(answer).words
        assert "<script>alert" not in answer.content.decode()
    assert world.everything() == before
    assert world.mails.sent == []


def test_names_are_texts(world: World) -> None:
    for place, name in enumerate((SCRIPT, ARABIC, "{{ 7|add:7 }}", "'; DROP TABLE member; --")):
        browser = world.browser()
        joining(browser, given_name=name, email=f"z{place}@example.org")
        page = led(browser, typed(browser, mailed(world, f"z{place}@example.org")))
        assert page.headings == [f"Hello, {name}"]
        assert "<script>alert" not in browser.get(HOME).content.decode()
    assert len(members(world)) == 4


def test_a_closed_club_sends_strangers_to_the_staff_before_any_code(world: World) -> None:
    closed = DOCUMENT | {"joining": "invitation"}
    world.till.publish(closed, effective_at=world.clock.now())
    world.clock.advance(MINUTE)
    before = world.everything()
    answer = joining(world.browser(), email="Zoe@Example.org")
    assert answer.status_code == 422
    assert "Ask the staff: they can let you in." in read_page(answer).words
    assert world.everything() == before


def club(world: World, **wish: Any) -> Invitation:
    """An invitation into the programme, which is a closed club from now on."""
    world.till.publish(DOCUMENT | {"joining": "invitation"}, effective_at=world.clock.now())
    world.clock.advance(MINUTE)
    return invite_people(
        world.connection,
        actor=SYSTEM,
        wish=Wish("corner", **wish),
        key="k",
        now=world.clock.now(),
    )


def test_a_stranger_joins_a_closed_club_by_the_link_that_they_were_sent(world: World) -> None:
    invitation = club(world)
    browser = world.browser()
    link = f"{JOIN}?programme=corner&invitation={invitation.printed}"
    page = opened(browser, link)
    assert "is a closed club: an invitation opens it." in page.words
    form = page.form(button="Join")
    # The link filled the code in; a wrong one is told before anything is sent.
    assert form.fields["invitation"] == invitation.printed
    given = {**form.fields, "given_name": "Zoé", "email": NEW}
    before = world.everything()
    answer = browser.post(JOIN, {**given, "invitation": "ACDE-FGHJ-KMNP"})
    assert answer.status_code == 422
    assert "mistyped, used up, over or revoked" in read_page(answer).words
    assert world.mails.sent == []
    assert world.everything() == before
    assert browser.post(JOIN, given).headers["Location"] == CODE
    assert led(browser, typed(browser, mailed(world, NEW))).headings[0] == "Hello, Zoé"
    assert world.rows("SELECT joined FROM invitation") == [(1,)]


def test_a_member_who_is_outside_is_told_what_opens_the_club_and_enters(world: World) -> None:
    invitation = club(world)
    browser = world.browser("ana")
    page = opened(browser)
    assert "you have not joined it yet" in page.words
    answer = sent(browser, HOME, button="Join", invitation="nonsense")
    assert answer.status_code == 422
    assert "mistyped" in read_page(answer).words
    page = led(browser, sent(browser, HOME, button="Join", invitation=invitation.code))
    assert "you have not joined it yet" not in page.words
    assert "Points 20" in page.words
    assert world.rows("SELECT joined FROM invitation") == [(1,)]
