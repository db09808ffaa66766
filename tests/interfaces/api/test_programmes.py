"""Programmes: listed, shown, published, and never changed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.interfaces.api.cast import CORNER, World
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared

Counts = Callable[[], dict[str, int]]


def test_a_version_is_published_once(api: Client, world: World, counts: Counts) -> None:
    document = {**CORNER, "earn": {"base": {"on": "purchase", "give": {"points": 2, "per": 1}}}}
    body = {"document": document, "expected_version": 1}
    made = api.post("/programmes/corner/versions", body)
    assert made.status_code == 201
    assert (made.json()["number"], made.json()["created"]) == (2, True)
    before = counts()
    again = api.post("/programmes/corner/versions", {"document": document})
    assert (again.status_code, again.json()["number"]) == (200, 2)
    assert again.json()["created"] is False
    stale = api.post("/programmes/corner/versions", {**body, "expected_version": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "version_conflict")
    assert counts() == before
    shown = api.get("/programmes/corner/versions/2").json()
    assert shown["document"] == document
    assert shown["published_by"] == f"key {world.key_ids['full']}"
    listed = api.get("/programmes/corner/versions").json()["items"]
    assert [one["number"] for one in listed] == [2, 1]
    assert "document" not in listed[0]


def test_what_the_checks_find_is_answered_with_its_example(api: Client) -> None:
    earn = {
        "all": {"on": "purchase", "give": {"points": 2}, "priority": 1, "stop": True},
        "base": {"on": "purchase", "give": {"points": 1, "per": 1}},
    }
    made = api.post("/programmes/corner/versions", {"document": {**CORNER, "earn": earn}})
    assert made.status_code == 201
    findings = {one["path"]: one for one in made.json()["findings"]}
    finding = findings["earn.base"]
    assert (finding["problem"], finding["severity"]) == ("shadowed", "warning")
    assert finding["example"]["events"][0]["rules"]["base"] == "stopped by all"


def test_the_first_version_makes_the_programme(api: Client) -> None:
    document = {**CORNER, "programme": "annex"}
    made = api.post("/programmes/annex/versions", {"document": document})
    assert (made.status_code, made.json()["number"]) == (201, 1)
    codes = [one["code"] for one in api.get("/programmes").json()["items"]]
    assert codes == ["annex", "corner", "tokyo"]


def test_a_key_sees_its_programmes_alone(shared: Shared) -> None:
    api = shared.api
    listed = api.get("/programmes", key="tokyo").json()["items"]
    assert [one["code"] for one in listed] == ["tokyo"]
    assert listed[0]["currency"] == "JPY"
    for path in ("versions", "versions/1"):
        hidden = api.get(f"/programmes/corner/{path}", key="tokyo")
        assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown_programme")
        unknown = api.get(f"/programmes/nowhere/{path}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown_programme")
    foreign = api.post("/programmes/corner/versions", {"document": CORNER}, key="tokyo")
    assert (foreign.status_code, foreign.json()["code"]) == (403, "not_permitted")


@pytest.mark.parametrize("number", ["7", "0", "-1", "x", "1.5", "9" * 30, "٣"])
def test_an_unknown_version_is_refused(shared: Shared, number: str) -> None:
    answer = shared.api.get(f"/programmes/corner/versions/{number}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_version")


@pytest.mark.parametrize(
    ("change", "status", "code", "path"),
    [
        ({"document": ...}, 422, "missing_field", "document"),
        ({"document": []}, 422, "wrong_type", "document"),
        ({"expected_version": "1"}, 422, "wrong_type", "expected_version"),
        ({"expected_version": -1}, 422, "negative_amount", "expected_version"),
        ({"expected_version": 2**40}, 422, "too_large", "expected_version"),
        ({"effective_at": "soon"}, 422, "not_an_instant", "effective_at"),
        ({"effective_at": "2020-01-01T00:00:00Z"}, 422, "too_long_ago", "effective_at"),
        ({"more": 1}, 422, "unknown_field", "more"),
        ({"document": {**CORNER, "programme": "other"}}, 422, "inconsistent", None),
        ({"document": {**CORNER, "money": {"currency": "USD"}}}, 409, "version_conflict", None),
        ({"document": {**CORNER, "earn": {}}}, 422, "invalid_document", "earn"),
        ({"document": {**CORNER, "zone": "Mars/Olympus"}}, 422, "invalid_document", "zone"),
    ],
)
def test_a_bad_version_changes_nothing(
    shared: Shared, change: dict[str, Any], status: int, code: str, path: str | None
) -> None:
    before = shared.counts()
    changed = {**CORNER, "languages": ["fr"]}
    body = {"document": changed, **change}
    plain = {name: value for name, value in body.items() if value is not ...}
    answer = shared.api.post("/programmes/corner/versions", plain)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if path is not None:
        assert answer.json()["path"] == path
    assert shared.counts() == before


def test_every_fault_of_a_document_is_told(shared: Shared) -> None:
    document = {**CORNER, "zone": "Mars/Olympus", "money": {"currency": "GOLD"}, "colour": "red"}
    answer = shared.api.post("/programmes/corner/versions", {"document": document})
    errors = answer.json()["errors"]
    assert {"zone", "colour"} <= {one["path"] for one in errors}
    assert all(one["parameters"]["remedy"] in one["detail"] for one in errors if one["path"])
