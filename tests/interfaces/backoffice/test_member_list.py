"""The list of members: searched, filtered, sorted, paged, exported."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from openpyxl import load_workbook

from habitue.kit.instants import DAY
from tests.interfaces.backoffice.members import LIST, NASTY, opened
from tests.interfaces.pages import DOCUMENT, HERE, THERE, World, counted
from tests.interfaces.reading import PageRead, read_page


@pytest.fixture
def guests(world: World) -> World:
    """Vadim and Ana, and some more."""
    world.clock.advance(40 * DAY)
    world.member("Zoé Lefèvre", identifiers=[("card", "CARD0003")], store=THERE)
    world.till.ok(world.till.purchase("CARD0003", "350.00"))
    world.member("Jürgen Ölmüller", identifiers=[("card", "CARD0004")])
    world.till.ok(world.till.purchase("CARD0004", "7.00"))
    return world


def names(page: PageRead) -> list[str]:
    """The members of a page, in order."""
    return [text for text, link in page.links.items() if link.count("-") == 4]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ana Ionescu", "Vadim Ivanovich", "Zoé Lefèvre", "Jürgen Ölmüller"]),
        ("q=vad", ["Vadim Ivanovich"]),
        ("q=lefevre", ["Zoé Lefèvre"]),
        ("q=CARD0004", ["Jürgen Ölmüller"]),
        ("q=vadim@example.org", ["Vadim Ivanovich"]),
        ("q=i&tier=silver", ["Vadim Ivanovich"]),
        ("tier=gold", ["Zoé Lefèvre"]),
        ("tier=-", ["Ana Ionescu", "Jürgen Ölmüller"]),
        (f"store={HERE}", ["Ana Ionescu", "Vadim Ivanovich"]),
        ("joined=30", ["Zoé Lefèvre", "Jürgen Ölmüller"]),
        ("latest=-30", ["Ana Ionescu", "Vadim Ivanovich"]),
        ("latest=7", ["Zoé Lefèvre", "Jürgen Ölmüller"]),
        ("balance_from=100", ["Vadim Ivanovich", "Zoé Lefèvre"]),
        ("balance_until=120&balance_from=1", ["Vadim Ivanovich", "Jürgen Ölmüller"]),
        ("sort=balance&direction=descending", [
            "Zoé Lefèvre", "Vadim Ivanovich", "Jürgen Ölmüller", "Ana Ionescu",
        ]),
        ("sort=joined&status=any&size=50", [
            "Vadim Ivanovich", "Ana Ionescu", "Zoé Lefèvre", "Jürgen Ölmüller",
        ]),
        ("status=closed", []),
        ("q=nobody", []),
    ],
)  # fmt: skip
def test_asked_for_in_the_address(guests: World, query: str, found: list[str]) -> None:
    page = opened(guests.browser("owner"), f"{LIST}?{query}")
    assert names(page) == found
    if found:
        assert f"{len(found)} member" in page.words
    else:
        assert "Nobody found" in page.words
        assert page.links["Show everybody"] == LIST


def test_what_the_address_cannot_mean_shows_the_list(guests: World) -> None:
    browser = guests.browser("owner")
    whole = names(opened(browser, LIST))
    for query in (
        "sort=x",
        "direction=x",
        "size=7",
        "cursor=x",
        "joined=x",
        "balance_from=x",
        "balance_until=1e99",
        "status=x",
        "birthdays=9",
    ):
        assert names(opened(browser, f"{LIST}?{query}")) == whole, query


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("name", ["q", "tier", "store", "balance_from", "cursor", "sort"])
def test_bad_input_finds_nobody_and_breaks_nothing(guests: World, name: str, text: str) -> None:
    answer = guests.browser("owner").get(LIST, {name: text})
    assert answer.status_code == 200
    assert b"<script>alert" not in answer.content


def test_a_store_bound_colleague_sees_the_own_ones(guests: World) -> None:
    assert names(opened(guests.browser("manager"), LIST)) == [
        "Ana Ionescu",
        "Vadim Ivanovich",
        "Jürgen Ölmüller",
    ]
    assert names(opened(guests.browser("elsewhere"), f"{LIST}?q=vadim")) == []


def test_while_typing_only_the_list_is_answered(guests: World) -> None:
    answer = guests.browser("manager").get(LIST, {"q": "vad"}, headers={"HX-Request": "true"})
    page = read_page(answer)
    assert names(page) == ["Vadim Ivanovich"]
    assert (page.headings, page.forms) == ([], [])
    assert "HX-Request" in answer.headers["Vary"]
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_pages_lead_forth_and_back(world: World) -> None:
    for number in range(30):
        world.member(f"Guest{number:02} Zed")
    browser = world.browser("owner")
    first = opened(browser, LIST)
    assert len(names(first)) == 25
    assert "Back" not in first.links
    second = opened(browser, first.links["More"])
    assert names(second) == [f"Guest{number:02} Zed" for number in range(23, 30)]
    assert "More" not in second.links
    assert names(opened(browser, second.links["Back"])) == names(first)


def test_the_first_member_is_asked_for_where_nobody_is(world: World) -> None:
    for who in ("vadim", "ana"):
        world.connection.execute(
            "UPDATE member SET status = 'closed' WHERE member_id = %s", [world.members[who]]
        )
    page = opened(world.browser("manager"), LIST)
    assert "Nobody is here yet" in page.words
    assert page.links["New member"] == f"{LIST}new/"


@pytest.mark.parametrize("query", ["", "?q=guest", "?tier=silver"])
def test_the_number_of_statements_does_not_grow(world: World, query: str) -> None:
    browser = world.browser("manager")
    browser.get(LIST + query)
    with counted() as few:
        browser.get(LIST + query)
    for number in range(20):
        world.member(f"Guest{number:02} Zed", identifiers=[("card", f"CARD1{number:03}")])
        world.till.ok(world.till.purchase(f"CARD1{number:03}", "150.00"))
    with counted() as many:
        page = read_page(browser.get(LIST + query))
    assert len(names(page)) >= 20
    # Names that many share, and nothing else, are looked up once more.
    assert len(many) == len(few), many


# --- files ----------------------------------------------------------------------------------------


def downloaded(world: World, path: str, who: str = "owner") -> Any:
    """The file at an address."""
    answer = world.browser(who).get(path)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]  # a download is sent in pieces


def test_all_of_the_list_as_csv(guests: World) -> None:
    rows = list(
        csv.reader(io.StringIO(downloaded(guests, f"{LIST}export.csv").decode("utf-8-sig")))
    )
    assert rows[0][:5] == ["Number", "Name", "Status", "Tier", "Home store"]
    assert [row[1] for row in rows[1:]] == [
        "Ana Ionescu", "Vadim Ivanovich", "Zoé Lefèvre", "Jürgen Ölmüller",
    ]  # fmt: skip
    vadim = dict(zip(rows[0], rows[2], strict=True))
    assert (vadim["Tier"], vadim["Home store"], vadim["Joined"]) == (
        "Silver", "Café du Quai", "2026-06-01",
    )  # fmt: skip
    assert (vadim["Purchases"], vadim["Spent in all"], vadim["Points"]) == ("1", "120.00", "120")


def test_a_file_has_what_the_page_shows(guests: World) -> None:
    book = load_workbook(io.BytesIO(downloaded(guests, f"{LIST}export.xlsx?q=lef&sort=name")))
    rows = list(book.worksheets[0].iter_rows(values_only=True))
    assert [row[1] for row in rows] == ["Name", "Zoé Lefèvre"]
    filtered = downloaded(guests, f"{LIST}export.csv?balance_from=200").decode()
    assert "Zoé" in filtered
    assert "Vadim" not in filtered


def test_money_back_is_shown_with_its_currency(world: World) -> None:
    earn = {"base": {"on": "purchase", "give": {"cash": "0.03", "per": "1.00"}}}
    points = {"cash": {"kind": "cashback"}}
    world.till.publish(
        DOCUMENT | {"points": points, "earn": earn}, effective_at=world.clock.now() + 1
    )
    world.clock.advance(DAY)
    world.till.ok(world.till.purchase("CARD0001", "100.00"))
    assert "€3.00" in opened(world.browser("owner"), LIST).words
    rows = csv.reader(io.StringIO(downloaded(world, f"{LIST}export.csv").decode("utf-8-sig")))
    heading, *members = rows
    place = heading.index("Cash (EUR)")
    assert "3.00" in [row[place] for row in members]


def test_names_that_are_formulas_stay_texts(world: World) -> None:
    world.member('=HYPERLINK("http://x","y") Zed')
    text = downloaded(world, f"{LIST}export.csv").decode()
    assert "'=HYPERLINK" in text
    assert '"=HYPERLINK' not in text


def test_whoever_takes_a_file_is_in_the_trail(guests: World) -> None:
    downloaded(guests, f"{LIST}export.csv?tier=gold", who="analyst")
    ((action, name, details),) = guests.rows(
        "SELECT action, actor_name, details::text FROM trail WHERE action = 'members_exported'"
    )
    assert (action, name) == ("members_exported", "Analyst")
    assert '"tier":"gold"' in details
    assert '"csv"' in details


@pytest.mark.parametrize(("who", "status"), [("staff", 403), ("developer", 403), ("stranger", 302)])
def test_nobody_else_takes_a_file(guests: World, who: str, status: int) -> None:
    browser = guests.browser(who)
    before = guests.everything()
    assert browser.get(f"{LIST}export.csv").status_code == status
    assert guests.everything() == before


def test_a_store_bound_colleague_takes_the_own_ones(guests: World) -> None:
    text = downloaded(guests, f"{LIST}export.csv", who="manager").decode()
    assert "Vadim" in text
    assert "Zoé" not in text


def test_no_file_of_another_kind(guests: World) -> None:
    assert guests.browser("owner").get(f"{LIST}export.exe").status_code == 422
