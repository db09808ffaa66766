"""Opening the till: paired once, unlocked by a PIN, locked by hand and by time."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.kit.instants import DAY, MINUTE
from habitue.selectors.devices import list_devices
from habitue.services.access.devices import add_device, revoke_device
from habitue.services.access.staff import deactivate_staff
from tests.interfaces.pages import HERE, THERE, World
from tests.interfaces.reading import read_page
from tests.interfaces.terminal.serving import (
    HOME,
    HTMX,
    NASTY,
    PIN,
    at,
    at_till,
    led,
    opened,
    pinned,
    scan,
    sent,
)

PAIR, WHO = f"{HOME}pair/", f"{HOME}who/"
COOKIE = "habitue_till"


def new_code(world: World, store: str = HERE) -> str:
    """The pairing code of a new till."""
    _, code = add_device(
        world.connection, actor=SYSTEM, name="Terrasse", store=store, now=world.clock.now()
    )
    return code


# --- pairing --------------------------------------------------------------------------------------


def test_a_browser_becomes_a_till_by_its_code(world: World) -> None:
    code = new_code(world)
    browser = world.browser()
    # The link of the back office fills the code in.
    form = opened(browser, f"{PAIR}?code={code}").form(button="Pair")
    assert form.fields["code"] == code
    answer = browser.post(PAIR, form.fields)
    assert answer.headers["Location"] == WHO
    cookie = answer.cookies[COOKIE]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    assert cookie["max-age"] >= 300 * 24 * 3600
    assert "Who serves?" in led(browser, answer).headings
    assert len(world.rows("SELECT 1 FROM trail WHERE action = 'device_paired'")) == 1


def test_a_code_pairs_one_browser_alone_and_not_for_ever(world: World) -> None:
    used, old = new_code(world), new_code(world)
    assert world.browser().post(PAIR, {"code": used}).status_code == 302
    world.clock.advance(DAY + MINUTE)
    before = world.everything()
    for code in (used, old, "ABCD2345", "", *NASTY):
        answer = world.browser().post(PAIR, {"code": code})
        assert answer.status_code == 422
        assert COOKIE not in answer.cookies
        world.clock.advance(20 * MINUTE)
    assert world.everything() == before


def test_codes_cannot_be_guessed_in_a_row(world: World) -> None:
    code = new_code(world)
    browser = world.browser()
    for _ in range(10):
        assert browser.post(PAIR, {"code": "ABCD2345"}).status_code == 422
    answer = browser.post(PAIR, {"code": code})
    assert answer.status_code == 422
    assert COOKIE not in answer.cookies
    assert "too many attempts" in read_page(answer).words


# --- who serves -----------------------------------------------------------------------------------


def test_a_till_asks_who_serves_before_it_shows_anything(world: World) -> None:
    till = world.browser("till")
    for path in (HOME, at(world), f"{HOME}enrol/", f"{HOME}sale/", f"{HOME}?q=Vadim"):
        answer = till.get(path)
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer.headers["Location"] == WHO
    part = till.get(f"{HOME}?q=Vadim", headers=HTMX)
    assert (part.status_code, part.content) == (204, b"")
    assert part.headers["HX-Redirect"] == WHO


def test_a_till_at_which_nobody_serves_records_nothing(world: World) -> None:
    till = world.browser("till")
    before = world.everything()
    for rest in ("sale/", "visit/", "redeem/", "foresee/"):
        answer = till.post(at(world, rest=rest), {"amount": "5", "once": "0" * 32})
        assert answer.headers["Location"] == WHO
    assert world.everything() == before


def test_a_pin_says_who_serves(world: World) -> None:
    till = at_till(world)
    page = opened(till)
    assert "Staff" in page.words
    assert "Café du Quai" in page.words
    # At a till there is no choice of stores, and its session ends with it.
    assert "Le Marché" not in page.words
    ((bound,),) = world.rows("SELECT DISTINCT device_id IS NOT NULL FROM web_session")
    assert bound


def test_a_pin_says_when_the_till_was_seen(world: World) -> None:
    pinned(world)
    till = world.browser("till")
    world.clock.advance(MINUTE)
    till.post(WHO, {"pin": "4062"})
    (device,) = list_devices(world.connection, actor=SYSTEM)
    assert device.seen_at == world.clock.now() - MINUTE
    till.post(WHO, {"pin": PIN})
    (device,) = list_devices(world.connection, actor=SYSTEM)
    assert device.seen_at == world.clock.now()


def test_wrong_pins_open_nothing_and_run_out(world: World) -> None:
    pinned(world)
    till = world.browser("till")
    for pin in ("4062", "", "40610", *NASTY):
        assert till.post(WHO, {"pin": pin}).status_code == 422
        assert till.get(HOME).headers["Location"] == WHO
        world.clock.advance(20 * MINUTE)
    statuses = [till.post(WHO, {"pin": "4062"}) for _ in range(30)]
    assert {answer.status_code for answer in statuses} == {422}
    assert "too many attempts" in read_page(statuses[-1]).words
    # Now even the right one must wait.
    assert till.post(WHO, {"pin": PIN}).status_code == 422


def test_a_colleague_of_another_store_does_not_serve_here(world: World) -> None:
    pinned(world, "elsewhere")
    assert world.browser("till").post(WHO, {"pin": PIN}).status_code == 422


def test_the_till_speaks_the_language_of_whoever_serves(world: World) -> None:
    pinned(world)
    world.connection.execute("UPDATE staff SET language = 'fr'")
    till = world.browser("till")
    answer = till.post(WHO, {"pin": PIN})
    page = till.get(answer.headers["Location"])
    assert page.headers["Content-Language"] == "fr"
    till.cookies["language"] = "de"
    assert till.get(HOME).headers["Content-Language"] == "de"


# --- locking --------------------------------------------------------------------------------------


def locked(till: Client) -> bool:
    """Whether the till asks who serves."""
    answer: Any = till.get(HOME)
    return bool(answer.status_code == 302 and answer.headers["Location"] == WHO)


def test_a_till_is_locked_by_hand(world: World) -> None:
    till = at_till(world)
    answer = sent(till, HOME, button="Lock")
    assert answer.headers["Location"] == WHO
    assert locked(till)


def test_a_till_locks_itself_when_nobody_uses_it(world: World) -> None:
    till = at_till(world)
    for _ in range(3):
        world.clock.advance(9 * MINUTE)
        assert not locked(till)
    world.clock.advance(11 * MINUTE)
    assert locked(till)
    # The screen knows it too.
    assert b'data-idle-seconds="600"' in at_till(world).get(HOME).content


def test_a_card_that_was_shown_is_forgotten_by_the_next_one(world: World) -> None:
    till = at_till(world)
    assert "How many" in led(till, scan(till, "CARD0001")).words
    sent(till, HOME, button="Lock")
    till.post(WHO, {"pin": PIN})
    assert "How many" not in opened(till, at(world)).words


def test_a_revoked_till_is_a_stranger(world: World) -> None:
    till = at_till(world)
    (device,) = list_devices(world.connection, actor=SYSTEM)
    revoke_device(world.connection, actor=SYSTEM, device_id=device.device_id, now=world.clock.now())
    for path in (HOME, WHO, at(world)):
        assert till.get(path).headers["Location"].startswith("/account/")


def test_a_colleague_who_left_serves_no_more(world: World) -> None:
    till = at_till(world)
    deactivate_staff(
        world.connection,
        actor=SYSTEM,
        staff_id=world.staff["staff"],
        now=world.clock.now(),
    )
    assert locked(till)


# --- by an account --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("owner", 200),
        ("manager", 200),
        ("elsewhere", 200),
        ("staff", 200),
        ("analyst", 403),
        ("developer", 403),
        ("ana", 302),
        ("stranger", 302),
    ],
)
def test_colleagues_open_the_terminal_with_their_account(
    world: World, who: str, status: int
) -> None:
    answer = world.browser(who).get(HOME)
    assert answer.status_code == status
    if status == 302:
        assert answer.headers["Location"].startswith("/account/sign-in/")
    if status == 403:
        assert "Café du Quai" not in read_page(answer).words


def test_who_works_in_several_stores_chooses_one(world: World) -> None:
    browser = world.browser("owner")
    assert opened(browser).form(action=f"{HOME}store/").fields["store"] == HERE
    answer = browser.post(f"{HOME}store/", {"store": THERE})
    assert "You serve in Le Marché." in led(browser, answer).words
    assert opened(browser, at(world)).form(action=f"{HOME}store/").fields["store"] == THERE
    sent(browser, at(world), button="Record the purchase", amount="5")
    ((store,),) = world.rows("SELECT store FROM trail WHERE action = 'purchase_recorded'")
    assert store == THERE


@pytest.mark.parametrize("store", [THERE, "none", *NASTY])
def test_nobody_chooses_a_store_that_is_not_theirs(world: World, store: str) -> None:
    browser = world.browser("staff")
    assert browser.post(f"{HOME}store/", {"store": store}).status_code in (404, 422)
    page = opened(browser, at(world))
    assert not any(form.action == f"{HOME}store/" for form in page.forms)
    assert "Café du Quai" in page.words


def test_choosing_and_locking_are_no_links(world: World) -> None:
    for path in (f"{HOME}store/", f"{HOME}lock/"):
        assert world.browser("owner").get(path).status_code == 405
