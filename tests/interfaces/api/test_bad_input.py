"""Every bad call is refused with a precise message and changes nothing: no row in any table."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from habitue.domain.errors import Code, Refusal
from habitue.interfaces.api.problems import FAULT_STATUS, STATUS, Fault, problem
from tests.interfaces.api.cast import World
from tests.interfaces.api.conftest import Shared, Stage

LINE = {"product": "espresso", "amount": "5.00"}
Row = tuple[dict[str, Any], str, str | None]


@pytest.fixture(scope="module", autouse=True)
def _bought(stage: Stage) -> None:
    """Something to return, to undo and to confirm: recorded before anything is counted."""
    shared = stage.ready()
    world, api = shared.world, shared.api
    purchase = world.purchase("known", lines=[{"line": "a", "product": "espresso", "amount": 9}])
    assert api.post("/purchases", purchase).status_code == 201
    lines = [{"product": "room", "category": "room", "amount": "80.00"}]
    assert api.post("/purchases", world.purchase("stay", lines=lines)).status_code == 201
    spent = world.event("spent", currency="points", units=20)
    assert api.post("/redemptions", spent).status_code == 201
    bobs = world.purchase("bobs", member={"kind": "card", "value": world.bob_card})
    assert api.post("/purchases", bobs).status_code == 201
    assert api.post("/purchases", world.purchase("nobody", member=...)).status_code == 201


def refused(
    shared: Shared, path: str, sent: Any, code: str, place: str | None, **options: Any
) -> dict[str, Any]:
    """Send, and prove that it was refused so and changed nothing."""
    before = shared.counts()
    answer = shared.api.post(path, sent, **options)
    details: dict[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (details["code"], answer.status_code) == (code, STATUS[Code(code)]), details
    assert details["status"] == answer.status_code
    if place is not None:
        assert details["path"] == place, details
    assert shared.counts() == before
    return details


PURCHASES: list[Row] = [
    # Unknown.
    ({"programme": "nowhere"}, "unknown_programme", "programme"),
    ({"member": {"kind": "card", "value": "JMCW4H69ANNJ"}}, "unknown_member", "member.value"),
    ({"member": {"kind": "email", "value": "x@example.org"}}, "unknown_member", "member.value"),
    ({"member": {"kind": "member_id", "value": "0" * 32}}, "unknown_member", "member.value"),
    ({"member": {"kind": "member_id", "value": "zz"}}, "invalid_identifier", "member.value"),
    ({"member": {"kind": "email", "value": "no address"}}, "invalid_identifier", "member.value"),
    ({"member": {"kind": "horoscope", "value": "leo"}}, "unknown_choice", "member.kind"),
    ({"store": "atlantis"}, "unknown_store", "store"),
    # Money.
    ({"currency": "USD"}, "wrong_currency", "currency"),
    ({"currency": "XQX"}, "unknown_currency", "currency"),
    ({"lines": [{**LINE, "amount": "-0.01"}]}, "negative_amount", "lines[0].amount"),
    ({"lines": [LINE, {**LINE, "amount": -5}]}, "negative_amount", "lines[1].amount"),
    ({"lines": [{**LINE, "amount": "1.001"}]}, "too_precise", "lines[0].amount"),
    ({"lines": [{**LINE, "amount": 0.005}]}, "too_precise", "lines[0].amount"),
    ({"lines": [{**LINE, "amount": "1e30"}]}, "too_large", "lines[0].amount"),
    ({"lines": [{**LINE, "amount": "NaN"}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [{**LINE, "amount": "five"}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [{**LINE, "amount": True}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [{**LINE, "amount": None}]}, "not_a_number", "lines[0].amount"),
    ({"lines": [{**LINE, "quantity": 0}]}, "not_positive", "lines[0].quantity"),
    ({"lines": [{**LINE, "quantity": "-1"}]}, "not_positive", "lines[0].quantity"),
    ({"lines": [{**LINE, "quantity": "0.0001"}]}, "too_precise", "lines[0].quantity"),
    ({"lines": [{**LINE, "tax": "6.00"}]}, "inconsistent", "lines[0].tax"),
    ({"order_discount": "99.00"}, "inconsistent", "order_discount"),
    ({"gift_card_amount": "99.00"}, "inconsistent", "gift_card_amount"),
    ({"points_paid": [{"currency": "miles", "units": 1, "amount": 1}]}, "unknown_points", None),
    # Time.
    ({"occurred_at": "2026-03-14T12:06:00+00:00"}, "in_the_future", "occurred_at"),
    ({"occurred_at": "2027-01-01T00:00:00Z"}, "in_the_future", "occurred_at"),
    ({"occurred_at": "1969-07-20T20:17:00Z"}, "too_long_ago", "occurred_at"),
    ({"occurred_at": "0001-01-02T00:00:00Z"}, "too_long_ago", "occurred_at"),
    ({"occurred_at": "0001-01-01T00:00:00+14:00"}, "too_long_ago", "occurred_at"),
    ({"occurred_at": "2026-03-14T12:00:00"}, "not_an_instant", "occurred_at"),
    ({"occurred_at": "14 March"}, "not_an_instant", "occurred_at"),
    ({"occurred_at": "2026-02-30T12:00:00Z"}, "not_an_instant", "occurred_at"),
    ({"occurred_at": 1773489600}, "not_an_instant", "occurred_at"),
    ({"occurred_at": "2025-12-31T12:00:00Z"}, "programme_not_in_effect", "occurred_at"),
    # Texts.
    ({"source": ""}, "invalid_text", "source"),
    ({"source": "   "}, "invalid_text", "source"),
    ({"source": "x" * 201}, "too_long", "source"),
    ({"source": "habitue:me"}, "invalid_text", "source"),
    ({"external_id": "a\nb"}, "invalid_text", "external_id"),
    ({"external_id": "a\u0085b"}, "invalid_text", "external_id"),
    ({"external_id": "\x00"}, "invalid_text", "external_id"),
    ({"external_id": "\ud800"}, "invalid_text", "external_id"),
    ({"external_id": 7}, "wrong_type", "external_id"),
    ({"external_id": None}, "wrong_type", "external_id"),
    ({"external_id": ["7"]}, "wrong_type", "external_id"),
    ({"store": 7}, "wrong_type", "store"),
    ({"programme": 7}, "wrong_type", "programme"),
    ({"lines": [{**LINE, "product": "x" * 201}]}, "too_long", "lines[0].product"),
    ({"lines": [{**LINE, "product": 12}]}, "wrong_type", "lines[0].product"),
    ({"lines": [{**LINE, "name": "x" * 301}]}, "too_long", "lines[0].name"),
    ({"lines": [{**LINE, "role": "ghost"}]}, "unknown_choice", "lines[0].role"),
    # Form.
    ({"source": ...}, "missing_field", "source"),
    ({"external_id": ...}, "missing_field", "external_id"),
    ({"occurred_at": ...}, "missing_field", "occurred_at"),
    ({"currency": ...}, "missing_field", "currency"),
    ({"programme": ...}, "missing_field", "programme"),
    ({"lines": ...}, "missing_field", "lines"),
    ({"lines": []}, "missing_field", "lines"),
    ({"lines": {}}, "wrong_type", "lines"),
    ({"lines": [7]}, "wrong_type", "lines[0]"),
    ({"lines": [{"product": "x"}]}, "missing_field", "lines[0].amount"),
    ({"lines": [LINE] * 2001}, "too_many", "lines"),
    ({"lines": [{**LINE, "line": "1"}, {**LINE, "line": "1"}]}, "duplicate_line", "lines[1].line"),
    ({"tip": "1.00"}, "unknown_field", "tip"),
    ({"member": {"kind": "card"}}, "missing_field", "member.value"),
    ({"member": "card"}, "wrong_type", "member"),
    ({"lines": [{**LINE, "colour": "red"}]}, "unknown_field", "lines[0].colour"),
    ({"attributes": {"a": 1.5}}, "wrong_type", "attributes.a"),
    ({"attributes": {"a": {"b": 1}}}, "wrong_type", "attributes.a"),
    ({"attributes": {str(n): n for n in range(51)}}, "too_many", "attributes"),
    # Sent before, with another content.
    ({"external_id": "known"}, "key_reused", "external_id"),
]


@pytest.mark.parametrize("row", PURCHASES, ids=lambda row: f"{row[1]}-{str(row[0])[:40]}")
def test_a_bad_purchase_is_refused(shared: Shared, row: Row) -> None:
    change, code, place = row
    body = shared.world.purchase("bad", **change)
    refused(shared, "/purchases", body, code, place)


KNOWN = {"source": "till", "external_id": "known"}
MISSING = {"source": "till", "external_id": "missing"}
BOBS = {"source": "till", "external_id": "bobs"}
SPENT = {"source": "till", "external_id": "spent"}
EMAIL = {"kind": "email", "value": "ana@example.org"}
STRANGER = {"kind": "email", "value": "x@example.org"}


def _return(*lines: dict[str, Any], **changes: Any) -> tuple[str, dict[str, Any]]:
    return "/returns", {"currency": "EUR", "purchase": KNOWN, "lines": list(lines), **changes}


def _adjust(**changes: Any) -> tuple[str, dict[str, Any]]:
    return "/adjustments", {"reason": "care", "currency": "points", "units": 5, **changes}


def _spend(units: Any, **changes: Any) -> tuple[str, dict[str, Any]]:
    return "/redemptions", {"currency": "points", "units": units, **changes}


def _undo(**changes: Any) -> tuple[str, dict[str, Any]]:
    return "/redemptions/undo", {"redemption": SPENT, "currency": "points", **changes}


OTHERS: list[tuple[tuple[str, dict[str, Any]], str]] = [
    (_return(purchase=MISSING), "purchase_not_found"),
    (_return(purchase=BOBS), "purchase_not_found"),
    (_return({"line": "z"}), "return_of_unknown_line"),
    (_return({"line": "a", "quantity": 2}), "return_exceeds_purchase"),
    (_return({"line": "a", "amount": "9.01"}), "return_exceeds_purchase"),
    (_return({"line": "a", "amount": "-1"}), "negative_amount"),
    (_return({"line": "a"}, {"line": "a"}), "duplicate_line"),
    (_return(occurred_at="2026-03-14T12:29:59+01:00"), "return_before_purchase"),
    (_return(currency="USD"), "wrong_currency"),
    (_return(purchase=...), "missing_field"),
    (_return({"product": "unseen", "quantity": 1}, purchase=...), "return_not_matched"),
    (("/visits", {"member": ...}), "missing_field"),
    (("/visits", {"currency": "EUR"}), "unknown_field"),
    (("/visits", {"external_id": "known"}), "key_reused"),
    (("/enrolments", {"member": STRANGER}), "unknown_member"),
    (_adjust(reason=...), "missing_field"),
    (_adjust(reason=""), "invalid_text"),
    (_adjust(currency="stars"), "unknown_points"),
    (_adjust(units="0.5"), "too_precise"),
    (_adjust(units=-5000), "not_enough_points"),
    (_adjust(currency=...), "missing_field"),
    (_adjust(currency=..., units=...), "not_positive"),
    (_adjust(currency=..., units=..., tier="diamond"), "unknown_tier"),
    (_spend(5000), "not_enough_points"),
    (_spend(0), "not_positive"),
    (_spend(-1), "not_positive"),
    (_spend("1.5"), "too_precise"),
    (_spend(1, currency="nights"), "not_enough_points"),
    (_spend(1, currency="stars"), "unknown_points"),
    (_spend(1, member=EMAIL), "identifier_not_trusted"),
    (_undo(redemption=MISSING, member=...), "unknown_event"),
    (_undo(units=21), "undo_exceeds_redemption"),
    (("/confirmations", {"purchase": MISSING}), "purchase_not_found"),
    (("/confirmations", {"purchase": KNOWN}), "nothing_to_confirm"),
]


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: f"{row[0][0]}-{row[1]}")
def test_another_bad_event_is_refused(
    shared: Shared, row: tuple[tuple[str, dict[str, Any]], str]
) -> None:
    (path, change), code = row
    refused(shared, path, shared.world.event("bad", **change), code, None)


def _card(number: str) -> dict[str, str]:
    return {"kind": "card", "value": number}


def _transfer(world: World, **changes: Any) -> dict[str, Any]:
    return {
        "programme": "corner",
        "source": "till",
        "external_id": "gift",
        "from_member": _card(world.ana_card),
        "to_member": _card(world.bob_card),
        "currency": "points",
        "units": 1,
        **changes,
    }


def _claim(external_id: str, number: str, **changes: Any) -> dict[str, Any]:
    return {"source": "till", "external_id": external_id, "member": _card(number), **changes}


NOBODY = "JMCW4H69ANNJ"
MOVES: list[tuple[str, Callable[[World], dict[str, Any]], str]] = [
    ("/claims", lambda w: _claim("missing", w.ana_card), "purchase_not_found"),
    ("/claims", lambda w: _claim("bobs", w.ana_card), "already_claimed"),
    ("/claims", lambda _: _claim("nobody", NOBODY), "unknown_member"),
    ("/claims", lambda _: {"source": "till", "external_id": "nobody"}, "missing_field"),
    ("/claims", lambda w: _claim("nobody", w.ana_card, more=1), "unknown_field"),
    ("/transfers", lambda w: _transfer(w, units=100_000), "not_enough_points"),
    ("/transfers", lambda w: _transfer(w, units=0), "not_positive"),
    ("/transfers", lambda w: _transfer(w, units="1.5"), "too_precise"),
    ("/transfers", lambda w: _transfer(w, units="x"), "not_a_number"),
    ("/transfers", lambda w: _transfer(w, units=None), "missing_field"),
    ("/transfers", lambda w: _transfer(w, currency="stars"), "unknown_points"),
    ("/transfers", lambda w: _transfer(w, to_member=_card(w.ana_card)), "same_member"),
    ("/transfers", lambda w: _transfer(w, from_member=EMAIL), "identifier_not_trusted"),
    ("/transfers", lambda w: _transfer(w, programme="nowhere"), "unknown_programme"),
    ("/transfers", lambda w: _transfer(w, source="habitue:x"), "invalid_text"),
    ("/transfers", lambda w: _transfer(w, external_id="known"), "key_reused"),
]


@pytest.mark.parametrize("row", MOVES, ids=[f"{path}-{code}" for path, _, code in MOVES])
def test_a_bad_move_is_refused(shared: Shared, row: tuple[str, Any, str]) -> None:
    path, body, code = row
    refused(shared, path, body(shared.world), code, None)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"[]", "wrong_type"),
        (b'"purchase"', "wrong_type"),
        (b'{"programme":"corner","programme":"corner"}', "malformed"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "malformed"),
        ('{"source":"caf\u00e9"}'.encode("latin-1"), "malformed"),
        ('{"source":"till"}'.encode("utf-16"), "malformed"),
        (b'{"amount": Infinity}', "malformed"),
        (b"\x1f\x8b\x08\x00", "malformed"),
    ],
    ids=range(10),
)
def test_a_body_that_is_no_json_is_refused(shared: Shared, body: bytes, code: str) -> None:
    refused(shared, "/purchases", None, code, None, body=body)


@pytest.mark.parametrize(
    ("headers", "body", "fault"),
    [
        ({"content-type": "text/plain"}, b"{}", Fault.UNSUPPORTED_MEDIA_TYPE),
        ({"content-type": "application/xml"}, b"<a/>", Fault.UNSUPPORTED_MEDIA_TYPE),
        ({"content-type": "application/json; charset=x"}, b"{}", Fault.UNSUPPORTED_MEDIA_TYPE),
        ({"content-encoding": "gzip"}, b"{}", Fault.UNSUPPORTED_MEDIA_TYPE),
        ({}, b'{"a":"' + b"x" * 1_000_000 + b'"}', Fault.BODY_TOO_LARGE),
        ({"content-length": "99999999999999999999"}, b"{}", Fault.BODY_TOO_LARGE),
    ],
    ids=range(6),
)
def test_a_body_of_another_kind_or_size_is_refused(
    shared: Shared, headers: dict[str, str], body: bytes, fault: Fault
) -> None:
    before = shared.counts()
    answer = shared.api.post("/purchases", body=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (FAULT_STATUS[fault], fault)
    assert answer.headers["content-type"] == "application/problem+json"
    assert shared.counts() == before


def test_charset_utf_8_may_be_said(shared: Shared) -> None:
    body = json.dumps(shared.world.purchase("known", currency="USD")).encode()
    headers = {"content-type": 'application/json; charset="UTF-8"'}
    answer = shared.api.post("/purchases", body=body, headers=headers)
    assert answer.json()["code"] == "wrong_currency"


def test_everything_that_is_wrong_is_told_at_once(shared: Shared) -> None:
    bad = shared.world.purchase(
        "bad", currency="USD", lines=[{**LINE, "amount": "-1"}, {**LINE, "amount": "1.001"}]
    )
    details = refused(shared, "/purchases", bad, "too_precise", "lines[1].amount")
    assert [(one["code"], one["path"]) for one in details["errors"]] == [
        ("too_precise", "lines[1].amount"),
        ("negative_amount", "lines[0].amount"),
        ("wrong_currency", "currency"),
    ]
    assert all(one["detail"] for one in details["errors"])


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("en-GB", "An amount is negative"),
        ("fr", "Un montant est négatif"),
        ("de", "Ein Betrag ist negativ"),
        ("ro", "O sumă este negativă"),
        ("ja", "An amount is negative"),
    ],
)
def test_the_sentences_are_in_the_readers_language(
    shared: Shared, language: str, title: str
) -> None:
    bad = shared.world.purchase("bad", lines=[{**LINE, "amount": "-1"}])
    answer = shared.api.post("/purchases", bad, headers={"accept-language": language})
    assert answer.json()["title"] == title
    assert "-1" in answer.json()["detail"]
    assert "lines[0].amount" in answer.json()["detail"]


def test_the_same_refusal_comes_from_evaluating(shared: Shared) -> None:
    event = shared.world.purchase("bad", programme=..., currency="USD")
    body = {"kind": "purchase", "programme": "corner", "event": event}
    refused(shared, "/evaluate", body, "wrong_currency", "currency")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "party"}, "unknown_choice"),
        ({"kind": 7}, "wrong_type"),
        ({"kind": ...}, "missing_field"),
        ({"event": ...}, "missing_field"),
        ({"event": []}, "wrong_type"),
        ({"as_of": "soon"}, "not_an_instant"),
        ({"as_of": 7}, "wrong_type"),
        ({"commit": True}, "unknown_field"),
        ({"programme": ...}, "missing_field"),
    ],
)
def test_an_evaluation_that_is_none_is_refused(
    shared: Shared, change: dict[str, Any], code: str
) -> None:
    event = shared.world.purchase("bad", programme=...)
    body = {"kind": "purchase", "programme": "corner", "event": event, **change}
    plain = {name: value for name, value in body.items() if value is not ...}
    refused(shared, "/evaluate", plain, code, None)


def test_a_problem_can_be_made_of_every_code() -> None:
    for code in Code:
        assert problem(Refusal(code), language="ro")["detail"]
