"""Tills: added with a code that is shown once, paired, and let in no more."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID, uuid4

from django.test import Client

from habitue.domain.access import SYSTEM
from habitue.kit.instants import HOUR
from habitue.services.access.devices import add_device, pair_device
from tests.interfaces.backoffice.members import opened, sent
from tests.interfaces.backoffice.rooms import (
    NO_NAMES,
    ODD_NAMES,
    OUTSIDE,
    ROOM,
    cost,
    escaped,
    led_to,
)
from tests.interfaces.pages import HERE, THERE, World
from tests.interfaces.reading import read_page

TILLS = f"{ROOM}devices/"
NEW = f"{TILLS}new/"
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


def till_of(world: World, name: str = "Bar", store: str = HERE) -> UUID:
    """A till that waits to be paired."""
    till, _ = add_device(
        world.connection, actor=SYSTEM, name=name, store=store, now=world.clock.now()
    )
    return till


def code_on(answer: Any) -> str:
    """The pairing code that a page shows."""
    assert answer.status_code == 200, read_page(answer).words
    (found,) = CODE.findall(read_page(answer).words)
    return str(found)


def is_let_in(till: Client) -> bool:
    """Whether a till may ask who serves; else it is led to be paired."""
    return bool(till.get("/terminal/who/").status_code == 200)


def paired(world: World, code: str) -> tuple[Client, int]:
    """Pair a browser as the till's own page does."""
    browser = world.browser()
    answer = browser.post("/terminal/pair/", {"code": code})
    return browser, answer.status_code


def test_a_till_is_added_paired_and_let_in(world: World) -> None:
    browser = world.browser("manager")
    answer = sent(browser, NEW, button="Add it", name="Terrasse", store=HERE)
    code = code_on(answer)
    assert f"/terminal/pair/?code={code.replace('-', '')}" in read_page(answer).words
    assert "browser of the till Terrasse" in read_page(answer).words
    page = opened(browser, TILLS)
    assert "Terrasse Café du Quai waits to be paired" in page.words
    # It was shown once, and nobody can read it again.
    assert not CODE.findall(page.words)
    assert code.replace("-", "") not in str(world.everything())
    till, status = paired(world, code)
    assert status == 302
    assert is_let_in(till)
    assert "Terrasse Café du Quai paired on 1 June 2026" in opened(browser, TILLS).words
    # Whoever has read the code over a shoulder comes too late.
    assert paired(world, code)[1] == 422
    assert world.rows("SELECT action, actor_name FROM trail WHERE subject_kind = 'device'"
                      " ORDER BY trail_id") == [
        ("device_added", "Manager"), ("device_paired", "Terrasse"),
    ]  # fmt: skip


def test_a_code_is_valid_for_a_day(world: World) -> None:
    browser = world.browser("manager")
    code = code_on(browser.post(NEW, {"name": "Bar", "store": HERE}))
    world.clock.advance(24 * HOUR)
    assert "Bar Café du Quai not paired" in opened(world.browser("manager"), TILLS).words
    assert paired(world, code)[1] == 422


def test_a_new_code_locks_out_what_was_paired_before(world: World) -> None:
    browser = world.browser("manager")
    first = code_on(browser.post(NEW, {"name": "Bar", "store": HERE}))
    till, _ = paired(world, first)
    form = opened(browser, TILLS).form(button="New pairing code Bar")
    second = code_on(browser.post(form.action, form.fields))
    assert second != first
    assert not is_let_in(till)
    assert [paired(world, code)[1] for code in (first, second)] == [422, 302]


def test_a_revoked_till_is_out_at_once_and_for_ever(world: World) -> None:
    browser = world.browser("manager")
    till, _ = paired(world, code_on(browser.post(NEW, {"name": "Bar", "store": HERE})))
    assert is_let_in(till)
    path = opened(browser, TILLS).links["Revoke Bar"]
    assert "Bar" in opened(browser, path).words
    assert led_to(sent(browser, path, button="Revoke the till")) == TILLS
    assert not is_let_in(till)
    page = opened(browser, TILLS)
    assert "The till is revoked." in page.words
    assert "No till yet" in page.words
    page = opened(browser, page.links["Show revoked tills too"])
    assert "Bar Café du Quai Revoked" in page.words
    assert "Revoke Bar" not in page.links
    before = world.everything()
    # A page that was left open does nothing more.
    assert led_to(browser.post(path)) == TILLS
    assert browser.post(path.replace("revoke", "renew")).status_code == 404
    assert world.everything() == before


WRONG: dict[str, dict[str, str]] = {
    "no-store": {"store": ""},
    "other-store": {"store": THERE},
    "no-such-store": {"store": "nowhere"},
    "nul-store": {"store": "\x00"},
    "long-store": {"store": "s" * 10_000},
    "long-name": {"name": "n" * 61},
    **{f"name-{word}": {"name": text} for word, text in NO_NAMES.items()},
}


def test_what_is_wrong_is_sent_back_and_nothing_is_done(world: World) -> None:
    browser = world.browser("manager")
    before = world.everything()
    found = {
        word: browser.post(NEW, {"name": "Bar", "store": HERE} | fields).status_code
        for word, fields in WRONG.items()
    }
    assert found == dict.fromkeys(WRONG, 422)
    assert world.everything() == before


def test_an_odd_name_is_a_name_and_nothing_else(world: World) -> None:
    browser = world.browser("owner")
    for text in ODD_NAMES.values():
        answer = browser.post(NEW, {"name": text, "store": HERE})
        assert (answer.status_code, b"<script>alert" in answer.content) == (200, False)
    for path in (TILLS, f"{ROOM}trail/"):
        assert [text for text in ODD_NAMES.values() if not escaped(browser, path, text)] == []


def test_nobody_reaches_a_till_that_is_not_theirs(world: World) -> None:
    till = till_of(world)
    expected = dict.fromkeys(("analyst", "developer", "staff"), 403)
    expected |= {"elsewhere": 404} | dict.fromkeys(OUTSIDE, 302)
    for who, status in expected.items():
        browser = world.browser(who)
        before = world.everything()
        for part in ("renew", "revoke"):
            assert browser.post(f"{TILLS}{till}/{part}/").status_code == status, who
        assert browser.get(f"{TILLS}{till}/revoke/").status_code == status, who
        assert world.everything() == before
    assert "Bar" not in opened(world.browser("elsewhere"), TILLS).words


def test_a_till_that_is_none_is_not_found(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    for text in (uuid4(), UUID(int=0), world.staff["staff"], "x", "%00", "a" * 10_000):
        for part in ("renew", "revoke"):
            assert browser.post(f"{TILLS}{text}/{part}/").status_code == 404
    assert world.everything() == before


def test_many_tills_cost_no_more_than_few(world: World) -> None:
    browser = world.browser("owner")
    till = till_of(world)
    paths = (TILLS, f"{TILLS}?revoked=too", NEW, f"{TILLS}{till}/revoke/")
    few = [cost(browser, path) for path in paths]
    now = world.clock.now()
    for number in range(30):
        _, code = add_device(
            world.connection, actor=SYSTEM, name=f"T{number}", store=THERE, now=now
        )
        pair_device(world.connection, code=code, caller=code, now=now)
    assert [cost(browser, path) for path in paths] == few
    assert max(few) <= 8
