"""Merging a duplicate: suggested with reasons, compared thing by thing, done once, and undone."""

from __future__ import annotations

from uuid import uuid4

import pytest

from habitue.domain.access import SYSTEM
from habitue.services.merging import merge_members
from tests.interfaces.backoffice.members import LIST, NASTY, address, opened, sent
from tests.interfaces.pages import THERE, World
from tests.interfaces.reading import read_page


@pytest.fixture
def twice(world: World) -> World:
    """Vadim is a member a second time, as Wadim's card, and has bought something as such."""
    world.member("Other Person", identifiers=[("card", "CARD0008")])
    world.member(
        "Wadim",
        identifiers=[("card", "CARD0009"), ("email", "vadim+club@example.org")],
        family_name="",
    )
    world.till.ok(world.till.purchase("CARD0009", "230.00"))
    return world


def merge_path(world: World, kept: str = "vadim", duplicate: str = "wadim") -> str:
    """The page on which two are compared."""
    return address(world, kept, f"merge/{world.members[duplicate]}/")


def test_who_may_be_the_same_is_suggested_with_the_reasons(twice: World) -> None:
    page = opened(twice.browser("manager"), address(twice, rest="merge/"))
    assert "Wadim" in page.words
    assert "probably the same mailbox" in page.words
    assert page.links["Compare"] == merge_path(twice)
    assert "Other Person" not in page.words


def test_whoever_is_meant_can_be_looked_for(twice: World) -> None:
    browser = twice.browser("manager")
    page = opened(browser, address(twice, "ana", "merge/?q=other"))
    assert page.links["Compare"] == merge_path(twice, "ana", "other")
    # Not the member's own page, and nobody of another store.
    assert "Compare" not in opened(browser, address(twice, "ana", "merge/?q=ana")).links
    twice.member("Odile Zed", store=THERE)
    assert "Nobody found" in opened(browser, address(twice, "ana", "merge/?q=odile")).words


@pytest.mark.parametrize("text", NASTY)
def test_bad_input_finds_nobody(twice: World, text: str) -> None:
    answer = twice.browser("manager").get(address(twice, rest="merge/"), {"q": text})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_both_are_compared_and_nothing_is_done(twice: World) -> None:
    browser = twice.browser("manager")
    before = twice.everything()
    page = opened(browser, merge_path(twice))
    for words in (
        "Points 120 points 230 points 350 points",
        "Tier Silver Silver Gold",
        "Name Vadim Ivanovich Wadim Vadim Ivanovich",
        "E-mail vadim+club@example.org",
    ):
        assert words in page.words, words
    assert page.links["Keep the other one instead"] == merge_path(twice, "wadim", "vadim")
    assert twice.everything() == before


def held(world: World, who: str) -> list[str]:
    """Everything that the page says of a member; what was given back may stand in another order."""
    words = opened(world.browser("owner"), address(world, who)).words
    return sorted(words.partition("Holds")[2].split())


def test_they_become_one_and_two_again(twice: World) -> None:
    browser = twice.browser("manager")
    before = held(twice, "vadim"), held(twice, "wadim")
    answer = sent(browser, merge_path(twice), button="Merge them")
    assert (answer.status_code, answer.headers["Location"]) == (302, address(twice))
    twice.clock.advance(1_000)
    page = opened(browser, address(twice))
    assert "The two are one now." in page.words
    assert "Points 350" in page.words
    assert "Gold until" in page.words
    assert "Card CARD0009" in page.words
    assert "This membership was merged" in opened(browser, address(twice, "wadim")).words
    undo = page.form(button="Undo the merge")
    twice.clock.advance(1_000)
    assert browser.post(undo.action, undo.fields).status_code == 302
    assert "The merge was undone" in opened(browser, address(twice)).words
    assert (held(twice, "vadim"), held(twice, "wadim")) == before
    names = twice.rows(
        "SELECT action, actor_name FROM trail WHERE action LIKE 'merge%%' OR action LIKE '%%merged'"
        " ORDER BY trail_id"
    )
    assert names == [("member_merged", "Manager"), ("merge_undone", "Manager")]


def test_sent_twice_they_are_merged_once(twice: World) -> None:
    browser = twice.browser("manager")
    form = opened(browser, merge_path(twice)).form(button="Merge them")
    assert browser.post(merge_path(twice), form.fields).status_code == 302
    before = twice.everything()
    assert browser.post(merge_path(twice), form.fields).status_code == 302
    assert twice.everything() == before


def test_undone_twice_it_is_undone_once(twice: World) -> None:
    browser = twice.browser("manager")
    sent(browser, merge_path(twice), button="Merge them")
    undo = opened(browser, address(twice)).form(button="Undo the merge")
    browser.post(undo.action, undo.fields)
    before = twice.everything()
    assert browser.post(undo.action, undo.fields).status_code == 404
    assert browser.post(address(twice, rest=f"merges/{uuid4()}/undo/")).status_code == 404
    assert twice.everything() == before


def test_what_cannot_be_merged_is_refused(twice: World) -> None:
    browser = twice.browser("manager")
    merge_members(
        twice.connection,
        actor=SYSTEM,
        duplicate=twice.members["ana"],
        into=twice.members["other"],
        clock=twice.clock,
    )
    before = twice.everything()
    for path, status in (
        (merge_path(twice, "vadim", "vadim"), 422),
        (merge_path(twice, "vadim", "ana"), 422),
        (merge_path(twice, "ana", "vadim"), 422),
        (f"{LIST}{twice.members['vadim']}/merge/{uuid4()}/", 404),
        (f"{LIST}{uuid4()}/merge/{twice.members['vadim']}/", 404),
    ):
        assert browser.get(path).status_code == status, path
        answer = browser.post(path)
        assert answer.status_code == status, path
        assert read_page(answer).headings
    assert twice.everything() == before


@pytest.mark.parametrize(
    ("who", "status"), [("elsewhere", 403), ("analyst", 403), ("staff", 403), ("stranger", 302)]
)
def test_nobody_else_merges(twice: World, who: str, status: int) -> None:
    browser = twice.browser(who)
    before = twice.everything()
    for path in (merge_path(twice), address(twice, rest="merge/")):
        assert browser.get(path).status_code == status
    assert browser.post(merge_path(twice)).status_code == status
    assert twice.everything() == before


def test_a_duplicate_of_another_store_is_not_the_managers(twice: World) -> None:
    twice.member("Vadim Ivanovich", store=THERE, birth_date="1981-05-30")
    browser = twice.browser("elsewhere")
    before = twice.everything()
    # The later of that name is the one of the other store.
    path = f"{address(twice)}merge/{twice.members['wadim']}/"
    assert browser.get(path).status_code == 200
    first = twice.rows(
        "SELECT member_id FROM member WHERE given_name = 'Vadim' ORDER BY member_id LIMIT 1"
    )[0][0]
    path = f"{address(twice)}merge/{first}/"
    assert (browser.get(path).status_code, browser.post(path).status_code) == (403, 403)
    assert twice.everything() == before
    page = opened(browser, address(twice, rest="merge/?q=vadim"))
    assert not any(str(first) in link for link in page.links.values())
