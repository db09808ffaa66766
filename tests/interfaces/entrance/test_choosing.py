"""The root, the choice of language and look, and pages for what goes wrong."""

from __future__ import annotations

import pytest

from tests.interfaces.entrance.signing import opened
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

ELSEWHERE = ("https://evil.example/", "//evil.example/", "javascript:alert(1)", "\\\\evil", "")


@pytest.mark.parametrize(
    ("who", "place"),
    [
        ("owner", "/backoffice/"),
        ("staff", "/terminal/"),
        ("vadim", "/portal/"),
        ("stranger", "/portal/sign-in/"),
    ],
)
def test_the_root_leads_everybody_to_their_door(world: World, who: str, place: str) -> None:
    assert world.browser(who).get("/").headers["Location"] == place


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("de-AT", "de"),
        ("ro", "ro"),
        ("pl, uk;q=0.5", "en"),
        ("x" * 10_000, "en"),
        ("", "en"),
    ],
)
def test_a_stranger_is_addressed_as_the_browser_asks(
    world: World, accepts: str, language: str
) -> None:
    answer = world.browser().get("/account/sign-in/", headers={"accept-language": accepts})
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.content.decode()
    assert {"Accept-Language", "Cookie"} <= set(answer.headers["Vary"].split(", "))


def test_a_chosen_language_stays_and_leads_back(world: World) -> None:
    browser = world.browser()
    answer = browser.post("/language/", {"language": "ro", "next": "/account/sign-in/"})
    assert answer.headers["Location"] == "/account/sign-in/"
    assert answer.cookies["language"]["httponly"]
    assert opened(browser, "/account/sign-in/").headings == ["Conectare pentru personal"]


def test_a_chosen_look_stays(world: World) -> None:
    browser = world.browser()
    for look in ("dark", "contrast", "light", "auto"):
        browser.post("/look/", {"theme": look, "next": "/account/sign-in/"})
        assert f'data-theme="{look}"' in browser.get("/account/sign-in/").content.decode()


@pytest.mark.parametrize("value", ["xx", "<script>", "../../etc", "e" * 10_000, "\x00", ""])
def test_what_is_no_choice_chooses_nothing(world: World, value: str) -> None:
    browser = world.browser()
    for path, name in (("/language/", "language"), ("/look/", "theme")):
        answer = browser.post(path, {name: value})
        assert answer.headers["Location"] == "/"
        assert not answer.cookies
    # Nor does a cookie that was made up.
    browser.cookies["language"] = browser.cookies["theme"] = "nonsense"
    page = browser.get("/account/sign-in/").content.decode()
    assert '<html lang="en" data-theme="auto"' in page


@pytest.mark.parametrize("place", ELSEWHERE)
def test_a_choice_never_leads_out_of_the_house(world: World, place: str) -> None:
    answer = world.browser().post("/language/", {"language": "fr", "next": place})
    assert answer.headers["Location"] == "/"


def test_a_page_that_is_not_there_does_not_repeat_its_address(world: World) -> None:
    answer = world.browser().get("/nowhere/<script>alert(1)</script>/")
    assert answer.status_code == 404
    assert read_page(answer).headings == ["There is no such page"]
    assert "alert(1)" not in answer.content.decode()


@pytest.mark.usefixtures("world")
def test_a_forged_form_is_told_from_a_right_that_is_missing() -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    answer = strict.post("/language/", {"language": "fr"})
    assert answer.status_code == 403
    assert read_page(answer).headings == ["This form is out of date"]
    assert "language" not in answer.cookies


def test_a_fault_of_ours_shows_nothing_of_itself(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**wanted: object) -> None:
        raise RuntimeError(f"secret details {wanted}")

    browser = world.browser("owner")
    browser.raise_request_exception = False
    monkeypatch.setattr("habitue.interfaces.backoffice.stores.views.list_stores", fail)
    answer = browser.get("/backoffice/stores/")
    assert answer.status_code == 500
    assert read_page(answer).headings == ["Something broke on our side"]
    assert "secret details" not in answer.content.decode()


@pytest.mark.parametrize("path", ["/account/sign-in/", "/portal/sign-in/", "/nowhere/"])
def test_every_answer_forbids_what_no_page_needs(world: World, path: str) -> None:
    headers = world.browser().get(path).headers
    rules = dict(
        part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";")
    )
    assert rules["default-src"] == rules["form-action"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert not {"unsafe-inline", "unsafe-eval"} & set(str(rules))
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
