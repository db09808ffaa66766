"""Invitations in the back office: made once, listed with how they stand, revoked for ever."""

from __future__ import annotations

from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

LIST = "/backoffice/programme/invitations/"
NEW = f"{LIST}new/"


def test_a_code_is_made_once_listed_and_revoked(world: World) -> None:
    browser = world.browser("manager")
    form = read_page(browser.get(NEW)).form(button="Make the invitation")
    given = {**form.fields, "note": "Harvest <b>dinner</b>", "people": "12"}
    for _ in range(2):
        assert browser.post(NEW, given).headers["Location"] == LIST
    ((invitation_id, code),) = world.rows("SELECT invitation_id, code FROM invitation")
    page = read_page(browser.get(LIST))
    printed = f"{code[:4]}-{code[4:8]}-{code[8:]}"
    assert f"{printed} Harvest <b>dinner</b> 0 of 12 until revoked" in page.words
    assert browser.post(f"{LIST}{invitation_id}/revoke/").headers["Location"] == LIST
    assert "Revoked" in read_page(browser.get(LIST)).words
    assert world.rows("SELECT action, subject_name FROM trail ORDER BY at, trail_id")[-2:] == [
        ("invitation_created", "Harvest <b>dinner</b>"),
        ("invitation_revoked", "Harvest <b>dinner</b>"),
    ]


def test_what_is_wrong_is_said_and_makes_nothing(world: World) -> None:
    browser = world.browser("manager")
    fields = read_page(browser.get(NEW)).form(button="Make the invitation").fields
    before = world.everything()
    for wrong, said in (
        ({"people": "0"}, "greater than or equal to 1"),
        ({"people": ""}, "This field is required."),
        ({"expires_date": "2026-05-31"}, "This day is over."),
        ({"note": "x" * 201}, "at most 200 characters"),
        ({"once": "x"}, "out of date"),
    ):
        answer = browser.post(NEW, {**fields, **wrong})
        assert answer.status_code == 422, wrong
        assert said in read_page(answer).words
    assert world.everything() == before
