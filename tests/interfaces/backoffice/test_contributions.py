"""Contributions on the pages: sent in by members, decided by colleagues, told to members."""

from __future__ import annotations

import re
from typing import Any, Final

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from habitue.domain.pictures import LARGEST_PICTURE
from tests.domain.test_pictures import SECRET, exif, jpeg, jpeg_block, png
from tests.interfaces.backoffice.members import address, opened, sent
from tests.interfaces.backoffice.rooms import ROOM, SCRIPT
from tests.interfaces.pages import DOCUMENT, World
from tests.interfaces.reading import read_page

QUEUE: Final = f"{ROOM}contributions/"
MINE: Final = "/portal/contributions/"
# What Vadim has of the world, and for 12.00.
BEFORE: Final = 120 + 12
TELLING: Final[dict[str, Any]] = DOCUMENT | {
    "contributions": {
        "review": {"about": "product", "once": True, "text": 10},
        "photo": {"picture": True},
        "visit": {"name": "How was it?", "about": "purchase", "once": True},
    },
    "earn": DOCUMENT["earn"]
    | {
        "reviews": {
            "on": "contribution",
            "when": {"contribution.kind": "review"},
            "give": {"points": 25},
        }
    },
}


@pytest.fixture
def telling(world: World) -> World:
    """The world with a programme that takes contributions; Vadim has bought something."""
    world.till.publish(TELLING, effective_at=world.clock.now())
    world.clock.advance(1_000_000)
    lines = [{"product": "4711", "name": "Cologne", "amount": "12.00"}]
    world.till.ok(world.till.other("purchase", "CARD0001", currency="EUR", lines=lines))
    return world


def reviewed(browser: Client, text: str = "Smells of lemons.", **more: Any) -> Any:
    """The answer to a review of what Vadim bought."""
    return sent(browser, f"{MINE}new/review/", button="Send", body=text, about="4711", **more)


def waiting(office: Client) -> str:
    """The address of the only contribution that waits."""
    [link] = [link for link in opened(office, QUEUE).links.values() if link.count("-") > 7]
    return link


def test_a_review_waits_is_approved_and_told(telling: World) -> None:
    browser, office = telling.browser("vadim"), telling.browser("manager")
    assert opened(browser, "/portal/").links["Contributions"] == MINE
    assert "It counts once for each product." in opened(browser, MINE).words
    assert "Cologne" in opened(browser, f"{MINE}new/review/").words
    assert reviewed(browser, f"{SCRIPT} Smells of lemons.").status_code == 302
    page = opened(browser, MINE)
    for said in ("Review · Cologne", "Waiting", "A colleague will look at it.", SCRIPT):
        assert said in page.words, said
    queue = opened(office, QUEUE)
    assert "1 waits for a decision." in queue.words
    link = queue.links["Review · Cologne"]
    one = opened(office, link)
    assert "also where it finds fault with us" in one.words
    answer = sent(office, link, button="Approve")
    assert answer.headers["Location"] == QUEUE
    assert "It is approved and counts." in opened(office, QUEUE).words
    assert "It brought you 25 points." in opened(browser, MINE).words
    assert telling.till.balance("CARD0001") == BEFORE + 25
    assert "Contribution: Review" in opened(browser, "/portal/history/").words
    # Once is enough.
    assert "it counts once" in read_page(reviewed(browser)).words


def test_a_refusal_and_a_withdrawal_say_why(telling: World) -> None:
    browser, office = telling.browser("vadim"), telling.browser("owner")
    reviewed(browser)
    link = waiting(office)
    assert sent(office, link, button="Refuse", reason="").status_code == 422
    assert sent(office, link, button="Refuse", reason="Names a neighbour.").status_code == 302
    assert "Why: Names a neighbour." in opened(browser, MINE).words
    # Somebody else has the old page open still.
    late = office.post(f"{link}approve/")
    assert "That is decided already" in read_page(late).words
    reviewed(browser)
    link = waiting(office)
    sent(office, link, button="Approve")
    assert sent(office, link, button="Withdraw the approval", reason="Copied.").status_code == 302
    words = opened(browser, MINE).words
    assert "What it brought is taken back: 25 points. Why: Copied." in words
    assert telling.till.balance("CARD0001") == BEFORE
    assert "Withdrawn" in opened(office, f"{QUEUE}?state=any&q=lemon&kind=review").words
    assert "Nothing found" in opened(office, f"{QUEUE}?state=refused&q=lime").words
    assert "Nothing waits" in opened(office, f"{QUEUE}?cursor=nonsense").words


def test_a_picture_is_kept_without_where_it_was_taken(telling: World) -> None:
    browser, office = telling.browser("vadim"), telling.browser("manager")
    path = f"{MINE}new/photo/"

    def with_file(content: bytes, name: str = "me.jpg") -> Any:
        file = SimpleUploadedFile(name, content, "text/html")
        return sent(browser, path, button="Send", picture=file)

    for wrong in (
        b"<html><script>alert(1)</script></html>",
        png()[:-9],
        bytes(LARGEST_PICTURE + 9),
    ):
        assert "This picture cannot be taken" in read_page(with_file(wrong)).words
    assert sent(browser, path, button="Send").status_code == 422
    assert with_file(jpeg(jpeg_block(0xE1, exif(6)))).status_code == 302
    link = opened(browser, MINE).links["Picture"]
    shown = waiting(office)
    for answer in (browser.get(link), office.get(f"{shown}picture/")):
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.content.startswith(b"\xff\xd8")
        assert SECRET not in answer.content
    # Nobody else's.
    assert telling.browser("ana").get(link).status_code == 404
    assert telling.browser("elsewhere").get(f"{shown}picture/").status_code in (403, 404)
    sent(browser, MINE, button="Take it back")
    assert browser.get(link).status_code == 404


def test_a_colleague_enters_what_a_member_told(telling: World) -> None:
    office = telling.browser("manager")
    path = opened(office, address(telling)).links["How was it?"]
    found = re.search(r'<option value="([0-9a-f]{32})"', office.get(path).content.decode())
    assert found is not None
    answer = sent(office, path, button="Enter it", about=found[1], body="Quick.")
    assert answer.status_code == 302, read_page(answer).words
    link = waiting(office)
    assert "entered by" in opened(office, link).words
    sent(office, link, button="Approve")
    assert telling.till.balance("CARD0001") == BEFORE


def test_who_has_bought_nothing_is_told_so(telling: World) -> None:
    words = opened(telling.browser("ana"), f"{MINE}new/review/").words
    assert "Nothing to write about yet" in words
    assert telling.browser("ana").get(f"{MINE}new/song/").status_code == 404


def test_what_the_list_shows_is_taken_along_and_told(telling: World) -> None:
    reviewed(telling.browser("vadim"), "=cmd|' /C calc'!A0 smells.")
    office = telling.browser("owner")
    file = office.get(opened(office, f"{QUEUE}?q=smells").links["CSV"])
    text = b"".join(file).decode("utf-8-sig")
    assert "Vadim" in text
    assert "Cologne" in text
    # No spreadsheet takes it for a formula.
    assert ",=cmd" not in text
    assert '"=cmd' not in text
    assert "exported the contributions" in opened(office, f"{ROOM}trail/").words
    assert telling.browser("developer").get(f"{QUEUE}export.csv").status_code == 403
    assert office.get(f"{QUEUE}export.pdf").status_code == 422
