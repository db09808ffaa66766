"""The till by keyboard, scanner and finger, in a real browser: what its script does.

The pages are served by a thread of the test itself, so that the world of the pages' tests, with its
clock, is what the browser sees.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from playwright.sync_api import Page, expect

from tests.interfaces.pages import World
from tests.interfaces.terminal.serving import PIN, pinned
from tests.support.chromium import chromium

TYPED_MS: Final = 90


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give back what Django keeps for each thread."""
        super().process_request_thread(request, client_address)
        connections.close_all()


class _Silent(WSGIRequestHandler):
    def log_message(self, *arguments: Any) -> None:
        """Tests say what matters themselves."""


@contextmanager
def served() -> Iterator[str]:
    """The pages, by a thread, on an address of loopback."""
    application = StaticFilesHandler(WSGIHandler())
    with make_server(
        "127.0.0.1", 0, application, server_class=_Server, handler_class=_Silent
    ) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def till(world: World) -> Iterator[Page]:
    """The browser of a paired till, at which Volodia's colleague has typed a PIN."""
    pinned(world)
    secret = world.browser("till").cookies["habitue_till"].value
    with served() as address, chromium() as browser:
        context = browser.new_context(base_url=address, locale="en-GB")
        context.set_default_timeout(10_000)
        context.add_cookies([{"name": "habitue_till", "value": secret, "url": address}])
        page = context.new_page()
        wrong: list[str] = []
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.clock.install()
        page.goto("/terminal/")
        page.locator("[data-digit='4']").click()
        page.keyboard.type(PIN[1:])
        page.keyboard.press("Enter")
        expect(page.locator("#field")).to_be_focused()
        yield page
        context.close()
        assert wrong == []


def scan(page: Page, text: str) -> None:
    """What a scanner does: types faster than anybody can, and ends with Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


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
    # On a button.
    till.locator("summary").first.focus()
    scan(till, "CARD0001")
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
