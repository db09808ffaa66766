"""The till follows what the programme says of being recognised."""

from __future__ import annotations

import pytest

from habitue.kit.instants import SECOND
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import HOME, at, at_till, led, opened, scan, sent
from tests.interfaces.terminal.test_finding import known_by

ENROL = f"{HOME}enrol/"
LOCKED = "It takes this to spend points: "


def says(world: World, *methods: object) -> None:
    """A new version of the programme, with these ways of being recognised."""
    world.clock.advance(SECOND)
    world.till.publish(DOCUMENT | {"identify": list(methods)}, effective_at=world.clock.now())


@pytest.mark.parametrize(
    ("methods", "phone_spends", "plate_spends", "card_spends"),
    [
        (["plate", "card"], False, False, True),
        (["plate", {"phone": "spend"}, {"card": "earn"}], True, False, False),
    ],
)
def test_s33_what_was_shown_spends_where_the_programme_says_so(
    world: World,
    methods: list[object],
    *,
    phone_spends: bool,
    plate_spends: bool,
    card_spends: bool,
) -> None:
    known_by(world, "vadim", "phone", "+33612345678")
    known_by(world, "vadim", "plate", "AB-123-CD")
    says(world, *methods)
    till = at_till(world)
    table = {"06 12 34 56 78": phone_spends, "ab 123 cd": plate_spends, "card-0001": card_spends}
    for typed, spends in table.items():
        page = led(till, scan(till, typed))
        assert (LOCKED in page.words) is not spends, typed


def test_the_form_has_the_fields_of_the_programme_in_its_order(world: World) -> None:
    says(world, "plate", "serial", "receipt", "card")
    till = at_till(world)
    fields = list(opened(till, ENROL).form(button="Enrol").fields)
    kinds = [name for name in fields if name in ("plate", "serial", "card", "phone", "email")]
    assert kinds == ["plate", "serial", "card"]
    nothing = sent(till, ENROL, button="Enrol", given_name="Zoé")
    assert nothing.status_code == 422
    assert (
        "Add one of these, to find them again: Plate, Serial number, Card."
        in read_page(nothing).words
    )
    joined = sent(till, ENROL, button="Enrol", given_name="Zoé", plate="B-AB 1234", serial="SN-42")
    assert led(till, joined).headings == ["Zoé"]
    assert led(till, scan(till, "sn 42")).headings == ["Zoé"]
    assert led(till, scan(till, "plate:b ab 1234")).headings == ["Zoé"]


def test_what_is_a_thing_of_two_members_opens_what_is_asked_for_first(world: World) -> None:
    known_by(world, "vadim", "serial", "AB123CD")
    known_by(world, "ana", "plate", "AB-123-CD")
    till = at_till(world)
    assert scan(till, "AB123CD").status_code == 200
    says(world, "plate", "serial", "card")
    assert scan(till, "AB123CD").headers["Location"] == at(world, "ana")
    says(world, "serial", "plate", "card")
    assert scan(till, "AB123CD").headers["Location"] == at(world)


def test_the_page_says_what_it_takes_to_spend(world: World) -> None:
    known_by(world, "vadim", "plate", "AB-123-CD")
    says(world, "plate", "card", "nfc")
    till = at_till(world)
    page = led(till, scan(till, "ab 123 cd"))
    assert "It takes this to spend points: the card or the NFC card." in page.words
    says(world, "plate", {"card": "earn"})
    assert "None of it is enough to spend points." in opened(till, at(world)).words
