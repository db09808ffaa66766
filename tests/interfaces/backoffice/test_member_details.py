"""What is known of a member: details, changed by one person at a time; identifiers; consents."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.interfaces.backoffice.members import NASTY, address, opened, sent
from tests.interfaces.pages import HERE, World
from tests.interfaces.reading import read_page


def details(world: World, who: str = "vadim") -> tuple[Any, ...]:
    """What is stored."""
    (row,) = world.rows(
        "SELECT given_name, family_name, display_name, birth_date::text, language, store, revision"
        " FROM member WHERE member_id = %s",
        [world.members[who]],
    )
    return row


def test_details_are_changed_and_told(world: World) -> None:
    browser = world.browser("manager")
    answer = sent(browser, address(world, rest="edit/"), button="Save",
                  display_name="Vadik", birth_date="1981-06-01", language="ro")  # fmt: skip
    assert (answer.status_code, answer.headers["Location"]) == (302, address(world))
    page = opened(browser, address(world))
    assert page.headings == ["Vadik"]
    assert "It was saved." in page.words
    assert "It is their birthday today." in page.words
    assert details(world) == ("Vadim", "Ivanovich", "Vadik", "1981-06-01", "ro", HERE, 1)
    ((name, said),) = world.rows(
        "SELECT actor_name, details::text FROM trail WHERE action = 'member_changed'"
    )
    # The trail says what was changed, and not what it was.
    assert name == "Manager"
    assert "birth_date" in said
    assert "1981" not in said


def test_the_same_again_changes_nothing(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    assert sent(browser, address(world, rest="edit/"), button="Save").status_code == 302
    assert world.everything() == before


def test_what_is_known_can_be_forgotten(world: World) -> None:
    sent(world.browser("manager"), address(world, rest="edit/"), button="Save",
         birth_date="", language="", store="")  # fmt: skip
    assert details(world)[3:6] == (None, "", None)


def test_two_people_do_not_overwrite_each_other(world: World) -> None:
    path = address(world, rest="edit/")
    first, second = world.browser("manager"), world.browser("owner")
    mine = opened(first, path).form(button="Save")
    sent(second, path, button="Save", given_name="Wadim", store="")
    before = world.everything()
    answer = first.post(path, {**mine.fields, "display_name": "Vadik"})
    page = read_page(answer)
    assert answer.status_code == 409
    assert "Somebody else has changed this member meanwhile" in page.words
    # What is saved now, beside what was typed.
    assert "First name Wadim" in page.words
    assert "Home store –" in page.words
    assert "What we call them –" in page.words
    assert world.everything() == before
    form = page.form(button="Save all the same")
    assert (form.fields["display_name"], form.fields["given_name"]) == ("Vadik", "Vadim")
    assert first.post(path, form.fields).status_code == 302
    assert details(world) == ("Vadim", "Ivanovich", "Vadik", "1981-05-30", "en", HERE, 2)


@pytest.mark.parametrize(
    "fields",
    [
        {"given_name": "a" * 101},
        {"display_name": "a" * 201},
        {"birth_date": "1899-12-31"},
        {"birth_date": "2026-06-03"},
        {"birth_date": "yesterday"},
        {"language": "xx"},
        # A store in which the manager does not work.
        {"store": "marche"},
        {"store": "nowhere"},
        {"revision": ""},
        {"revision": "x"},
        {"revision": "9" * 30},
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(world: World, fields: dict[str, str]) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = sent(browser, address(world, rest="edit/"), button="Save", **fields)
    assert answer.status_code == 422
    assert world.everything() == before


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("name", ["given_name", "family_name", "display_name", "birth_date"])
def test_bad_input_breaks_nothing(world: World, name: str, text: str) -> None:
    browser = world.browser("manager")
    answer = sent(browser, address(world, rest="edit/"), button="Save", **{name: text})
    assert answer.status_code in (302, 422)
    for rest in ("", "edit/"):
        assert b"<script>alert" not in browser.get(address(world, rest=rest)).content


# --- identifiers ----------------------------------------------------------------------------------


def identifier(world: World, value: str) -> UUID:
    """The id of an identifier."""
    ((found,),) = world.rows("SELECT identifier_id FROM identifier WHERE value = %s", [value])
    assert isinstance(found, UUID)
    return found


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("phone", "06 12 34 56 78", "Phone +33612345678 earn"),
        ("plate", "ab-123-cd", "Plate FR-AB123CD earn"),
        ("email", "Vadim@Second.example", "E-mail vadim@second.example earn"),
        ("nfc", "04:A2:24:5B", "NFC card 04A2245B earn and spend"),
        ("wallet", "pass-0001-abcd", "Wallet pass pass-0001-abcd earn and spend"),
        ("serial", "SN 4711", "Serial number SN4711 greet"),
    ],
)
def test_a_member_is_known_by_one_more_thing(
    world: World, kind: str, value: str, told: str
) -> None:
    browser = world.browser("manager")
    answer = sent(browser, address(world, rest="identifiers/new/"), button="Add it",
                  kind=kind, value=value)  # fmt: skip
    assert answer.status_code == 302
    assert told in opened(browser, address(world)).words
    ((action, name),) = world.rows("SELECT action, actor_name FROM trail WHERE member_id = %s AND"
                                   " actor_kind = 'staff'", [world.members["vadim"]])  # fmt: skip
    assert (action, name) == ("identifier_added", "Manager")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("card", "CARD0002"),
        ("email", "no address"),
        ("phone", "12"),
        ("card", ""),
        ("external", "shop:1"),
        ("nothing", "1"),
        *(("card", text) for text in NASTY),
    ],
)
def test_what_is_none_or_somebody_elses_is_refused(world: World, kind: str, value: str) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = sent(browser, address(world, rest="identifiers/new/"), button="Add it",
                  kind=kind, value=value)  # fmt: skip
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content
    assert world.everything() == before


def test_an_identifier_is_revoked_once(world: World) -> None:
    browser = world.browser("manager")
    path = address(world, rest=f"identifiers/{identifier(world, 'CARD0001')}/revoke/")
    form = opened(browser, address(world)).form(action=path)
    assert browser.post(path, form.fields).status_code == 302
    assert "CARD0001" not in opened(browser, address(world)).words
    assert browser.get(path).status_code == 405
    before = world.everything()
    browser.post(path, form.fields)
    assert world.everything() == before


def test_nobody_elses_identifier_is_revoked(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    for found in (identifier(world, "CARD0002"), uuid4()):
        answer = browser.post(address(world, rest=f"identifiers/{found}/revoke/"))
        assert answer.status_code == 422
    assert world.everything() == before


# --- what they agree to ---------------------------------------------------------------------------


def consents(world: World) -> list[tuple[Any, ...]]:
    """Every answer, in order."""
    return world.rows(
        "SELECT purpose, channel, given, actor_name FROM consent WHERE member_id = %s"
        " ORDER BY consent_id",
        [world.members["vadim"]],
    )


def test_consents_are_given_and_withdrawn(world: World) -> None:
    browser = world.browser("manager")
    path, button = address(world), "Save what they said"
    sent(browser, path, button=button, **{"news_and_offers-email": "on"})
    sent(browser, path, button=button)
    page = opened(browser, path)
    assert page.form(button=button).fields["news_and_offers-email"] == "on"
    assert "1 June 2026, Manager" in page.words
    form = page.form(button=button)
    del form.fields["news_and_offers-email"]
    browser.post(form.action, form.fields)
    assert consents(world) == [
        ("news_and_offers", "email", True, "Manager"),
        ("news_and_offers", "email", False, "Manager"),
    ]
    timeline = opened(browser, address(world, rest="timeline/")).words
    assert "Agreed to: News and offers, by e-mail" in timeline
    assert "No longer agreed to: News and offers, by e-mail" in timeline
    actions = world.rows("SELECT action FROM trail WHERE action LIKE 'consent%%' ORDER BY trail_id")
    assert actions == [("consent_given",), ("consent_withdrawn",)]


def test_what_nobody_asks_for_is_not_agreed_to(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    browser.post(address(world, rest="consents/"), {"partners-email": "on", "x" * 9_000: "on"})
    assert world.everything() == before
