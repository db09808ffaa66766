"""Links: opening one does nothing, its button lets in whom it was made for, once."""

from __future__ import annotations

from uuid import UUID

import pytest

from habitue.domain.access import SYSTEM
from habitue.kit.ids import new_id
from habitue.kit.instants import DAY, MINUTE
from habitue.services.access.links import Kind, Purpose, make_link
from habitue.services.access.staff import invite_staff
from tests.interfaces.entrance.signing import PASSWORD, is_in, opened, trail, typed, with_password
from tests.interfaces.pages import World
from tests.interfaces.reading import read_page

NOT_VALID = "This link or code is not valid"


def link(
    world: World,
    subject: UUID,
    kind: Kind = "staff",
    purpose: Purpose = "demonstration",
    *,
    single_use: bool = True,
) -> str:
    """The address of a new link, valid for a day."""
    now = world.clock.now()
    token = make_link(
        world.connection,
        kind=kind,
        subject_id=subject,
        purpose=purpose,
        now=now,
        expires_at=now + DAY,
        single_use=single_use,
    )
    return f"/enter/{token}/"


def invitation(world: World, who: str = "staff") -> str:
    """The address of an invitation."""
    token = invite_staff(
        world.connection, actor=SYSTEM, staff_id=world.staff[who], now=world.clock.now()
    )
    return f"/enter/{token}/"


def test_whoever_reads_the_mail_before_its_owner_uses_nothing_up(world: World) -> None:
    path = link(world, world.staff["manager"])
    for _ in range(3):
        browser = world.browser()
        page = opened(browser, path)
        assert "Manager" in page.words
        assert not is_in(browser)
    browser = world.browser()
    answer = browser.post(path, opened(browser, path).form(button="Continue as Manager").fields)
    assert answer.headers["Location"] == "/"
    assert is_in(browser)
    assert trail(world)[-1] == ("Manager", "signed_in", "Manager")


def test_a_link_for_one_lets_in_one(world: World) -> None:
    path = link(world, world.staff["manager"])
    world.browser().post(path)
    late = world.browser()
    before = world.everything()
    for answer in (late.get(path), late.post(path)):
        assert answer.status_code == 422
        assert NOT_VALID in read_page(answer).headings
    assert not is_in(late)
    assert world.everything() == before


def test_a_link_of_the_demonstration_lets_in_again(world: World) -> None:
    path = link(world, world.staff["manager"], single_use=False)
    for _ in range(2):
        browser = world.browser()
        browser.post(path)
        assert is_in(browser)


def test_a_link_runs_out(world: World) -> None:
    path = link(world, world.staff["manager"])
    world.clock.advance(DAY + MINUTE)
    answer = world.browser().post(path)
    assert NOT_VALID in read_page(answer).headings


@pytest.mark.parametrize("token", ["x", "x" * 43, "x" * 10_000, "%00", "<script>", "..%2f..%2f"])
def test_what_is_no_link_says_so(world: World, token: str) -> None:
    answer = world.browser().get(f"/enter/{token}/")
    assert answer.status_code in (404, 422)
    assert "<script>alert" not in answer.content.decode()


def test_a_link_of_somebody_who_is_gone_lets_nobody_in(world: World) -> None:
    kinds: tuple[Kind, ...] = ("staff", "member")
    for kind in kinds:
        path = link(world, new_id(world.clock.now()), kind)
        assert NOT_VALID in read_page(world.browser().post(path)).headings


def test_a_member_comes_to_the_portal_and_sees_no_office(world: World) -> None:
    browser = world.browser()
    path = link(world, world.members["vadim"], "member")
    assert browser.post(path).headers["Location"] == "/portal/"
    assert browser.get("/portal/").status_code == 200
    assert not is_in(browser)
    # Of two people who use one browser, both stay who they are.
    browser.post(link(world, world.staff["manager"]))
    assert is_in(browser)


def test_who_was_invited_chooses_a_password_and_is_in(world: World) -> None:
    path = invitation(world, "manager")
    browser = world.browser()
    page = opened(browser, path)
    assert page.headings == ["Welcome, Manager"]
    fields = {"password": PASSWORD, "again": PASSWORD}
    answer = browser.post(path, {**page.form(button="Save and come in").fields, **fields})
    assert answer.headers["Location"] == "/"
    assert is_in(browser)
    assert typed(world.browser(), "manager").status_code == 302
    # The invitation is used up.
    assert world.browser().post(path, fields).status_code == 422


@pytest.mark.parametrize(
    ("password", "again"),
    [
        ("short", "short"),
        ("password123", "password123"),
        ("4815162342108", "4815162342108"),
        (PASSWORD, "something else"),
        ("", ""),
        ("x" * 10_000, "x" * 10_000),
    ],
)
def test_a_password_that_everybody_would_try_is_not_taken(
    world: World, password: str, again: str
) -> None:
    path = invitation(world)
    before = world.everything()
    browser = world.browser()
    answer = browser.post(path, {"password": password, "again": again})
    assert answer.status_code == 422
    # What was typed is not written into the page.
    assert f'value="{password}"' not in answer.content.decode() or not password
    assert world.everything() == before
    assert opened(browser, path).headings == ["Welcome, Staff"]


def test_a_new_invitation_ends_the_sessions_of_old(world: World) -> None:
    with_password(world)
    thief = world.browser()
    typed(thief, "manager")
    other = "another quiet table"
    world.browser().post(invitation(world, "manager"), {"password": other, "again": other})
    assert not is_in(thief)
    assert typed(world.browser(), "manager").status_code == 200
    assert typed(world.browser(), "manager", other).status_code == 302
