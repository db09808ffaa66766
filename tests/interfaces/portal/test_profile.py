"""The page about oneself: details, what is agreed to, and one's data to take along."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime
from typing import Any, Final

from habitue.kit.instants import HOUR
from tests.interfaces.pages import World
from tests.interfaces.portal.visiting import (
    ARABIC,
    CARD,
    CONSENTS,
    DATA,
    HOME,
    ME,
    RIGHT_TO_LEFT,
    SCRIPT,
    led,
    opened,
    sent,
    trail,
)
from tests.interfaces.reading import read_page


def details(world: World, who: str) -> tuple[Any, ...]:
    """What is kept of a member."""
    (row,) = world.rows(
        "SELECT given_name, family_name, display_name, language, birth_date::text FROM member"
        " WHERE member_id = %s",
        [world.members[who]],
    )
    return row


def answers(world: World, who: str = "ana") -> list[tuple[Any, ...]]:
    """Every answer that a member ever gave, in order."""
    return world.rows(
        "SELECT purpose, channel, given, actor_kind, actor_name FROM consent WHERE member_id = %s"
        " ORDER BY at, consent_id",
        [world.members[who]],
    )


def test_what_is_known_stands_in_the_form_and_is_changed_by_it(world: World) -> None:
    browser = world.browser("ana")
    before = details(world, "vadim")
    assert details(world, "ana") == ("Ana", "Ionescu", "", "en", None)
    page = led(
        browser,
        sent(
            browser,
            ME,
            button="Save",
            given_name="Ana Maria",
            display_name="Nana",
            birth_date="1990-02-28",
        ),
    )
    assert "It was saved." in page.words
    assert details(world, "ana") == ("Ana Maria", "Ionescu", "Nana", "en", "1990-02-28")
    fields = page.form(button="Save").fields
    assert (fields["given_name"], fields["display_name"]) == ("Ana Maria", "Nana")
    assert trail(world)[-1][1] == "member_changed"
    assert details(world, "vadim") == before


def test_the_page_goes_on_in_the_language_that_was_chosen(world: World) -> None:
    browser = world.browser("ana")
    browser.post("/language/", {"language": "fr"})
    answer = browser.post(ME, {"given_name": "Ana", "language": "ro"})
    page = led(browser, answer)
    assert browser.get(ME).headers["Content-Language"] == "ro"
    assert "It was saved." not in page.words
    assert details(world, "ana")[3] == "ro"


def test_nothing_changed_is_nothing_written(world: World) -> None:
    browser = world.browser("vadim")
    before = world.everything()
    led(browser, sent(browser, ME, button="Save"))
    assert world.everything() == before


def test_a_birthday_is_shown_and_kept_in_every_language(world: World) -> None:
    for language in ("en", "fr", "de", "ro"):
        who = f"Ben-{language}"
        world.member(who, language=language, birth_date="1990-02-28")
        browser = world.browser(who.casefold())
        page = browser.get(ME)
        assert page.headers["Content-Language"] == language
        (form,) = [one for one in read_page(page).forms if "given_name" in one.fields]
        # So a browser's calendar takes it; in any other way the field would stand empty.
        assert form.fields["birth_date"] == "1990-02-28"
        led(browser, browser.post(ME, {**form.fields, "given_name": "Benno"}))
        kept = ("Benno", "", "", language, "1990-02-28")
        assert details(world, who.casefold()) == kept


def test_a_birthday_that_is_set_stays_whatever_is_sent(world: World) -> None:
    browser = world.browser("vadim")
    for forged in ("1999-12-31", "", "nonsense", "\x00"):
        led(browser, sent(browser, ME, button="Save", birth_date=forged, family_name="Changed"))
        assert details(world, "vadim")[4] == "1981-05-30", forged
    assert opened(browser, ME).form(button="Save").fields["birth_date"] == "1981-05-30"
    assert details(world, "vadim") == ("Vadim", "Changed", "", "en", "1981-05-30")


def test_a_member_changes_nothing_that_the_page_does_not_offer(world: World) -> None:
    browser = world.browser("vadim")
    before = world.everything()
    forged = dict.fromkeys(("number", "member_id", "status", "store", "attributes"), "forged")
    led(browser, sent(browser, ME, button="Save", **forged))
    assert world.everything() == before


BAD: Final = (
    ("given_name", "", "This field is required."),
    ("given_name", "   ", "This field is required."),
    ("given_name", "a" * 10_000, "at most 100 characters"),
    ("family_name", "a" * 10_000, "at most 100 characters"),
    ("display_name", "a" * 10_000, "at most 100 characters"),
    ("given_name", "\x00", "Null characters are not allowed."),
    ("given_name", "a\x07b", "a\\x07b"),
    ("family_name", "a\x1bb", "a\\x1bb"),
    ("language", "xx", "Select a valid choice."),
    ("language", "", "This field is required."),
    ("language", "a" * 10_000, "Select a valid choice."),
    ("birth_date", "1990-02-30", "Enter a valid date."),
    ("birth_date", "9999-12-31", "9999"),
    ("birth_date", "0001-01-01", "0001"),
    ("birth_date", "1" * 10_000, "Enter a valid date."),
)
# What is typed, and what is kept: everything but the marks that turn the text around a name.
NAMES: Final = (
    (SCRIPT, SCRIPT),
    (RIGHT_TO_LEFT, "gnirts"),
    (ARABIC, ARABIC),
    ('O\'Neil "Bo" & Söhne', 'O\'Neil "Bo" & Söhne'),
    ("{{ 7|add:7 }}", "{{ 7|add:7 }}"),
    ("'; DROP TABLE member; --", "'; DROP TABLE member; --"),
)


def test_what_is_wrong_is_said_and_nothing_changed(world: World) -> None:
    browser = world.browser("ana")
    form = opened(browser, ME).form(button="Save")
    before = world.everything()
    for field, value, said in BAD:
        answer = browser.post(ME, {**form.fields, field: value})
        assert answer.status_code == 422, (field, value[:20])
        assert said in read_page(answer).words, (field, value[:20])
    assert world.everything() == before


def test_a_form_without_fields_is_sent_back(world: World) -> None:
    browser = world.browser("ana")
    before = world.everything()
    for answer in (browser.post(ME, {}), browser.post(ME, "{}", content_type="application/json")):
        assert answer.status_code == 422
        assert "This field is required." in read_page(answer).words
    assert world.everything() == before


def test_a_name_is_kept_as_it_is_and_is_a_text_on_every_page(world: World) -> None:
    browser = world.browser("ana")
    for typed, name in NAMES:
        led(browser, sent(browser, ME, button="Save", given_name=typed, display_name=typed))
        assert details(world, "ana")[0] == name
        assert opened(browser, ME).form(button="Save").fields["given_name"] == name
        assert opened(browser).headings == [f"Hello, {name}"]
        for path in (HOME, CARD, ME):
            assert "<script>alert" not in browser.get(path).content.decode()


def test_letters_that_are_none_break_nothing(world: World) -> None:
    browser = world.browser("ana")
    form = "application/x-www-form-urlencoded"
    for raw in (b"%ff%fe", b"%ED%A0%80", b"\xff\xfe", b"%C0%AF"):
        answer = browser.generic("POST", ME, b"language=en&given_name=A" + raw, content_type=form)
        assert answer.status_code in (302, 400, 422), raw
        assert details(world, "ana")[0].startswith("A")


def test_how_the_house_knows_a_member(world: World) -> None:
    words = opened(world.browser("vadim"), ME).words
    assert "CARD0001 vadim@example.org" in words
    assert "CARD0002" not in words


# --- what is agreed to ----------------------------------------------------------------------------

NEWS, LIKES = "news_and_offers-email", "remembering-on_site"


def test_consents_are_given_and_withdrawn_and_every_answer_stays(world: World) -> None:
    browser = world.browser("ana")
    page = led(browser, sent(browser, ME, button="Save my choice", **{NEWS: "on", LIKES: "on"}))
    assert "Your choice was saved." in page.words
    assert "News and offers, by e-mail answered on 1 June 2026" in page.words
    given = page.form(button="Save my choice").fields
    assert {NEWS, LIKES} <= given.keys()
    first = answers(world)
    news, likes = ("news_and_offers", "email"), ("remembering", "on_site")
    oneself = ("member", "Ana Ionescu")
    assert first == [(*news, True, *oneself), (*likes, True, *oneself)]
    world.clock.advance(HOUR)
    browser.post(CONSENTS, {LIKES: "on"})
    assert answers(world) == [*first, (*news, False, *oneself)]
    left = opened(browser, ME).form(button="Save my choice").fields
    assert LIKES in left
    assert NEWS not in left
    told = [action for _, action, _ in trail(world) if action.startswith("consent")]
    assert told == ["consent_given", "consent_given", "consent_withdrawn"]
    assert answers(world, "vadim") == []


def test_the_same_answer_again_is_not_noted_again(world: World) -> None:
    browser = world.browser("ana")
    browser.post(CONSENTS, {NEWS: "on"})
    before = world.everything()
    world.clock.advance(HOUR)
    for _ in range(2):
        assert browser.post(CONSENTS, {NEWS: "on"}).status_code == 302
    assert world.everything() == before


def test_what_nobody_asks_for_cannot_be_agreed_to(world: World) -> None:
    browser = world.browser("ana")
    before = world.everything()
    for field in ("remembering-email", "news_and_offers-fax", "x" * 10_000, "\x00", SCRIPT):
        browser.post(CONSENTS, {field: "on"})
    assert world.everything() == before


def test_the_day_of_an_answer_is_that_of_the_programme(world: World) -> None:
    # It is the last hour of the first of June in UTC, and the second of June in Paris.
    world.clock.advance(11 * HOUR)
    browser = world.browser("ana")
    browser.post(CONSENTS, {NEWS: "on"})
    assert "by e-mail answered on 2 June 2026" in opened(browser, ME).words


# --- one's data -----------------------------------------------------------------------------------


def test_a_member_takes_their_own_data_along_and_nobody_elses(world: World) -> None:
    world.till.ok(world.till.purchase("CARD0002", "33.00"))
    browser = world.browser("vadim")
    browser.post(CONSENTS, {NEWS: "on"})
    answer = browser.get(opened(browser, ME).links["Download my data"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.zip"'
    with zipfile.ZipFile(io.BytesIO(b"".join(answer))) as archive:
        held = {name: json.loads(archive.read(name)) for name in archive.namelist()}
    assert {name: len(rows) for name, rows in held.items()} == {
        "member.json": 1,
        "identifiers.json": 3,
        "consents.json": 1,
        "contributions.json": 0,
        "events.json": 1,
        "ledger.json": 1,
        "tiers.json": 1,
        "referrals.json": 0,
        "trail.json": 1,
    }
    assert held["member.json"][0]["given_name"] == "Vadim"
    assert held["member.json"][0]["birth_date"] == "1981-05-30"
    assert held["ledger.json"][0]["amount"] == 120
    whole = json.dumps(held)
    assert "CARD0001" in whole
    for foreign in ("CARD0002", "Ionescu", str(world.members["ana"]), "33.00"):
        assert foreign not in whole
    assert trail(world)[-1] == ("Vadim Ivanovich", "data_exported", "Vadim Ivanovich")
    at, about = world.rows("SELECT at, member_id FROM trail ORDER BY at DESC, trail_id DESC")[0]
    assert (at, about) == (datetime(2026, 6, 1, 12, tzinfo=UTC), world.members["vadim"])


def test_asking_what_the_file_would_be_is_no_export(world: World) -> None:
    browser = world.browser("vadim")
    before = world.everything()
    assert browser.head(DATA).status_code == 405
    assert world.everything() == before
