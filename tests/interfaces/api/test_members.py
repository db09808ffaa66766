"""Members and identifiers: made, found, changed, and refused without a trace."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.interfaces.api.cast import World
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared

Counts = Callable[[], dict[str, int]]
NEW = {
    "given_name": "Zoë",
    "family_name": "Dupré",
    "language": "fr",
    "birth_date": "1990-02-28",
    "store": "lyon",
    "attributes": {"table": 7, "vegan": True},
    "identifiers": [
        {"kind": "email", "value": " Zoe@Example.ORG "},
        {"kind": "phone", "value": "06 98 76 54 32", "trust": "greet"},
        {"kind": "external", "value": "4711", "source": "shop"},
    ],
}


def test_a_member_is_made_with_everything_or_not_at_all(api: Client, counts: Counts) -> None:
    made = api.post("/members", NEW)
    assert made.status_code == 201
    found = made.json()
    assert {(one["kind"], one["value"], one["trust"]) for one in found["identifiers"]} == {
        ("email", "zoe@example.org", "earn"),
        ("phone", "+33698765432", "greet"),
        ("external", "shop:4711", "spend"),
        ("card", found["number"], "spend"),
    }
    assert found["attributes"] == {"table": 7, "vegan": True}
    assert api.get(f"/members/{found['member_id']}").json() == found
    before = counts()
    identifiers = [
        {"kind": "plate", "value": "AB-123-CD"},
        {"kind": "email", "value": "ana@example.org"},
    ]
    other = api.post("/members", {"identifiers": identifiers})
    assert (other.status_code, other.json()["code"]) == (409, "identifier_taken")
    assert other.json()["path"] == "identifiers[1].value"
    assert counts() == before


def test_a_repeated_request_makes_one_member(api: Client, counts: Counts) -> None:
    headers = {"idempotency-key": "new-1"}
    first = api.post("/members", {"given_name": "Solo"}, headers=headers)
    before = counts()
    again = api.post("/members", {"given_name": "Solo"}, headers=headers)
    assert again.content == first.content
    other = api.post("/members", {"given_name": "Duo"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "key_reused")
    assert counts() == before


def test_details_change_and_the_revision_guards_them(
    api: Client, world: World, counts: Counts
) -> None:
    path = f"/members/{world.ana}"
    changed = api.call("PATCH", path, {"language": "de", "given_name": None, "revision": 0})
    assert changed.status_code == 200
    found = changed.json()
    assert (found["language"], found["given_name"], found["revision"]) == ("de", "", 1)
    assert found["family_name"] == "Lefèvre"
    before = counts()
    stale = api.call("PATCH", path, {"language": "ro", "revision": 0})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert api.get(path).json() == found
    assert counts() == before


def test_identifiers_come_and_go(api: Client, world: World) -> None:
    path = f"/members/{world.ana}/identifiers"
    added = api.post(path, {"kind": "plate", "value": "ab 123 cd"})
    assert added.status_code == 201
    identifier = added.json()
    assert api.post(path, {"kind": "plate", "value": "AB-123-CD"}).json() == identifier
    shown = api.get("/members/lookup?identifier=plate:AB-123-CD").json()
    assert [one["member"]["member_id"] for one in shown["items"]] == [world.ana]
    gone = api.call("DELETE", f"{path}/{identifier['identifier_id']}")
    assert gone.status_code == 200
    assert gone.json()["revoked_at"] is not None
    again = api.call("DELETE", f"{path}/{identifier['identifier_id']}")
    assert again.content == gone.content
    assert api.get("/members/lookup?identifier=plate:AB-123-CD").status_code == 404
    theirs = api.call("DELETE", f"/members/{world.bob}/identifiers/{identifier['identifier_id']}")
    assert (theirs.status_code, theirs.json()["code"]) == (422, "invalid_identifier")


class TestReading:
    """Nothing here changes anything: one cast serves all."""

    @pytest.mark.parametrize(
        ("typed", "found"),
        [
            ("lefe", ["ana"]),
            ("LEFÈVRE a", ["ana"]),
            ("bra", ["bob"]),
            ("ana@exa", ["ana"]),
            ("061234", ["ana"]),
            ("nobody at all", []),
            ("", []),
        ],
    )
    def test_search_while_typing(self, shared: Shared, typed: str, found: list[str]) -> None:
        answer = shared.api.call("GET", f"/members?query={typed.replace(' ', '+')}", key="reader")
        assert answer.status_code == 200
        ids = [one["member"]["member_id"] for one in answer.json()["items"]]
        assert ids == [getattr(shared.world, name) for name in found]

    @pytest.mark.parametrize(
        ("text", "matched", "trust"),
        [
            ("ana@example.org", "email", "earn"),
            ("%2B33612345678", "phone", "earn"),
            ("06.12.34.56.78", "phone", "earn"),
        ],
    )
    def test_look_up(self, shared: Shared, text: str, matched: str, trust: str) -> None:
        (found,) = shared.api.get(f"/members/lookup?identifier={text}").json()["items"]
        assert found["member"]["member_id"] == shared.world.ana
        assert (found["matched"], found["trust"]) == (matched, trust)

    def test_pages_follow_one_another(self, shared: Shared) -> None:
        first = shared.api.get("/members?limit=1").json()
        second = shared.api.get(f"/members?limit=1&cursor={first['next_cursor']}").json()
        ids = [page["items"][0]["member_id"] for page in (first, second)]
        assert sorted(ids) == sorted([shared.world.ana, shared.world.bob])
        assert second["next_cursor"] is None

    def test_an_id_may_have_dashes(self, shared: Shared) -> None:
        plain = shared.world.ana
        dashed = f"{plain[:8]}-{plain[8:12]}-{plain[12:16]}-{plain[16:20]}-{plain[20:]}"
        assert shared.api.get(f"/members/{dashed}").json()["member_id"] == plain

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("/members/nobody", 404, "unknown_member"),
            ("/members/" + "0" * 32, 404, "unknown_member"),
            ("/members/lookup", 422, "missing_field"),
            ("/members/lookup?identifier=", 404, "unknown_member"),
            ("/members/lookup?identifier=" + "x" * 201, 422, "too_long"),
            ("/members/lookup?identifier=a%00b", 422, "invalid_text"),
            ("/members/lookup?identifier=%ff", 400, "malformed"),
            ("/members?query=" + "x" * 201, 422, "too_long"),
            ("/members?limit=0", 422, "not_positive"),
            ("/members?limit=201", 422, "too_large"),
            ("/members?limit=many", 422, "not_a_number"),
            ("/members?cursor=nonsense", 400, "malformed"),
            ("/members?query=a&cursor=b", 422, "inconsistent"),
            ("/members?colour=red", 422, "unknown_field"),
            ("/members?limit=1&limit=2", 400, "malformed"),
            (f"/members/{'0' * 32}?x=1", 422, "unknown_field"),
        ],
    )
    def test_a_bad_question_is_refused(
        self, shared: Shared, path: str, status: int, code: str
    ) -> None:
        answer = shared.api.get(path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)

    @pytest.mark.parametrize(
        ("change", "code", "path"),
        [
            ({"given_name": 7}, "wrong_type", "given_name"),
            ({"given_name": "x" * 101}, "too_long", "given_name"),
            ({"given_name": "a\x07"}, "invalid_text", "given_name"),
            ({"language": "it"}, "unknown_choice", "language"),
            ({"birth_date": "2030-01-01"}, "in_the_future", "birth_date"),
            ({"birth_date": "1066-10-14"}, "too_long_ago", "birth_date"),
            ({"birth_date": "soon"}, "malformed", "birth_date"),
            ({"store": "atlantis"}, "unknown_store", "store"),
            ({"attributes": {"a": [1]}}, "wrong_type", "attributes.a"),
            ({"attributes": {"a": 2**70}}, "too_large", "attributes.a"),
            ({"nickname": "x"}, "unknown_field", "nickname"),
            ({"joined_at": "soon"}, "not_an_instant", "joined_at"),
            ({"identifiers": {}}, "wrong_type", "identifiers"),
            ({"identifiers": [7]}, "wrong_type", "identifiers[0]"),
            ({"identifiers": [{"kind": "email"}]}, "missing_field", "identifiers[0].value"),
            (
                {"identifiers": [{"kind": "email", "value": "no"}]},
                "invalid_identifier",
                "identifiers[0].value",
            ),
            (
                {"identifiers": [{"kind": "star", "value": "x"}]},
                "unknown_choice",
                "identifiers[0].kind",
            ),
            (
                {"identifiers": [{"kind": "nfc", "value": "04A1B2C3", "trust": "all"}]},
                "unknown_choice",
                "identifiers[0].trust",
            ),
            (
                {"identifiers": [{"kind": "nfc", "value": "04A1B2C3", "colour": "red"}]},
                "unknown_field",
                "identifiers[0].colour",
            ),
        ],
    )
    def test_a_bad_member_is_refused_and_changes_nothing(
        self, shared: Shared, change: dict[str, Any], code: str, path: str
    ) -> None:
        before = shared.counts()
        answer = shared.api.post("/members", {**NEW, **change})
        assert (answer.json()["code"], answer.json()["path"]) == (code, path)
        assert answer.status_code in (400, 422)
        assert shared.counts() == before
