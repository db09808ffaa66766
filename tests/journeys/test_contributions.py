"""A contribution in a real browser: sent in from a phone with a photo, looked at in the office."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # it ships no types
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.domain.test_pictures import SECRET, png, png_block
from tests.interfaces.backoffice.test_contributions import TELLING
from tests.interfaces.pages import World
from tests.journeys.serving import come_in, faults_of, served
from tests.support.chromium import chromium

PICTURES: Final = os.environ.get("HABITUE_SCREENSHOTS", "")
GRAVE: Final = ("serious", "critical")


@pytest.fixture
def telling(world: World) -> World:
    """The world with a programme that takes contributions; Vadim has bought something."""
    world.till.publish(TELLING, effective_at=world.clock.now())
    world.clock.advance(1_000_000)
    lines = [{"product": "4711", "name": "Cologne", "amount": "12.00"}]
    world.till.ok(world.till.other("purchase", "CARD0001", currency="EUR", lines=lines))
    return world


@contextmanager
def visiting(
    browser: Browser, world: World, who: str, address: str, *, width: int
) -> Iterator[Page]:
    """A page of somebody's, in which nothing may go wrong."""
    context = browser.new_context(
        base_url=address, locale="en-GB", viewport={"width": width, "height": 800}
    )
    context.set_default_timeout(10_000)
    come_in(context, world, who, address)
    page = context.new_page()
    wrong = faults_of(page)
    yield page
    context.close()
    assert wrong == []


def looked_at(page: Page, name: str) -> None:
    """Nothing stands in the way of anybody, and nothing hangs over the edge."""
    found = [one["id"] for one in Axe().run(page).response["violations"] if one["impact"] in GRAVE]
    assert not found, (name, found)
    edge = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert edge <= 0, (name, edge)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"contribution-{name}.png", full_page=True)


def test_a_photo_goes_from_a_phone_to_the_office_and_back(telling: World) -> None:
    photo: FilePayload = {
        "name": "garden.png",
        "mimeType": "image/png",
        "buffer": png(png_block(b"tEXt", SECRET)),
    }
    with served() as address, chromium() as browser:
        with visiting(browser, telling, "vadim", address, width=360) as phone:
            phone.goto("/portal/contributions/")
            looked_at(phone, "kinds")
            phone.get_by_role("link", name=re.compile("Send one in.*Review")).click()
            looked_at(phone, "form")
            phone.get_by_label("What is it about?").select_option("4711")
            phone.get_by_label("Your text").fill("Smells of lemons, and lasts.")
            phone.get_by_label("Picture").set_input_files(photo)
            phone.get_by_role("button", name="Send").click()
            expect(phone.get_by_text("A colleague will look at it.")).to_be_visible()
            looked_at(phone, "waiting")
        with visiting(browser, telling, "manager", address, width=1280) as office:
            office.goto("/backoffice/contributions/")
            looked_at(office, "queue")
            office.get_by_role("link", name="Review · Cologne").click()
            shown = office.get_by_alt_text("The picture that was sent in")
            expect(shown).to_have_js_property("naturalWidth", 1)
            looked_at(office, "one")
            office.get_by_role("button", name="Approve").click()
            expect(office.get_by_text("Nothing waits")).to_be_visible()
        with visiting(browser, telling, "vadim", address, width=360) as phone:
            phone.goto("/portal/contributions/")
            expect(phone.get_by_text("It brought you 25 points.")).to_be_visible()
            looked_at(phone, "approved")
