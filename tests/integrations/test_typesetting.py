"""Sheets and posters as PDF: the same data give the same bytes, everything that was said stands on
the pages, and texts are never markup."""

from __future__ import annotations

import sys
from io import BytesIO
from typing import Any, Final

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.integrations.typesetting import setting
from habitue.integrations.typesetting.setting import Form, typeset

pytest.importorskip("typst", reason="the extra “print” is not installed")
pypdf = pytest.importorskip("pypdf", reason="the development tools are not installed")

SHEET: Final[dict[str, Any]] = {
    "language": "ro",
    "title": "Cafeneaua din colț",
    "lead": "Regulamentul",
    "footer": "Cafeneaua din colț · Versiunea 3",
    "sections": [
        {
            "heading": "Recompense",
            "listed": True,
            "items": [{"name": "Ștampile", "sentences": ["Țineți minte: 10 ștampile.", "Gata."]}],
        }
    ],
}
POSTER: Final[dict[str, Any]] = {
    "language": "fr",
    "paper": "a4",
    "title": "Café du coin",
    "lead": "Merci.",
    "footer": "Version 3",
    "promises": [{"name": "À chaque achat", "sentence": "1 point par 1 €."}],
    "ladder": {
        "heading": "Ce que cela vous offre",
        "rungs": [{"price": "80 points", "name": "Dessert", "note": ""}],
    },
    "join": {
        "heading": "Rejoignez-nous",
        "sentence": "Scannez le code.",
        "address": "https://club.example/portal/join/",
        "qr": '<svg width="2" height="2"><path d="M0 0h2v2h-2z"/></svg>',
    },
}
FORMS: Final[tuple[tuple[Form, dict[str, Any]], ...]] = (("sheet", SHEET), ("poster", POSTER))


def read(content: bytes) -> Any:
    """A PDF, opened."""
    return pypdf.PdfReader(BytesIO(content))


def words(content: bytes) -> str:
    """What stands on the pages, with single spaces."""
    return " ".join(" ".join(page.extract_text() for page in read(content).pages).split())


def many(count: int) -> dict[str, Any]:
    """A sheet of so many sections."""
    return SHEET | {"sections": SHEET["sections"] * count}


def test_the_same_data_give_the_same_bytes() -> None:
    for form, data in FORMS:
        first = typeset(form, data)
        typeset("sheet", many(2))
        assert typeset(form, dict(reversed(data.items()))) == first
        assert typeset(form, data | {"lead": "!"}) != first


def test_a_sheet_says_everything_in_its_letters() -> None:
    text = words(typeset("sheet", SHEET))
    for said in ("Cafeneaua din colț", "Ștampile", "Țineți minte: 10 ștampile.", "1 / 1"):
        assert said in text
    assert "\ufffd" not in text


def test_a_long_sheet_has_pages_with_numbers() -> None:
    pages = read(typeset("sheet", many(40))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        text = " ".join(page.extract_text().split())
        assert f"{number} / {len(pages)}" in text
        assert "Versiunea 3" in text
        assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_it_can_be_read_aloud() -> None:
    for form, data in FORMS:
        document = read(typeset(form, data))
        assert document.metadata.title == data["title"]
        assert document.root_object["/Lang"] == data["language"]
        assert document.root_object["/MarkInfo"]["/Marked"]
        # A date would make each one another.
        assert document.metadata.creation_date is None


@pytest.mark.parametrize(("paper", "sides"), [("a4", [595, 842]), ("a3", [842, 1191])])
@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_a_poster_is_one_page_whatever_it_says(paper: str, sides: list[int], count: int) -> None:
    rungs = [{"price": f"{place} points", "name": f"Thing {place}", "note": "Only if it is Friday."}
             for place in range(count)]  # fmt: skip
    data = POSTER | {
        "paper": paper,
        "promises": POSTER["promises"] * min(count, 4),
        "ladder": {"heading": "Rewards", "rungs": rungs},
    }
    (page,) = read(typeset("poster", data)).pages
    assert [round(float(side)) for side in page.mediabox[2:]] == sides
    text = " ".join(page.extract_text().split())
    assert all(f"Thing {place}" in text for place in range(count))
    assert "Scannez le code." in text


def test_a_poster_without_an_address_has_no_code() -> None:
    join = POSTER["join"] | {"address": "", "qr": ""}
    assert "club.example" not in words(typeset("poster", POSTER | {"join": join}))
    assert "club.example" in words(typeset("poster", POSTER))


@pytest.mark.parametrize("title", ["A" * 200, "Le très long nom de notre petite maison " * 5, "#"])
def test_long_names_stay_on_the_page(title: str) -> None:
    (page,) = read(typeset("poster", POSTER | {"title": title})).pages
    assert "Scannez le code." in " ".join(page.extract_text().split())


@pytest.mark.parametrize(
    "text",
    [
        "#panic()",
        "*bold* _it_ `raw` $x$",
        "= Heading",
        "@label <label>",
        "\\ [ ] { } // /* */",
        "#",
    ],
)
def test_texts_are_no_markup(text: str) -> None:
    item = {"name": text, "sentences": [text, text]}
    section = {"heading": text, "listed": True, "items": [item]}
    data = SHEET | {"title": text, "lead": text, "footer": text, "sections": [section]}
    assert words(typeset("sheet", data)).count(text) == 7


def test_whoever_has_not_installed_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    setting._compiler.cache_clear()
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(Refusal) as caught:
        typeset("sheet", SHEET)
    assert caught.value.code == Code.NOT_INSTALLED
    monkeypatch.undo()
    assert typeset("sheet", SHEET).startswith(b"%PDF")
