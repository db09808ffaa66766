"""The page of one member: who it is, what they hold, what happened, who did what."""

from __future__ import annotations

import pytest

from habitue.domain.access import SYSTEM
from habitue.kit.instants import DAY
from habitue.services.counter.counter import Counter
from habitue.services.counter.details import end_membership
from habitue.services.merging import merge_members
from tests.interfaces.backoffice.members import LIST, address, opened, sent
from tests.interfaces.pages import World, counted
from tests.services.till import PHONES


@pytest.mark.parametrize(
    "words",
    [
        "Vadim Ivanovich",
        "member since 1 June 2026",
        "Their birthday was 2 days ago.",
        "Silver",
        "until 1 June 2027",
        "What keeps it is reached.",
        # 120 of the 300 that gold takes.
        "40 %",
        "usable until 31 May 2027",
        "€120.00",
        "Card CARD0001 earn and spend",
        "E-mail vadim@example.org earn",
        "Home store Café du Quai",
        "Date of birth 30 May 1981",
    ],
)
def test_what_is_known_is_told(world: World, words: str) -> None:
    assert words in opened(world.browser("analyst"), address(world)).words


def test_it_is_told_in_the_readers_language(world: World) -> None:
    world.connection.execute("UPDATE staff SET language = 'ro'")
    answer = world.browser("manager").get(address(world))
    assert b'<html lang="ro"' in answer.content
    assert "1 iunie 2026" in answer.content.decode()


def test_somebody_who_has_nothing_yet(world: World) -> None:
    page = opened(world.browser("manager"), address(world, "ana"))
    assert "no tier" in page.words
    assert (
        "Nothing yet" in opened(world.browser("manager"), address(world, "ana", "timeline/")).words
    )


def test_somebody_without_a_name_is_called_by_the_number(world: World) -> None:
    member = world.till.enrol("CARD0009")
    ((number,),) = world.rows("SELECT number FROM member WHERE member_id = %s", [member])
    page = opened(world.browser("manager"), f"{LIST}{member}/")
    assert page.headings == [number]


def test_names_are_texts_whatever_they_are(world: World) -> None:
    world.member("<script>alert(1)</script> {{ 7|add:7 }}")
    (who,) = [name for name in world.members if name.startswith("<script")]
    answer = world.browser("manager").get(address(world, who))
    assert b"<script>alert" not in answer.content
    assert b"&lt;script&gt;alert(1)" in answer.content
    assert b"{{ 7|add:7 }}" in answer.content


def test_who_left_is_shown_and_not_served(world: World) -> None:
    counter = Counter(world.connection, SYSTEM, world.clock, PHONES, "backoffice")
    end_membership(counter, member_id=world.members["vadim"])
    page = opened(world.browser("manager"), address(world))
    assert "Ended" in page.words
    assert not {"Adjust points", "Edit", "Duplicates"} & set(page.links)


def test_who_was_merged_leads_to_who_stays(world: World) -> None:
    merge_members(
        world.connection,
        actor=SYSTEM,
        duplicate=world.members["vadim"],
        into=world.members["ana"],
        clock=world.clock,
    )
    page = opened(world.browser("manager"), address(world))
    assert page.links["To that one"] == address(world, "ana")
    assert not {"Adjust points", "Edit", "Duplicates"} & set(page.links)


@pytest.mark.parametrize("rest", ["", "timeline/", "ledger/", "trail/", "merge/", "adjust/"])
def test_the_number_of_statements_does_not_grow(world: World, rest: str) -> None:
    browser = world.browser("manager")
    path = address(world, rest=rest)
    browser.get(path)
    with counted() as few:
        browser.get(path)
    for day in range(12):
        world.clock.advance(DAY)
        bought = world.till.purchase("CARD0001", "10.00", "5.00")
        world.till.ok(bought)
        if day % 3 == 0:
            world.till.ok(world.till.give_back("CARD0001", bought))
        world.till.ok(world.till.other("visit", "CARD0001"))
        world.member(f"Vadim Ivanovich {day}", birth_date="1981-05-30")
        sent(browser, address(world, rest="identifiers/new/"), button="Add it",
             kind="card", value=f"EXTRA{day:03}")  # fmt: skip
    with counted() as many:
        answer = browser.get(path)
    assert answer.status_code == 200
    assert len(many) == len(few), many
    assert len(answer.content) < 100_000


# --- the timeline ---------------------------------------------------------------------------------


def test_a_purchase_is_told_line_by_line_and_why(world: World) -> None:
    page = opened(world.browser("analyst"), address(world, rest="timeline/"))
    for words in (
        "Purchase · €120.00",
        "1 Jun 2026, 14:00 · Café du Quai · Volodia",
        "+120 points",
        "1 × p1 €80.00",
        "Earned: Base",
        "1 point for each €1, on €",
        "New tier: Silver",
    ):
        assert words in page.words, words


def test_the_timeline_goes_back_page_by_page(world: World) -> None:
    for _ in range(25):
        world.clock.advance(DAY)
        world.till.ok(world.till.other("visit", "CARD0001"))
    browser = world.browser("analyst")
    first = opened(browser, address(world, rest="timeline/"))
    assert first.words.count("Visit") == 20
    assert "Purchase" not in first.words
    second = opened(browser, address(world, rest="timeline/") + first.links["Earlier"])
    assert second.words.count("Visit") == 5
    assert "Purchase" in second.words
    assert "Earlier" not in second.links


@pytest.mark.parametrize("rest", ["timeline/", "ledger/", "trail/"])
def test_an_address_that_leads_nowhere_shows_the_latest(world: World, rest: str) -> None:
    for cursor in ("x", "a" * 3000, "%00", "eyJhIjoxfQ"):
        opened(world.browser("manager"), f"{address(world, rest=rest)}?cursor={cursor}")


# --- who did what ---------------------------------------------------------------------------------


def test_who_did_what_is_told(world: World) -> None:
    browser = world.browser("manager")
    sent(browser, address(world, rest="identifiers/new/"), button="Add it",
         kind="card", value="EXTRA001")  # fmt: skip
    page = opened(browser, address(world, rest="trail/"))
    assert "Manager" in page.words
    assert "Nobody has done anything" not in page.words
    assert "Nobody has done anything" in opened(browser, address(world, "ana", "trail/")).words
