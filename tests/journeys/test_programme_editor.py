"""A manager who has never seen a document builds a café's programme, and brings it into force."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.interfaces.pages import World
from tests.journeys.serving import come_in, faults_of, served
from tests.journeys.test_journeys import follow, heading, press
from tests.support.chromium import chromium

PICTURES: Final = os.environ.get("HABITUE_SCREENSHOTS", "")
TEN_MINUTES: Final = 600


@pytest.fixture
def manager(world: World) -> Iterator[Page]:
    """The browser of whoever runs the place; nothing may go wrong in it."""
    with served() as address, chromium() as browser:
        context = browser.new_context(
            base_url=address, locale="en-GB", viewport={"width": 1280, "height": 800}
        )
        context.set_default_timeout(20_000)
        come_in(context, world, "owner", address)
        page = context.new_page()
        wrong = faults_of(page)
        yield page
        context.close()
        assert wrong == []


def picture(page: Page, name: str) -> None:
    """Keep pictures of the page, wide and narrow, where pictures are asked for."""
    if not PICTURES:
        return
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=Path(PICTURES) / f"editor-{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 800})


def test_a_manager_builds_a_programme_sees_its_cost_and_schedules_it(manager: Page) -> None:
    begun = monotonic()
    begin(manager)
    change_and_add(manager)
    look_and_schedule(manager)
    assert monotonic() - begun < TEN_MINUTES


def begin(page: Page) -> None:
    """Where to begin: a few questions, and a draft is there."""
    page.goto("/backoffice/programme/")
    follow(page, "Drafts")
    heading(page, "Drafts")
    picture(page, "list")
    follow(page, "New programme")
    page.get_by_label("What is your business?").select_option(label="Café")
    page.get_by_label("What do you want to reward?").select_option(
        label="Every purchase, with points"
    )
    press(page, "Show what fits")
    picture(page, "points")
    follow(page, "Café with points")
    page.get_by_label("What is the programme called?").fill("Quay Club")
    picture(page, "questions")
    press(page, "Begin")
    heading(page, re.compile("Quay Club"))
    picture(page, "draft")


def change_and_add(page: Page) -> None:
    """A rule is changed, another one and a reward are added, one reward is taken out; what members
    will read follows while typing."""
    follow(page, "Change Points on every purchase")
    page.get_by_label("How many").fill("2")
    expect(page.locator("#said")).to_contain_text("2 points for each €1.")
    expect(page.locator("#said")).to_contain_text("That earns 49 points.")
    picture(page, "rule")
    press(page, "Save in the draft")

    # A rule is added.
    follow(page, "Add a rule")
    picture(page, "kinds")
    follow(page, "More points than usual")
    page.get_by_label("Name").fill("Quiet Tuesdays")
    page.get_by_label("Times as many").fill("3")
    page.get_by_text("Only when", exact=True).click()
    page.get_by_label("Tuesday").check()
    expect(page.locator("#said")).to_contain_text("Only if it is a Tuesday.")
    picture(page, "new-rule")
    press(page, "Save in the draft")
    expect(page.get_by_text("3 times as many points. Only if it is a Tuesday.")).to_be_visible()

    # A reward is added, and one is taken out.
    follow(page, "Add a reward")
    page.get_by_label("Name").fill("Breakfast")
    page.get_by_label("Which one").fill("breakfast for one")
    page.get_by_label("It costs so many: Points").fill("150")
    expect(page.locator("#said")).to_contain_text("It costs 150 points.")
    picture(page, "reward")
    press(page, "Save in the draft")
    follow(page, "Remove Brunch")
    press(page, "Remove")


def look_and_schedule(page: Page) -> None:
    """What people will read, and what the latest year would have cost; then it is scheduled."""
    follow(page, "What people read")
    expect(page.get_by_role("heading", name="Quiet Tuesdays").first).to_be_visible()
    picture(page, "sheet")
    follow(page, "What it would have cost")
    page.get_by_label("How many members").select_option(label="All of them: may take minutes")
    page.get_by_label("What a point costs you").fill("0.05")
    press(page, "Compute")
    expect(page.get_by_role("heading", name="In money")).to_be_visible(timeout=60_000)
    picture(page, "cost")

    # It is scheduled, and stands among the versions as one to come.
    follow(page, "Bring into force")
    page.get_by_label("Later").check()
    page.get_by_role("textbox", name=re.compile("^Day")).fill("2199-01-01")
    page.get_by_label("Time of day").fill("06:00")
    picture(page, "schedule")
    press(page, "Bring into force")
    heading(page, "Versions")
    expect(page.get_by_text("1 Jan 2199, 06:00").first).to_be_visible()
    picture(page, "versions")
