"""The rule sheet and the poster as PDF: what the page says, in the language that is asked for."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

import pytest

from habitue.interfaces.web.words.sheet import Audience
from tests.interfaces.backoffice.members import opened
from tests.interfaces.backoffice.rooms import OUTSIDE, ROOM
from tests.interfaces.pages import World

pytest.importorskip("typst", reason="the extra “print” is not installed")
pypdf = pytest.importorskip("pypdf", reason="the development tools are not installed")

PAGE: Final = f"{ROOM}programme/"
SHEET, POSTER = f"{PAGE}sheet.pdf", f"{PAGE}poster.pdf"


def printed(world: World, path: str, who: str = "manager") -> tuple[Any, str]:
    """A PDF, opened, and everything that stands in it."""
    answer = world.browser(who).get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    document = pypdf.PdfReader(BytesIO(answer.content))
    text = " ".join(" ".join(page.extract_text() for page in document.pages).split())
    return document, text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("1 point for each €1", "12 months", "Version 1, in force since")),
        ("fr", ("1 point par tranche de 1 €", "12 mois", "Version 1")),
        ("de", ("1 Punkt je 1 €", "12 Monate", "Version 1")),
        ("ro", ("1 punct la fiecare 1 EUR", "12 luni", "Versiunea 1")),
    ],
)
def test_the_sheet_is_printed_in_the_language_that_is_asked_for(
    world: World, language: str, texts: tuple[str, ...]
) -> None:
    document, text = printed(world, f"{SHEET}?language={language}")
    assert document.root_object["/Lang"] == language
    assert [one for one in texts if one not in text] == [], text


@pytest.mark.parametrize("audience", ["members", "staff"])
def test_paper_says_what_the_page_says(world: World, audience: Audience) -> None:
    page = opened(world.browser("manager"), f"{PAGE}?for={audience}")
    _document, text = printed(world, f"{SHEET}?for={audience}")
    told = page.words.replace("\u00a0", " ").replace("\u202f", " ")
    for sentence in ("20 points for joining.", "Spending points never lowers a tier."):
        assert sentence in told
        assert sentence in text
    assert ("before you ring up" in text) == (audience == "staff")


def test_the_same_version_is_the_same_file(world: World) -> None:
    for path in (SHEET, POSTER):
        first, second = (world.browser("manager").get(path).content for _ in range(2))
        assert first == second


def test_the_poster_leads_to_joining_this_programme(world: World) -> None:
    document, text = printed(world, f"{POSTER}?language=fr")
    assert len(document.pages) == 1
    assert "/portal/join/?programme=corner" in text.replace(" ", "")
    assert "Rejoignez-nous" in text
    wide = printed(world, f"{POSTER}?paper=a3")[0].pages[0].mediabox.width
    assert wide > document.pages[0].mediabox.width * 1.4


def test_the_page_offers_each_language(world: World) -> None:
    page = opened(world.browser("analyst"), f"{PAGE}?for=staff")
    for language in ("en", "fr", "de", "ro"):
        assert f"{SHEET}?for=staff&language={language}" in page.links.values()
        assert f"{POSTER}?language={language}" in page.links.values()


@pytest.mark.parametrize("odd", ["%00", "xx", "en-GB", "x" * 5_000])
def test_what_nobody_speaks_is_the_readers_language(world: World, odd: str) -> None:
    assert printed(world, f"{SHEET}?language={odd}")[0].root_object["/Lang"] == "en"


def test_outsiders_get_no_file(world: World) -> None:
    for who in (*OUTSIDE, "staff"):
        for path in (SHEET, POSTER):
            answer = world.browser(who).get(path)
            assert answer.status_code == (403 if who == "staff" else 302), who
