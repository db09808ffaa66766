"""Keys of machines: their text is shown once, they open what was ticked, and end when told to."""

from __future__ import annotations

import json
import re
from typing import Any

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Refusal
from habitue.kit.instants import DAY
from habitue.selectors.keys import Key
from habitue.services.access.keys import issue_key
from habitue.services.intake import Envelope
from habitue.services.keys import authenticate
from tests.interfaces.backoffice.members import opened, sent
from tests.interfaces.backoffice.rooms import (
    NO_NAMES,
    ODD_NAMES,
    OUTSIDE,
    ROOM,
    colleague,
    cost,
    escaped,
    led_to,
)
from tests.interfaces.pages import CAST, DOCUMENT, HERE, THERE, World
from tests.interfaces.reading import read_page

KEYS = f"{ROOM}keys/"
NEW = f"{KEYS}new/"
TOKEN = re.compile(r"hb_[0-9a-f]{16}_[A-Za-z0-9_-]{43}")


def filled(**fields: Any) -> dict[str, Any]:
    """A form of a new key."""
    return {
        "name": "Shop",
        "scopes": ["purchases:write", "members:read"],
        "requests_per_minute": "600",
        "expires_date": "",
    } | fields


def made(world: World, who: str = "developer", **fields: Any) -> str:
    """The text of a key that somebody makes."""
    answer = world.browser(who).post(NEW, filled(**fields))
    assert answer.status_code == 200, read_page(answer).words
    return str(TOKEN.findall(read_page(answer).words)[0])


def key_of(world: World, token: str) -> Key | None:
    """The key that a text opens now, if any."""
    try:
        return authenticate(world.connection, token=token, now=world.clock.now())
    except Refusal:
        return None


def issued(world: World, name: str, *stores: str) -> Key:
    """A key that was made before."""
    key, _ = issue_key(
        world.connection, actor=SYSTEM, name=name, scopes=["members:read"], programmes=[],
        stores=stores, requests_per_minute=60, expires_at=None, now=world.clock.now(),
    )  # fmt: skip
    return key


# --- made, and shown once -------------------------------------------------------------------------


def test_a_key_opens_what_was_ticked_and_is_shown_once(world: World) -> None:
    browser = world.browser("developer")
    answer = sent(browser, NEW, button="Make the key", name="Web shop", stores=[HERE],
                  programmes=["corner"], scopes=["purchases:write", "members:read"])  # fmt: skip
    page = read_page(answer)
    assert page.headings == ["The new key"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    (token,) = set(TOKEN.findall(page.words))
    key = key_of(world, token)
    assert key is not None
    assert {one.value for one in key.scopes} == {"purchases:write", "members:read"}
    assert (key.name, set(key.programmes), set(key.stores)) == ("Web shop", {"corner"}, {HERE})
    assert key.requests_per_minute == 60_000
    secret = token.split("_", 2)[2]
    assert secret not in str(world.everything())
    words = opened(browser, KEYS).words
    assert secret not in words
    assert f"Web shop {key.key_id}" in words
    assert "Corner, Café du Quai 1 June 2026 not used yet" in words
    assert world.rows("SELECT action, actor_name, subject_name FROM trail"
                      " WHERE subject_kind = 'key'") == [
        ("key_created", "Developer", "Web shop")
    ]  # fmt: skip


def command_of(words: str) -> dict[str, Any]:
    """What the command on the page would send."""
    text = re.search(r"-d '(\{.*\})'", words)
    assert text is not None, words
    content = json.loads(text[1])
    assert isinstance(content, dict)
    return content


def test_the_command_to_paste_is_taken_as_it_stands(world: World) -> None:
    # A programme that comes first by its code, and counts other money.
    world.till.publish(
        DOCUMENT
        | {"programme": "alps", "money": {"currency": "CHF"}, "claims": {"within": "1 day"}}
    )
    ticked: dict[str, dict[str, Any]] = {
        "everywhere": {},
        "one programme": {"programmes": ["corner"]},
        "one store": {"programmes": ["corner"], "stores": [THERE]},
    }
    for word, fields in ticked.items():
        answer = world.browser("owner").post(NEW, filled(**fields))
        words = read_page(answer).words
        content = command_of(words)
        expected = ("corner", "EUR") if fields else ("alps", "CHF")
        assert (content["programme"], content["currency"]) == expected, word
        content |= {"external_id": word}
        assert content.get("store") == (THERE if "stores" in fields else None), word
        world.till.ok(Envelope(content.pop("programme"), "purchase", content))


def test_no_command_is_offered_that_the_key_may_not_send(world: World) -> None:
    answer = world.browser("owner").post(NEW, filled(scopes=["members:read"]))
    assert "curl" not in read_page(answer).words


def test_a_key_is_valid_until_the_end_of_its_last_day(world: World) -> None:
    token = made(world, expires_date="2026-06-01")
    assert key_of(world, token) is not None
    world.clock.advance(DAY)
    assert key_of(world, token) is None
    words = opened(world.browser("developer"), KEYS).words
    assert "Expired" in words


# --- refused --------------------------------------------------------------------------------------

WRONG: dict[str, dict[str, Any]] = {
    "no-scope": {"scopes": []},
    "no-such-scope": {"scopes": ["world:rule"]},
    "nul-scope": {"scopes": ["\x00"]},
    "no-such-programme": {"programmes": ["nowhere"]},
    "no-such-store": {"stores": ["nowhere"]},
    "nul-store": {"stores": ["\x00"]},
    "long-store": {"stores": ["s" * 10_000]},
    "no-limit": {"requests_per_minute": ""},
    "negative": {"requests_per_minute": "-1"},
    "too-many": {"requests_per_minute": "100000001"},
    "endless": {"requests_per_minute": "9" * 10_000},
    "half": {"requests_per_minute": "1.5"},
    "words": {"requests_per_minute": "many"},
    "yesterday": {"expires_date": "2026-05-31"},
    "no-day": {"expires_date": "2026-02-30"},
    "last-day-of-all": {"expires_date": "9999-12-31"},
    "long-day": {"expires_date": "2" * 10_000},
    "long-name": {"name": "n" * 101},
    **{f"name-{word}": {"name": text} for word, text in NO_NAMES.items()},
}


def test_what_is_wrong_is_sent_back_and_nothing_is_done(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    found = {word: browser.post(NEW, filled(**WRONG[word])).status_code for word in WRONG}
    assert found == dict.fromkeys(WRONG, 422)
    assert world.everything() == before


def test_an_odd_name_is_a_name_and_nothing_else(world: World) -> None:
    browser = world.browser("owner")
    for text in ODD_NAMES.values():
        answer = browser.post(NEW, filled(name=text))
        assert (answer.status_code, b"<script>alert" in answer.content) == (200, False)
    for path in (KEYS, f"{ROOM}trail/"):
        assert [text for text in ODD_NAMES.values() if not escaped(browser, path, text)] == []


# --- withdrawn ------------------------------------------------------------------------------------


def test_a_withdrawn_key_opens_nothing_from_then_on(world: World) -> None:
    browser = world.browser("developer")
    token = made(world)
    path = opened(browser, KEYS).links["Revoke Shop"]
    assert "Shop" in opened(browser, path).words
    assert key_of(world, token) is not None
    assert led_to(sent(browser, path, button="Revoke the key")) == KEYS
    assert key_of(world, token) is None
    page = opened(browser, KEYS)
    assert "No key yet" in page.words
    page = opened(browser, page.links["Show revoked keys too"])
    assert "Revoked" in page.words
    assert "Revoke Shop" not in page.links
    before = world.everything()
    # A page that was left open does nothing more.
    assert led_to(browser.post(path)) == KEYS
    assert world.everything() == before


# --- who ------------------------------------------------------------------------------------------


def test_nobody_else_makes_or_withdraws_a_key(world: World) -> None:
    key = issued(world, "Shop")
    for who in (*CAST.keys() - {"owner", "developer"}, *OUTSIDE):
        browser = world.browser(who)
        before = world.everything()
        status = 302 if who in OUTSIDE else 403
        for path in (NEW, f"{KEYS}{key.key_id}/revoke/"):
            assert browser.post(path, filled()).status_code == status, who
            assert browser.get(path).status_code == status, who
        assert world.everything() == before
    # A manager reads what there is.
    page = opened(world.browser("manager"), KEYS)
    assert not {"New key", "Revoke Shop"} & page.links.keys()


def test_whoever_works_in_one_store_sees_and_reaches_the_keys_of_it(world: World) -> None:
    keys = {
        "here": issued(world, "Till here", HERE),
        "there": issued(world, "Till there", THERE),
        "both": issued(world, "Till of both", HERE, THERE),
        "all": issued(world, "Till of all"),
    }
    colleague(world, "Bound", ["developer"], [HERE])
    for who in ("manager", "bound"):
        words = opened(world.browser(who), KEYS).words
        assert [one for one, key in keys.items() if key.name in words] == ["here"], who
    browser = world.browser("bound")
    before = world.everything()
    for one in ("there", "both", "all"):
        path = f"{KEYS}{keys[one].key_id}/revoke/"
        assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404)
    for stores in ([], [THERE], [HERE, THERE]):
        assert browser.post(NEW, filled(stores=stores)).status_code in (403, 422)
    assert world.everything() == before
    assert led_to(browser.post(f"{KEYS}{keys['here'].key_id}/revoke/")) == KEYS


def test_a_key_that_is_none_is_not_found(world: World) -> None:
    browser = world.browser("owner")
    before = world.everything()
    for text in ("x", "0" * 16, "a" * 10_000, "%00", "%e2%80%ae", "'; DROP"):
        path = f"{KEYS}{text}/revoke/"
        assert (browser.get(path).status_code, browser.post(path).status_code) == (404, 404)
    assert world.everything() == before


def test_many_keys_cost_no_more_than_few(world: World) -> None:
    browser = world.browser("owner")
    key = issued(world, "Shop")
    paths = (KEYS, f"{KEYS}?revoked=too", NEW, f"{KEYS}{key.key_id}/revoke/")
    few = [cost(browser, path) for path in paths]
    for number in range(30):
        issued(world, f"Till {number}", HERE)
    for number in range(5):
        world.till.publish(DOCUMENT | {"programme": f"other{number}"})
    assert [cost(browser, path) for path in paths] == few
    assert max(few) <= 8
