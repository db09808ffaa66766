"""Where a member is signed in, and ending it; signing out; who is not signed in."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Final

import pytest
from django.test import Client
from django.urls import URLPattern

from habitue.interfaces.portal.urls import urlpatterns
from tests.interfaces.pages import World
from tests.interfaces.portal.visiting import (
    HOME,
    ME,
    OTHERS,
    SCRIPT,
    SIGN_IN,
    SIGN_OUT,
    asked,
    is_in,
    led,
    mailed,
    opened,
    trail,
    typed,
)

OPEN: Final = {"sign_in", "join", "code", "sign_out"}


def signed_in(world: World, device: str) -> Client:
    """A browser in which Vadim signed in by a code."""
    browser = world.browser()
    browser.defaults["HTTP_USER_AGENT"] = device
    asked(browser)
    typed(browser, mailed(world))
    return browser


def end(browser: Client) -> str:
    """Where a browser's session is ended from elsewhere."""
    key = browser.cookies["sessionid"].value
    return f"{ME}sessions/{sha256(key.encode()).hexdigest()}/end/"


def sessions(world: World) -> int:
    """How many sessions members have."""
    ((count,),) = world.rows("SELECT count(*) FROM web_session WHERE member_id IS NOT NULL")
    return int(count)


def test_sessions_are_listed_by_their_browsers_and_times_of_the_programme(world: World) -> None:
    here = signed_in(world, "Firefox on the sofa")
    signed_in(world, f"Safari {SCRIPT}")
    # The session's table has a clock of its own.
    world.rows(
        "UPDATE web_session SET seen_at = '2026-06-01T22:30:00Z', expire_date = '2100-01-01Z'"
        " RETURNING 1"
    )
    page = opened(here, ME)
    assert "Firefox on the sofa this device last seen 2 Jun 2026, 00:30" in page.words
    assert f"Safari {SCRIPT} last seen 2 Jun 2026, 00:30 Sign out" in page.words
    assert "<script>alert" not in here.get(ME).content.decode()


def test_one_session_is_ended_and_the_others_stay(world: World) -> None:
    here, there, third = (signed_in(world, name) for name in ("here", "there", "third"))
    form = opened(here, ME).form(action=end(there))
    page = led(here, here.post(form.action, form.fields))
    assert "That device is signed out." in page.words
    assert [is_in(one) for one in (here, there, third)] == [True, False, True]
    assert trail(world)[-1] == ("Vadim Ivanovich", "session_ended", "Vadim Ivanovich")


def test_all_other_sessions_are_ended_at_once(world: World) -> None:
    here, there, third = (signed_in(world, name) for name in ("here", "there", "third"))
    ana = world.browser("ana")
    form = opened(here, ME).form(action=OTHERS)
    page = led(here, here.post(form.action, form.fields))
    assert "All other devices are signed out." in page.words
    assert "there" not in page.words
    assert [is_in(one) for one in (here, there, third, ana)] == [True, False, False, True]


def test_somebody_elses_session_is_not_ended(world: World) -> None:
    ana, vadim, boss = (world.browser(who) for who in ("ana", "vadim", "owner"))
    before, count = world.everything(), sessions(world)
    for foreign in (vadim, boss):
        assert ana.post(end(foreign)).status_code == 404
    assert world.everything() == before
    assert sessions(world) == count
    assert is_in(vadim)
    assert boss.get("/backoffice/account/").status_code == 200


def test_a_handle_of_no_session_is_not_found(world: World) -> None:
    browser = world.browser("ana")
    before, count = world.everything(), sessions(world)
    for handle in ("x", "%00", "%ff%ed%a0%80", "a" * 10_000, "0" * 64, "%3Cscript%3E", "%27%20OR"):
        answer = browser.post(f"{ME}sessions/{handle}/end/")
        assert answer.status_code == 404, handle[:20]
    assert (world.everything(), sessions(world)) == (before, count)


def test_signing_out_ends_this_session_alone(world: World) -> None:
    here, there = (signed_in(world, name) for name in ("here", "there"))
    form = opened(here, ME).form(action=SIGN_OUT)
    page = led(here, here.post(form.action, form.fields))
    assert "You are signed out." in page.words
    assert (is_in(here), is_in(there)) == (False, True)
    assert here.get(SIGN_OUT).status_code == 405
    # Again, and by whoever was never in, it does no harm.
    assert here.post(SIGN_OUT).status_code == 302


def test_a_colleague_who_signs_out_as_a_member_stays_a_colleague(world: World) -> None:
    browser = world.browser("owner")
    session = browser.session
    session["member_id"] = str(world.members["ana"])
    session.save()
    assert is_in(browser)
    browser.post(SIGN_OUT)
    assert not is_in(browser)
    assert browser.get("/backoffice/account/").status_code == 200


_FILLED: Final = {"handle": "a" * 64, "contribution_id": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}
CLOSED: Final = [
    HOME + re.sub(r"<\w+:(\w+)>", lambda one: _FILLED.get(one[1], "any"), str(one.pattern))
    for one in urlpatterns
    if isinstance(one, URLPattern) and one.name not in OPEN
]


@pytest.mark.parametrize("who", ["stranger", "owner", "till"])
def test_whoever_is_no_member_is_led_to_sign_in(world: World, who: str) -> None:
    browser = world.browser(who)
    before = world.everything()
    for path in CLOSED:
        answer = browser.get(path)
        if answer.status_code == 405:
            answer = browser.post(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, SIGN_IN), path
    assert world.everything() == before
    part = browser.get(HOME, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["HX-Redirect"]) == (204, SIGN_IN)


def test_a_member_who_is_gone_is_led_to_sign_in(world: World) -> None:
    browser = world.browser("ana")
    world.rows(
        "UPDATE member SET status = 'closed' WHERE member_id = %s RETURNING 1",
        [world.members["ana"]],
    )
    assert browser.get(HOME).headers["Location"] == SIGN_IN


POSTED: Final = [ME, f"{ME}consents/", OTHERS, f"{ME}sessions/{'a' * 64}/end/", SIGN_OUT]


def test_without_the_token_of_the_page_nothing_is_done(world: World) -> None:
    member = world.browser("ana")
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.cookies = member.cookies
    before, count = world.everything(), sessions(world)
    for path in POSTED:
        answer = strict.post(path, {"given_name": "Forged", "language": "en"})
        assert answer.status_code == 403, path
    assert (world.everything(), sessions(world)) == (before, count)
    assert is_in(strict)
