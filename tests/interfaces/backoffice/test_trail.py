"""The audit trail: who did what, found again by deed, person and day; kept within one's stores."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import uuid4

from habitue.domain.access import SYSTEM, Actor
from habitue.domain.access.trail import Action
from habitue.interfaces.backoffice.trail.words import NAMES, SENTENCES
from habitue.kit.instants import DAY, HOUR
from habitue.services.access.devices import add_device
from habitue.services.trail import note_in_trail
from tests.interfaces.backoffice.members import opened
from tests.interfaces.backoffice.rooms import ODD_NAMES, OUTSIDE, ROOM, cost, escaped
from tests.interfaces.pages import CAST, HERE, THERE, World
from tests.interfaces.reading import PageRead, read_page

TRAIL = f"{ROOM}trail/"


def noted(world: World, number: int, *, store: str | None = HERE, actor: Actor = SYSTEM) -> None:
    """A deed like many others."""
    note_in_trail(
        world.connection,
        actor=actor,
        action=Action.STORE_CHANGED,
        now=world.clock.now(),
        subject_kind="store",
        subject_id=HERE,
        subject_name=f"N{number:03}",
        store=store,
    )


def found(world: World, visitor: str = "owner", **wanted: str) -> PageRead:
    """The list, as the page puts it in the place of the one before."""
    answer = world.browser(visitor).get(TRAIL, wanted, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return read_page(answer)


# --- who did what ---------------------------------------------------------------------------------


def test_what_people_do_stands_there_the_latest_first(world: World) -> None:
    owner, manager = world.browser("owner"), world.browser("manager")
    owner.post(f"{ROOM}staff/{world.staff['staff']}/pin/", {"pin": "2580"})
    world.clock.advance(HOUR)
    vadim = f"{ROOM}members/{world.members['vadim']}/"
    manager.post(f"{vadim}consents/", {"news_and_offers-email": "on"})
    page = found(world)
    latest = "Manager noted a consent of Vadim Ivanovich."
    assert page.links[latest] == vadim
    before = "Owner set the PIN of Staff."
    assert 0 <= page.words.index(latest) < page.words.index(before)
    # One o'clock in London, told in the time of the stores.
    assert "1 Jun 2026, 15:00" in page.words
    assert "2580" not in page.words


def test_every_deed_has_a_sentence_and_a_name(world: World) -> None:
    assert {action.value for action in Action} == {str(one) for one in SENTENCES}
    assert NAMES.keys() == SENTENCES.keys()
    for action in Action:
        note_in_trail(world.connection, actor=SYSTEM, action=action, now=world.clock.now(),
                      subject_kind="x", subject_id="x", subject_name="Odile")  # fmt: skip
    words = opened(world.browser("owner"), TRAIL).words
    assert "%(" not in words
    assert not [action.value for action in Action if f": {action.value}" in words]


# --- filters and pages ----------------------------------------------------------------------------


def test_filters_take_each_other_in(world: World) -> None:
    world.browser("owner").post(f"{ROOM}stores/{HERE}/", {"name": "Q", "zone": "Europe/Paris"})
    world.clock.advance(DAY)
    browser = world.browser("manager")
    browser.post(f"{ROOM}stores/{HERE}/", {"name": "Quai", "zone": "Europe/Paris"})
    owner, manager = (str(world.staff[who]) for who in ("owner", "manager"))
    both = {"Owner changed the store Q.", "Manager changed the store Quai."}
    theirs = "Manager changed the store Quai."
    expected: list[tuple[dict[str, str], set[str]]] = [
        ({"action": "store_changed"}, both),
        ({"action": "store_changed", "who": manager}, {theirs}),
        ({"who": manager, "from": "2026-06-02", "until": "2026-06-02"}, {theirs}),
        ({"who": manager, "until": "2026-06-01"}, set()),
        ({"action": "store_changed", "until": "2026-06-01"}, both - {theirs}),
        ({"action": "store_changed", "from": "2026-06-03"}, set()),
        ({"action": "member_closed", "who": owner}, set()),
    ]
    for wanted, sentences in expected:
        words = found(world, **wanted).words
        assert {one for one in both if one in words} == sentences, wanted
        if not sentences:
            assert "Nothing found" in words, wanted


def test_what_is_no_filter_takes_nothing_away(world: World) -> None:
    noted(world, 1)
    everything = found(world).words
    odd = ("x" * 10_000, "\x00", "\u202e", "'; DROP TABLE trail; --", "-1", "[]")
    for name in ("action", "who", "from", "until", "cursor"):
        for text in odd:
            assert found(world, **{name: text}).words == everything, (name, text[:9])


def test_days_at_the_ends_of_the_calendar_break_nothing(world: World) -> None:
    noted(world, 1)
    shown = {
        ("from", "0001-01-01"): True,
        ("from", "0001-01-02"): True,
        ("from", "9999-12-31"): False,
        ("until", "0001-01-01"): False,
        ("until", "9999-12-30"): True,
        # No day comes after it: as good as none.
        ("until", "9999-12-31"): True,
    }
    for (name, day), is_shown in shown.items():
        assert ("N001" in found(world, **{name: day}).words) is is_shown, (name, day)
        answer = world.browser("owner").get(f"{TRAIL}export.csv", {name: day})
        assert (b"N001" in b"".join(answer)) is is_shown, (name, day)


def test_pages_follow_one_another_without_a_gap(world: World) -> None:
    for number in range(120):
        noted(world, number)
    browser = world.browser("owner")
    path, told, pages = f"{TRAIL}?action=store_changed", [], 0
    while path:
        page = opened(browser, path)
        told += [word.rstrip(".") for word in page.words.split() if word[:2] in ("N0", "N1")]
        link = page.links.get("Earlier", "")
        assert not link or "action=store_changed" in link
        path, pages = link and TRAIL + link, pages + 1
    assert pages == 3
    assert told == [f"N{number:03}" for number in reversed(range(120))]


def test_a_cursor_of_another_list_begins_anew(world: World) -> None:
    for number in range(60):
        noted(world, number)
    link = found(world).links["Earlier"]
    cursor = link.rpartition("cursor=")[2]
    first = found(world).words
    for forged in (cursor[:-4], cursor[::-1], "e30", "AAAA", "9" * 5_000):
        assert found(world, cursor=forged).words == first


# --- who sees what --------------------------------------------------------------------------------


def test_whoever_works_in_one_store_sees_what_was_done_there(world: World) -> None:
    for number, store in enumerate((HERE, THERE, None)):
        noted(world, number, store=store)
    expected = {"owner": {"N000", "N001", "N002"}, "manager": {"N000"}, "elsewhere": {"N001"}}
    for who, names in expected.items():
        words = found(world, who).words
        assert {name for name in expected["owner"] if name in words} == names, who
        answer = world.browser(who).get(f"{TRAIL}export.csv")
        text = b"".join(answer).decode()
        assert {name for name in expected["owner"] if name in text} == names, who
    # Nor does a filter reach further.
    assert "Nothing found" in found(world, "manager", who=str(world.staff["elsewhere"])).words


def test_the_filter_names_only_colleagues_whom_one_sees(world: World) -> None:
    page = read_page(world.browser("elsewhere").get(TRAIL))
    assert "Anybody Elsewhere From" in page.words


def test_nobody_else_sees_anything(world: World) -> None:
    noted(world, 1)
    for who in (*CAST.keys() - {"owner", "manager", "elsewhere"}, *OUTSIDE):
        browser = world.browser(who)
        before = world.everything()
        for path in (TRAIL, f"{TRAIL}export.csv", f"{TRAIL}export.xlsx"):
            answer = browser.get(path)
            assert answer.status_code == (302 if who in OUTSIDE else 403), (who, path)
            assert b"N001" not in answer.content
        assert world.everything() == before


def test_nothing_is_changed_by_any_form(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    for path in (TRAIL, f"{TRAIL}export.csv"):
        for method in (browser.post, browser.put, browser.delete, browser.patch):
            assert method(path).status_code == 405
    assert world.everything() == before


# --- as a file ------------------------------------------------------------------------------------


def rows_of(answer: Any) -> list[list[str]]:
    """The lines of a file."""
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_the_file_holds_what_the_filter_lets_through_and_is_told(world: World) -> None:
    noted(world, 7)
    answer = world.browser("owner").get(f"{TRAIL}export.csv", {"action": "store_changed"})
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    assert rows_of(answer) == [
        ["When", "Who", "What", "Store"],
        ["2026-06-01T14:00:00+02:00", "Habitué", "Habitué changed the store N007.", HERE],
    ]
    assert "Owner exported the audit trail." in found(world).words
    xlsx = world.browser("owner").get(f"{TRAIL}export.xlsx")
    assert b"".join(xlsx).startswith(b"PK")


def test_a_file_of_no_known_kind_is_refused(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    for kind in ("pdf", "csv2", "x" * 10_000, "%00"):
        assert browser.get(f"{TRAIL}export.{kind}").status_code in (404, 422)
    assert world.everything() == before


def test_a_name_is_no_formula_of_a_spreadsheet(world: World) -> None:
    formula = Actor(kind=SYSTEM.kind, id=None, name='=HYPERLINK("http://x")')
    noted(world, 1, actor=formula)
    answer = world.browser("owner").get(f"{TRAIL}export.csv", {"action": "store_changed"})
    assert not [cell for row in rows_of(answer) for cell in row if cell.startswith("=")]


def test_odd_names_are_names_and_nothing_else(world: World) -> None:
    now = world.clock.now()
    for text in ODD_NAMES.values():
        add_device(world.connection, actor=SYSTEM, name=text, store=HERE, now=now)
    browser = world.browser("owner")
    assert [text for text in ODD_NAMES.values() if not escaped(browser, TRAIL, text)] == []


# --- how much it costs ----------------------------------------------------------------------------


def test_a_long_trail_costs_no_more_than_a_short_one(world: World) -> None:
    browser = world.browser("owner")
    paths = (TRAIL, f"{TRAIL}?action=store_changed&who={uuid4()}&from=2026-01-01")
    few = [cost(browser, path) for path in paths]
    for number in range(60):
        noted(world, number)
    assert [cost(browser, path) for path in paths] == few
    assert max(few) <= 8
