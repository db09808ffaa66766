"""The ledger of a member: every line, the balance after it, and why it is there."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from habitue.kit.instants import DAY
from tests.interfaces.backoffice.members import NASTY, address, opened
from tests.interfaces.pages import World

LEDGER = "ledger/"


@pytest.fixture
def busy(world: World) -> World:
    """Vadim after some more days."""
    world.clock.advance(DAY)
    bought = world.till.purchase("CARD0001", "37.40")
    world.till.ok(bought)
    world.clock.advance(DAY)
    world.till.ok(world.till.give_back("CARD0001", bought))
    world.till.ok(
        world.till.other("adjustment", "CARD0001", currency="stamps", units="3", reason="Sorry")
    )
    return world


@pytest.mark.parametrize(
    ("query", "there", "missing"),
    [
        ("", ("+120 points", "+37 points", "−37 points", "+3 stamps", "Sorry"), ()),
        ("?currency=points", ("+37 points",), ("+3 stamps",)),
        ("?kind=reverse", ("−37 points",), ("+37 points", "+120 points")),
        ("?kind=earn&currency=points", ("+37 points", "+120 points"), ("−37 points",)),
        ("?kind=nothing&currency=nothing", ("+3 stamps", "−37 points"), ()),
    ],
)
def test_lines_are_told_and_filtered(
    busy: World, query: str, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    page = opened(busy.browser("analyst"), address(busy, rest=LEDGER + query))
    assert [words for words in there if words not in page.words] == []
    assert [words for words in missing if words in page.words] == []


@pytest.mark.parametrize(
    "words",
    [
        # The change, and the balance after it.
        "+37 points 157",
        "−37 points 120",
        "Why +37 points?",
        "1 point for each €1, on €",
        "By version 1 of the programme. till r2",
    ],
)
def test_each_line_says_why(busy: World, words: str) -> None:
    assert words in opened(busy.browser("analyst"), address(busy, rest=LEDGER)).words


def test_nothing_is_told_of_nothing(busy: World) -> None:
    browser = busy.browser("analyst")
    assert "No line yet" in opened(browser, address(busy, "ana", LEDGER)).words
    page = opened(browser, address(busy, rest=f"{LEDGER}?kind=expire"))
    assert "No line is of that kind" in page.words
    assert page.links["Show all lines"] == address(busy, rest=LEDGER)


def test_the_ledger_goes_back_page_by_page(world: World) -> None:
    for _ in range(30):
        world.clock.advance(DAY)
        world.till.ok(world.till.purchase("CARD0001", "1.00"))
    browser = world.browser("analyst")
    first = opened(browser, address(world, rest=f"{LEDGER}?currency=points"))
    # What came first is told last, also where the second page begins.
    assert first.words.count("Why +1 point?") + first.words.count("Why +2 points?") == 25
    second = opened(browser, first.links["Earlier"])
    assert "+120 points" in second.words
    assert "Earlier" not in second.links


@pytest.mark.parametrize("text", NASTY)
def test_bad_input_breaks_nothing(busy: World, text: str) -> None:
    for name in ("currency", "kind", "cursor"):
        answer = busy.browser("analyst").get(address(busy, rest=LEDGER), {name: text})
        assert answer.status_code == 200
        assert b"<script>alert" not in answer.content


def lines(world: World, rest: str, who: str = "analyst") -> list[dict[str, str]]:
    """The rows of a file."""
    answer: Any = world.browser(who).get(address(world, rest=rest))
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_ledger_as_a_file(busy: World) -> None:
    found = lines(busy, "ledger.csv")
    assert [(row["Points"], row["Change"], row["Balance"]) for row in found] == [
        ("Stamps", "3", "3"),
        ("Points", "-37", "120"),
        ("Points", "37", "157"),
        ("Points", "120", "120"),
    ]
    assert "1 point for each €1, on €" in found[-1]["Why"]
    assert [row["Change"] for row in lines(busy, "ledger.csv?kind=earn&currency=points")] == [
        "37",
        "120",
    ]
    ((name,),) = busy.rows("SELECT DISTINCT actor_name FROM trail WHERE action = 'ledger_exported'")
    assert name == "Analyst"


@pytest.mark.parametrize(("who", "status"), [("elsewhere", 403), ("staff", 403), ("stranger", 302)])
def test_nobody_else_takes_the_file(busy: World, who: str, status: int) -> None:
    browser = busy.browser(who)
    before = busy.everything()
    assert browser.get(address(busy, rest="ledger.csv")).status_code == status
    assert busy.everything() == before
