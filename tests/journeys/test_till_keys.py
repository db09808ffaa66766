"""The till by keyboard, scanner and finger, in a real browser: what its script does."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.interfaces.pages import World
from tests.interfaces.terminal.serving import PIN, pinned
from tests.journeys.serving import come_in, faults_of, served
from tests.support.chromium import chromium

TYPED_MS: Final = 90


@pytest.fixture
def till(world: World) -> Iterator[Page]:
    """The browser of a paired till, at which Volodia's colleague has typed a PIN."""
    pinned(world)
    with served() as address, chromium() as browser:
        context = browser.new_context(base_url=address, locale="en-GB")
        context.set_default_timeout(10_000)
        come_in(context, world, "till", address)
        page = context.new_page()
        wrong = faults_of(page)
        page.clock.install()
        page.goto("/terminal/")
        page.locator("[data-digit='4']").click()
        page.keyboard.type(PIN[1:])
        page.keyboard.press("Enter")
        expect(page.locator("#field")).to_be_focused()
        yield page
        context.close()
        assert wrong == []


def scan(page: Page, text: str, hesitates_ms: int = 0) -> None:
    """What a scanner does: types faster than anybody can, and ends with Enter.

    The page's clock stands still meanwhile, or a busy machine would let the scanner hesitate at
    any key; it does so after the first one where that is what is tried.
    """
    now = page.evaluate("Date.now()")
    page.clock.pause_at(now / 1000 + 1)
    page.keyboard.type(text[0])
    page.clock.run_for(hesitates_ms)
    page.keyboard.type(text[1:])
    page.keyboard.press("Enter")
    page.clock.resume()


def by_hand(page: Page, text: str) -> None:
    """What fingers do."""
    page.keyboard.type(text, delay=TYPED_MS)


def test_a_guest_is_served_by_keys_alone(till: Page, world: World) -> None:
    by_hand(till, "ivan")
    expect(till.locator("#hits a")).to_have_count(1)
    till.keyboard.press("ArrowDown")
    till.keyboard.press("ArrowUp")
    till.keyboard.press("ArrowDown")
    till.keyboard.press("Enter")
    expect(till.get_by_role("heading", name="Vadim Ivanovich")).to_be_visible()
    # The amount waits for its digits.
    by_hand(till, "37,40")
    expect(till.locator("#foreseen")).to_contain_text("Will earn: +37 points")
    till.keyboard.press("Enter")
    expect(till.locator(".done")).to_contain_text("New balance: 157 points.")
    till.keyboard.press("F8")
    expect(till.locator(".done")).to_contain_text("−37 points")
    till.keyboard.press("Escape")
    expect(till.locator("#field")).to_be_focused()
    assert world.till.balance("CARD0001") == 120


def test_a_card_is_heard_on_every_page(till: Page, world: World) -> None:
    def is_at(who: str) -> None:
        till.wait_for_url(f"**/members/{world.members[who]}/")

    scan(till, "CARD0001")
    is_at("vadim")
    # In the field of the amount, where it leaves nothing behind.
    expect(till.locator("[data-amount]")).to_be_focused()
    scan(till, "CARD0002")
    is_at("ana")
    # On a button; and half of a code that is heard late would be another card.
    till.locator(".till-keys").focus()
    scan(till, "CARD0001", hesitates_ms=120)
    is_at("vadim")
    # Who showed a card may spend.
    till.keyboard.press("F9")
    expect(till.locator("[data-units]")).to_be_focused()
    till.keyboard.press("F2")
    expect(till.locator("[data-amount]")).to_be_focused()
    # An amount is no card, however fast it is typed.
    scan(till, "1250.00")
    expect(till.locator(".done")).to_contain_text("€1,250.00")
    assert len(world.rows("SELECT 1 FROM trail WHERE action = 'purchase_recorded'")) == 1


def test_lines_are_put_into_the_page_that_is_open(till: Page, world: World) -> None:
    scan(till, "CARD0001")
    expect(till.locator("[data-amount]")).to_be_focused()

    def slowly(route: Route) -> None:
        time.sleep(0.6)
        route.continue_()

    # What the purchase will earn is asked meanwhile; neither question ends the other.
    till.route("**/*lines=1", slowly)
    by_hand(till, "5")
    till.get_by_role("link", name="Line by line").click()
    expect(till.locator("[name=name_1]")).to_be_focused()
    expect(till.locator("[data-amount]")).to_have_value("5")
    by_hand(till, "Beer")
    till.locator("[name=amount_1]").fill("5,00")
    expect(till.locator("#foreseen")).to_contain_text("Will earn: +5 points")
    till.keyboard.press("Enter")
    expect(till.locator(".done")).to_contain_text("+5 points")
    assert world.till.balance("CARD0001") == 125


def test_a_new_members_card_is_scanned_into_its_field(till: Page) -> None:
    till.keyboard.press("F4")
    expect(till.locator("[name=given_name]")).to_be_focused()
    by_hand(till, "Vadim")
    expect(till.locator("#similar")).to_contain_text("Is it one of these?")
    scan(till, "CARD0003")
    expect(till.locator("[name=card]")).to_have_value("CARD0003")
    expect(till.locator("[name=given_name]")).to_have_value("Vadim")
    expect(till.locator("[name=family_name]")).to_be_focused()
    till.keyboard.press("Enter")
    expect(till.locator(".done")).to_contain_text("+20 points")


def test_the_field_takes_the_focus_back_and_steals_none(till: Page) -> None:
    field, dialog = till.locator("#field"), till.locator("dialog")
    till.evaluate("document.activeElement.blur()")
    till.clock.run_for(2_000)
    expect(field).to_be_focused()
    # The keys are shown by their own key; nothing is typed behind them.
    till.keyboard.press("?")
    expect(dialog).to_be_visible()
    till.clock.run_for(5_000)
    by_hand(till, "abc")
    expect(field).to_have_value("")
    till.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert till.url.endswith("/terminal/")
    # Whoever walks by keys presses buttons with the space bar.
    till.locator(".till-keys").focus()
    till.clock.run_for(5_000)
    till.keyboard.press("Space")
    expect(dialog).to_be_visible()
    till.keyboard.press("Escape")
    # A question mark within a text is one.
    field.focus()
    by_hand(till, "who?")
    expect(field).to_have_value("who?")


def test_a_till_that_is_left_locks_itself(till: Page, world: World) -> None:
    till.goto(f"/terminal/members/{world.members['vadim']}/")
    till.clock.run_for(590_000)
    by_hand(till, "1")
    till.clock.run_for(590_000)
    expect(till.get_by_role("heading", name="Vadim Ivanovich")).to_be_visible()
    till.clock.run_for(11_000)
    expect(till.get_by_role("heading", name="Who serves?")).to_be_visible()
    # The way back shows nobody.
    till.go_back()
    expect(till.get_by_role("heading", name="Who serves?")).to_be_visible()
