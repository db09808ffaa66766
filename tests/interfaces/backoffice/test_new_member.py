"""A new member in the back office: enrolled once, and whoever is one already is seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from habitue.kit.instants import SECOND
from tests.interfaces.backoffice.members import LIST, NASTY, id_of, opened, sent
from tests.interfaces.pages import DOCUMENT, HERE, World, counted
from tests.interfaces.reading import read_page

NEW = f"{LIST}new/"
ZOE = {
    "given_name": "Zoé",
    "family_name": "Lefèvre",
    "email": "Zoe@Example.org",
    "phone": "06 12 34 56 78",
    "card": "4711 0003",
    "birth_date": "1990-02-28",
    "language": "fr",
    "store": HERE,
}


def enrol(world: World, who: str = "manager", **fields: Any) -> Any:
    """The answer to the form."""
    return sent(world.browser(who), NEW, button="Enrol", **{**ZOE, **fields})


def test_somebody_joins(world: World) -> None:
    answer = enrol(world, consents=["news_and_offers-email", "remembering-on_site"])
    member = id_of(answer)
    ((given, family, language, store, born),) = world.rows(
        "SELECT given_name, family_name, language, store, birth_date::text FROM member"
        " WHERE member_id = %s",
        [member],
    )
    assert (given, family, language, store, born) == ("Zoé", "Lefèvre", "fr", HERE, "1990-02-28")
    known = world.rows(
        "SELECT kind, value FROM identifier WHERE member_id = %s ORDER BY kind, value", [member]
    )
    assert {("email", "zoe@example.org"), ("phone", "+33612345678"), ("card", "47110003")} <= set(
        known
    )
    agreed = world.rows(
        "SELECT purpose, channel, given FROM consent WHERE member_id = %s ORDER BY 1", [member]
    )
    assert agreed == [("news_and_offers", "email", True), ("remembering", "on_site", True)]
    # Joining gives what the programme says.
    page = opened(world.browser("manager"), f"{LIST}{member}/")
    assert "Points 20" in page.words
    ((actor, subject),) = world.rows(
        "SELECT actor_name, subject_name FROM trail WHERE action = 'member_enrolled'"
    )
    assert (actor, subject) == ("Manager", "Zoé Lefèvre")


def test_a_name_is_enough(world: World) -> None:
    nothing = dict.fromkeys(("family_name", "email", "phone", "card", "birth_date", "store"), "")
    assert id_of(enrol(world, **nothing)) not in world.members.values()


def test_a_form_that_is_sent_twice_makes_one_member(world: World) -> None:
    browser = world.browser("manager")
    form = opened(browser, NEW).form(button="Enrol")
    first = browser.post(NEW, {**form.fields, **ZOE})
    before = world.everything()
    second = browser.post(NEW, {**form.fields, **ZOE, "seen": "yes"})
    assert id_of(first) == id_of(second)
    assert world.everything() == before


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"given_name": ""}, "required"),
        ({"given_name": "a" * 101}, "100"),
        ({"email": "no address"}, "no address"),
        ({"phone": "12"}, "12"),
        ({"card": "!"}, "!"),
        ({"birth_date": "1899-12-31"}, "1899"),
        ({"birth_date": "2026-12-31"}, "2026-12-31"),
        ({"birth_date": "31.02.1990"}, "valid date"),
        ({"language": "xx"}, "xx"),
        ({"store": "marche"}, "marche"),
        ({"consents": "partners-email"}, "partners-email"),
        ({"once": ""}, "out of date"),
        ({"once": "x"}, "out of date"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_done(
    world: World, fields: dict[str, str], words: str
) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = sent(browser, NEW, button="Enrol", **{**ZOE, **fields})
    assert answer.status_code == 422
    assert words in read_page(answer).words
    assert world.everything() == before
    # What was typed is still there.
    typed = read_page(answer).form(button="Enrol").fields
    assert typed["family_name"] == "Lefèvre"


def test_an_identifier_of_somebody_else_is_refused_at_its_field(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    answer = sent(browser, NEW, button="Enrol", **{**ZOE, "card": "CARD0001", "seen": "yes"})
    assert answer.status_code == 422
    page = read_page(answer)
    assert page.form(button="Enrol").fields["card"] == "CARD0001"
    assert b'aria-invalid="true"' in answer.content
    assert world.everything() == before


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("name", ["given_name", "family_name", "email", "phone", "card", "once"])
def test_bad_input_breaks_nothing(world: World, name: str, text: str) -> None:
    answer = enrol(world, **{name: text})
    assert answer.status_code in (302, 422)
    assert b"<script>alert" not in answer.content


# --- who is a member already ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ({"given_name": "vadim", "family_name": "IVANOVICH"}, "the same name"),
        ({"email": "vadim+club@example.org"}, "probably the same mailbox"),
        ({"card": "card0001"}, "a card or other identifier"),
    ],
)
def test_while_typing_it_is_said_who_it_may_be(
    world: World, typed: dict[str, str], reason: str
) -> None:
    browser = world.browser("manager")
    with counted() as statements:
        answer = browser.post(f"{NEW}lookalikes/", typed)
    page = read_page(answer)
    assert answer.status_code == 200
    assert "This may be a member already" in page.words
    assert reason in page.words
    assert page.links["Vadim Ivanovich"] == f"{LIST}{world.members['vadim']}/"
    assert len([one for one in statements if "member_search" in one]) == 1


@pytest.mark.parametrize(
    "typed", [{}, {"given_name": "Vadim"}, {"birth_date": "x", "card": "\x00"}]
)
def test_nobody_is_suspected_of_nothing(world: World, typed: dict[str, str]) -> None:
    answer = world.browser("manager").post(f"{NEW}lookalikes/", typed)
    assert answer.status_code == 200
    assert read_page(answer).words == ""


def test_who_may_be_one_already_is_enrolled_at_the_second_press(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    namesake = {**ZOE, "given_name": "Vadim", "family_name": "Ivanovich", "birth_date": ""}
    answer = sent(browser, NEW, button="Enrol", **namesake)
    assert answer.status_code == 200
    assert world.everything() == before
    form = read_page(answer).form(button="Enrol")
    assert form.fields["seen"] == "yes"
    assert id_of(browser.post(NEW, form.fields)) not in world.members.values()


def test_somebody_of_another_store_is_named_and_not_opened(world: World) -> None:
    answer = world.browser("elsewhere").post(
        f"{NEW}lookalikes/", {"given_name": "Vadim", "family_name": "Ivanovich"}
    )
    page = read_page(answer)
    assert "Vadim Ivanovich" in page.words
    assert page.links == {}


# --- who may --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("elsewhere", 200), ("staff", 403), ("analyst", 403), ("stranger", 302)],
)
def test_who_may_enrol(world: World, who: str, status: int) -> None:
    browser = world.browser(who)
    assert browser.get(NEW).status_code == status
    if status != 200:
        before = world.everything()
        assert browser.post(NEW, {**ZOE, "once": uuid4()}).status_code == status
        assert browser.post(f"{NEW}lookalikes/", ZOE).status_code == status
        assert world.everything() == before


def test_the_form_asks_for_what_the_programme_recognises_customers_by(world: World) -> None:
    world.clock.advance(SECOND)
    plates = DOCUMENT | {"identify": ["plate", "card"]}
    world.till.publish(plates, effective_at=world.clock.now())
    browser = world.browser("manager")
    fields = opened(browser, NEW).form(button="Enrol").fields
    assert [name for name in fields if name in ("plate", *ZOE)] == [
        *("given_name", "family_name", "plate", "card", "birth_date", "language", "store")
    ]
    member = id_of(sent(browser, NEW, button="Enrol", given_name="Zoé", plate="ab 123 cd"))
    known = world.rows(
        "SELECT kind FROM identifier WHERE member_id = %s AND kind <> 'card'", [member]
    )
    assert known == [("plate",)]
