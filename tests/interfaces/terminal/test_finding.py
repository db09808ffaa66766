"""The one field: what is scanned opens its member, what is typed shows who fits."""

from __future__ import annotations

import pytest

from habitue.domain.access import SYSTEM
from habitue.kit.instants import DAY, MINUTE
from habitue.services.counter.counter import Counter
from habitue.services.counter.details import end_membership, give_identifier
from habitue.services.members import NewIdentifier
from habitue.services.merging import merge_members
from tests.interfaces.pages import HERE, THERE, World
from tests.interfaces.terminal.serving import (
    HOME,
    HTMX,
    NASTY,
    at,
    at_till,
    led,
    opened,
    scan,
    sent,
)
from tests.services.till import PHONES


def known_by(world: World, who: str, kind: str, value: str) -> None:
    """Let a member be known by one more identifier."""
    give_identifier(
        Counter(world.connection, SYSTEM, world.clock, PHONES, "backoffice", "FR"),
        member_id=world.members[who],
        identifier=NewIdentifier(kind, value),
    )


@pytest.mark.parametrize(
    ("kind", "value", "typed"),
    [
        ("card", "CARD0001", "card-0001"),
        ("nfc", "04A2B3C4D5E6F7", "04:a2:b3:c4:d5:e6:f7"),
        ("phone", "+33612345678", "06 12 34 56 78"),
        ("plate", "AB-123-CD", "ab 123 cd"),
        ("email", "vadim@example.org", "Vadim@Example.org"),
        ("wallet", "pass.habitue.7781", "pass.habitue.7781"),
    ],
)
def test_enter_on_a_whole_identifier_opens_the_member(
    world: World, kind: str, value: str, typed: str
) -> None:
    known_by(world, "vadim", kind, value)
    till = at_till(world)
    answer = scan(till, typed)
    assert answer.headers["Location"] == at(world)
    assert "Vadim Ivanovich" in led(till, answer).headings


def test_what_is_typed_shows_who_fits(world: World) -> None:
    till = at_till(world)
    answer = till.get(f"{HOME}?q=ivan", headers=HTMX)
    assert b"<html" not in answer.content
    page = opened(till, f"{HOME}?q=ivan", headers=HTMX)
    assert list(page.links.values()) == [at(world)]
    assert "Vadim Ivanovich" in page.words
    assert "name" in page.words
    # Without a script the whole page says the same.
    assert at(world) in opened(till, f"{HOME}?q=ivan&go=1").links.values()


def test_a_whole_identifier_that_is_tapped_counts_as_shown(world: World) -> None:
    till = at_till(world)
    page = opened(till, f"{HOME}?q=CARD0001", headers=HTMX)
    (link,) = page.links.values()
    assert "How many" in led(till, till.get(link.replace("&amp;", "&"))).words


def test_a_number_that_is_two_things_shows_both(world: World) -> None:
    known_by(world, "vadim", "phone", "+33612345678")
    known_by(world, "ana", "card", "0612345678")
    till = at_till(world)
    page = led_nowhere = opened(till, f"{HOME}?q=0612345678&go=1")
    assert len([link for link in led_nowhere.links.values() if "go=" in link]) == 2
    for who in ("vadim", "ana"):
        (link,) = [one for one in page.links.values() if f"go={world.members[who]}" in one]
        assert till.get(link).headers["Location"] == at(world, who)


def test_who_fits_nobody_is_enrolled(world: World) -> None:
    till = at_till(world)
    page = opened(till, f"{HOME}?q=Zo%C3%A9+Lef%C3%A8vre&go=1")
    assert "Nobody found for “Zoé Lefèvre”." in page.words
    form = opened(till, page.links["Enrol a new member"]).form(button="Enrol")
    assert (form.fields["given_name"], form.fields["family_name"]) == ("Zoé", "Lefèvre")


def test_who_left_is_not_found(world: World) -> None:
    end_membership(
        Counter(world.connection, SYSTEM, world.clock, PHONES, "backoffice"),
        member_id=world.members["vadim"],
    )
    till = at_till(world)
    for text in ("CARD0001", "vadim"):
        assert "Nobody found" in opened(till, f"{HOME}?q={text}&go=1").words


def test_who_was_merged_is_found_as_who_stays(world: World) -> None:
    merge_members(
        world.connection,
        actor=SYSTEM,
        duplicate=world.members["vadim"],
        into=world.members["ana"],
        clock=world.clock,
    )
    till = at_till(world)
    assert scan(till, "CARD0001").headers["Location"] == at(world, "ana")
    assert till.get(at(world)).headers["Location"] == at(world, "ana")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("go", ["", "1", "x"])
def test_whatever_is_typed_changes_nothing(world: World, text: str, go: str) -> None:
    till = at_till(world)
    before = world.everything()
    answer = till.get(HOME, {"q": text, "go": go})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content
    assert len(answer.content) < 20_000
    assert world.everything() == before


# --- what was done here ---------------------------------------------------------------------------


def test_the_first_page_says_what_to_do(world: World) -> None:
    page = opened(at_till(world))
    assert "Nothing yet today. Scan a card, or type a name into the field." in page.words
    assert page.links["Enrol F4"] == f"{HOME}enrol/"
    assert page.links["Purchase without a member F2"] == f"{HOME}sale/"


def test_what_was_done_here_is_told_and_undone(world: World) -> None:
    till = at_till(world)
    sent(till, at(world), button="Record the purchase", amount="7,50")
    page = opened(till)
    assert "Purchase · €7.50 · Vadim Ivanovich" in page.words
    undo = page.form(button="Undo")
    assert till.post(undo.action, undo.fields).status_code == 302
    page = opened(till)
    assert "Undone" in page.words
    assert not any("Undo" in form.buttons for form in page.forms)


def test_another_store_and_another_day_are_not_here(world: World) -> None:
    till = at_till(world)
    sent(till, at(world), button="Record the purchase", amount="7,50")
    assert "€7.50" not in opened(world.browser("elsewhere")).words
    owner = world.browser("owner")
    owner.post(f"{HOME}store/", {"store": THERE})
    assert "€7.50" not in opened(owner).words
    owner.post(f"{HOME}store/", {"store": HERE})
    assert "€7.50" in opened(owner).words
    world.clock.advance(DAY + MINUTE)
    assert "€7.50" not in opened(owner).words
