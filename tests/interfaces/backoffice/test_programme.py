"""The programme in words, its versions with what each changed, and its document to keep."""

from __future__ import annotations

from typing import Any

import pytest

from habitue.domain.programme.canonical import plain_document
from habitue.kit.instants import DAY, HOUR
from habitue.services.documents import read_programme_document
from habitue.services.programmes import publish_version
from tests.interfaces.backoffice.members import opened
from tests.interfaces.backoffice.rooms import ODD_NAMES, OUTSIDE, ROOM, colleague, cost
from tests.interfaces.pages import CAST, DOCUMENT, World
from tests.interfaces.reading import read_page

SHEET = f"{ROOM}programme/"
VERSIONS = f"{SHEET}versions/"
TEXT = f"{SHEET}document/"
PAGES = (SHEET, f"{SHEET}?for=staff", VERSIONS, TEXT)


def published(world: World, *, by: str = "Camille", later: int = 0, **changes: Any) -> None:
    """One more version of a programme, now or later."""
    now = world.clock.now()
    publish_version(
        world.connection,
        document=DOCUMENT | changes,
        now=now,
        actor=by,
        effective_at=now + later if later else None,
    )


# --- the sheet ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("12 months", "€1", "300")),
        ("fr", ("12 mois", "1 €", "300")),
        ("de", ("12 Monate", "1 €", "300")),
        ("ro", ("12 luni", "1 EUR", "300")),
    ],
)
def test_the_rules_are_told_in_the_readers_language(
    world: World, language: str, texts: tuple[str, ...]
) -> None:
    world.connection.execute("UPDATE staff SET language = %s", [language])
    for path in (SHEET, f"{SHEET}?for=staff"):
        answer = world.browser("analyst").get(path)
        words = read_page(answer).words.replace("\u00a0", " ").replace("\u202f", " ")
        assert answer.headers["Content-Language"] == language
        assert [text for text in texts if text not in words] == [], words
        assert "%(" not in words


def test_staff_read_more_than_members(world: World) -> None:
    browser = world.browser("manager")
    members, staff = (opened(browser, path).words for path in PAGES[:2])
    assert "The rules as members read them" in members
    assert "The rules as the staff need them" in staff
    # What nobody reads is what members read.
    assert opened(browser, f"{SHEET}?for=%00").words == members


def test_what_is_in_force_is_told_and_what_is_to_come_is_not(world: World) -> None:
    earn = DOCUMENT["earn"] | {"base": {"on": "purchase", "give": {"points": 7, "per": "1.00"}}}
    published(world, later=DAY, earn=earn)
    assert "7 points" not in opened(world.browser("manager"), SHEET).words
    world.clock.advance(DAY)
    assert "7 points" in opened(world.browser("manager"), SHEET).words


# --- versions -------------------------------------------------------------------------------------


def test_each_version_says_what_it_changed(world: World) -> None:
    published(
        world,
        by="Zoé",
        points=DOCUMENT["points"] | {"points": {"expires": {"after": "18 months"}}},
        words={"beer": {"fr": "bière dorée"}},
    )
    # It takes effect after what was recorded already.
    world.clock.advance(HOUR)
    words = opened(world.browser("manager"), VERSIONS).words
    newest, _, first = words.partition("Version 1")
    assert "Version 2 in force" in newest
    assert "published by Zoé" in newest
    assert "2 changes" in newest
    # Rules are told as members read them, and letters stand there as people write them.
    before, _, now = newest.partition(" now ")
    assert "Expires 12 months after it was earned." in before
    assert "Expires 18 months after it was earned." in now
    assert "Words: beer new bière dorée" in newest
    assert "\\u" not in words
    assert "in force" not in first
    assert "change" not in first.partition("published by")[2]


def test_a_version_to_come_is_not_in_force_yet(world: World) -> None:
    published(world, later=DAY, zone="Europe/Bucharest")
    words = opened(world.browser("manager"), VERSIONS).words
    assert words.index("Version 2 to come in effect from 2 Jun 2026") < words.index(
        "Version 1 in force"
    )
    world.clock.advance(DAY)
    assert "Version 2 in force" in opened(world.browser("manager"), VERSIONS).words


# --- the document ---------------------------------------------------------------------------------


def test_the_document_is_the_one_that_was_published(world: World) -> None:
    browser = world.browser("developer")
    page = opened(browser, TEXT)
    assert "Version 1, as the engine reads it." in page.words
    answer = browser.get(TEXT + page.links["YAML"])
    assert answer.headers["Content-Type"] == "application/yaml; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="corner.yaml"'
    text = answer.content.decode()
    assert plain_document(read_programme_document(text)) == plain_document(DOCUMENT)
    assert " ".join(text.split()) in page.words


def test_odd_names_are_names_and_nothing_else(world: World) -> None:
    points = DOCUMENT["points"]["points"] | {"name": {"en": ODD_NAMES["script"]}}
    published(
        world,
        by=ODD_NAMES["script"],
        name=ODD_NAMES["quote"],
        points=DOCUMENT["points"] | {"points": points},
    )
    browser = world.browser("owner")
    for path in (*PAGES, f"{ROOM}overview/"):
        content = browser.get(path).content
        assert b"<script>alert" not in content, path
        assert b"<img src=x" not in content, path


# --- which programme, and who ---------------------------------------------------------------------


def test_one_of_several_programmes_is_chosen_and_remembered(world: World) -> None:
    published(world, programme="alps", name="Alpine Club")
    browser = world.browser("owner")
    assert 'filename="alps' in browser.get(f"{TEXT}?download=1").headers["Content-Disposition"]
    assert "Alpine Club" in opened(browser, SHEET).words
    opened(browser, f"{VERSIONS}?programme=corner")
    for odd in ("", "&programme=nowhere", f"&programme={'x' * 5_000}", "&programme=%00"):
        kept = browser.get(f"{TEXT}?download=1{odd}").headers["Content-Disposition"]
        assert 'filename="corner' in kept


def test_a_choice_keeps_for_whom_the_rules_are_read(world: World) -> None:
    published(world, programme="alps")
    browser = world.browser("owner")
    for path, kept in ((f"{SHEET}?for=staff", "staff"), (SHEET, None), (VERSIONS, None)):
        (form,) = (one for one in opened(browser, path).forms if "programme" in one.fields)
        assert form.fields.get("for") == kept, path


def test_nobody_sees_a_programme_that_is_not_theirs(world: World) -> None:
    published(world, programme="alps")
    colleague(world, "Bound", ["developer"], [])
    world.connection.execute(
        "UPDATE staff SET programmes = %s WHERE staff_id = %s", [["corner"], world.staff["bound"]]
    )
    answer = world.browser("bound").get(f"{TEXT}?download=1&programme=alps")
    assert 'filename="corner' in answer.headers["Content-Disposition"]
    world.connection.execute("UPDATE staff SET programmes = %s", [["nowhere"]])
    for path in (*PAGES, f"{ROOM}overview/"):
        answer = world.browser("owner").get(path)
        assert answer.status_code == 404, path
        # There is no code that could be checked.
        assert "There is no programme yet that you may see." in read_page(answer).words


def test_everybody_of_the_back_office_reads_it_and_nobody_else(world: World) -> None:
    for who in (*CAST, *OUTSIDE):
        browser = world.browser(who)
        before = world.everything()
        expected = 302 if who in OUTSIDE else 403 if who == "staff" else 200
        assert {browser.get(path).status_code for path in PAGES} == {expected}, who
        for path in PAGES:
            assert browser.post(path, {"text": "x"}).status_code == 405, who
        assert world.everything() == before


def test_whoever_is_refused_is_told_so_as_a_person(world: World) -> None:
    words = read_page(world.browser("staff").get(SHEET)).words
    assert "You may not do this." in words
    # Machines have keys; people have none.
    assert "key" not in words.casefold()


# --- how much it costs ----------------------------------------------------------------------------


def test_many_versions_and_programmes_cost_no_more_than_few(world: World) -> None:
    browser = world.browser("owner")
    published(world, programme="alps")
    few = [cost(browser, path) for path in PAGES]
    for number in range(20):
        world.clock.advance(DAY)
        published(world, zone=("UTC", "Europe/Paris")[number % 2])
        published(world, programme=f"other{number}")
    assert [cost(world.browser("owner"), path) for path in PAGES] == few
    assert max(few) <= 10
