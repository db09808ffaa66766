"""POST /purchases and /purchases/bulk: once, exactly, or not at all."""

import threading
from typing import Any

import pytest

from habitue.interfaces.api import events
from tests.interfaces.api.cast import World
from tests.interfaces.api.client import Client
from tests.interfaces.api.conftest import Shared
from tests.support.database import DatabaseForTests


def test_a_purchase_earns_and_is_explained(api: Client, world: World) -> None:
    answer = api.post("/purchases", world.purchase("1", store="lyon"))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    found = answer.json()
    assert found["points"]["points"] == {
        "change": 12, "earned": 12, "balance": 12, "spendable": 12, "pending": 0, "debt": 0,
    }  # fmt: skip
    assert found["member"] == world.ana
    assert (found["kind"], found["version"], found["source"]) == ("purchase", 1, "till")
    assert sum(found["line_points"]["points"].values()) == 12
    fired = [rule for rule in found["rules"] if rule["fired"]]
    assert [(rule["rule"], rule["given"], rule["exact"]) for rule in fired] == [
        ("base", 12, "12.5")
    ]


def test_a_repetition_is_answered_as_the_first_time(api: Client, world: World, counts: Any) -> None:
    first = api.post("/purchases", world.purchase("1"))
    before = counts()
    again = api.post("/purchases", world.purchase("1"))
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
    assert counts() == before


def test_the_same_receipt_in_another_spelling_is_the_same(api: Client, world: World) -> None:
    first = api.post("/purchases", world.purchase("1"))
    other = world.purchase("1", occurred_at="2026-03-14T11:30:00Z")
    other["lines"][0]["amount"] = 5
    again = api.post("/purchases", other)
    assert again.content == first.content


def test_another_content_under_the_same_key_is_refused(
    api: Client, world: World, counts: Any
) -> None:
    api.post("/purchases", world.purchase("1"))
    before = counts()
    other = api.post("/purchases", world.purchase("1", currency="EUR", channel="web"))
    assert other.status_code == 409
    assert other.json()["code"] == "key_reused"
    assert counts() == before


def test_an_anonymous_purchase_says_how_long_it_can_be_claimed(api: Client, world: World) -> None:
    answer = api.post("/purchases", world.purchase("1", member=...))
    assert answer.status_code == 201
    assert answer.json()["member"] is None
    assert answer.json()["claim_until"].startswith("2026-04-1")


def test_numbers_may_be_texts_or_json_numbers_and_stay_exact(api: Client, world: World) -> None:
    body = (
        b'{"programme":"corner","source":"till","external_id":"n","currency":"EUR",'
        b'"occurred_at":"2026-03-14T12:30:00+01:00","member":{"kind":"card","value":"%b"},'
        b'"lines":[{"product":"a","amount":0.1},{"product":"b","amount":0.2},'
        b'{"product":"c","amount":0.70}]}' % world.ana_card.encode()
    )
    answer = api.post("/purchases", body=body)
    assert answer.status_code == 201
    assert answer.json()["points"]["points"]["change"] == 1


def test_many_at_once_for_one_member_and_every_repetition_count_once(
    api: Client, world: World
) -> None:
    bodies = [world.purchase(str(number % 40)) for number in range(120)]
    answers = api.post_all("/purchases", bodies)
    assert {answer.status_code for answer in answers} == {201}
    for number, answer in enumerate(answers):
        assert answer.content == answers[number % 40].content
    balances = api.get(f"/members/{world.ana}/balances?programme=corner").json()
    assert balances["items"][0]["points"]["points"]["balance"] == 40 * 12


def test_a_key_of_one_store_reports_for_that_store_alone(
    api: Client, world: World, counts: Any
) -> None:
    implied = api.post("/purchases", world.purchase("1"), key="oslo")
    assert implied.status_code == 201
    named = api.post("/purchases", world.purchase("1", store="oslo"), key="oslo")
    assert named.content == implied.content
    before = counts()
    for key, body in (
        ("oslo", world.purchase("2", store="lyon")),
        ("nordic", world.purchase("2")),
        ("nordic", world.purchase("2", store="lyon")),
        ("oslo", world.purchase("2", store=7)),
    ):
        refused = api.post("/purchases", body, key=key)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
    assert counts() == before


def test_a_key_of_one_programme_need_not_name_it(api: Client, world: World, counts: Any) -> None:
    body = world.purchase(
        "1", programme=..., currency="JPY", lines=[{"product": "tea", "amount": 1200}]
    )
    answer = api.post("/purchases", body, key="tokyo")
    assert answer.status_code == 201
    assert answer.json()["points"]["miles"]["change"] == 12
    before = counts()
    other = api.post("/purchases", world.purchase("2"), key="tokyo")
    assert (other.status_code, other.json()["code"]) == (403, "not_permitted")
    unnamed = api.post("/purchases", world.purchase("2", programme=...))
    assert (unnamed.status_code, unnamed.json()["code"]) == (422, "missing_field")
    assert counts() == before


class TestBulk:
    """Many purchases in one request."""

    def bulk(self, world: World, *numbers: int) -> dict[str, Any]:
        """A request with the purchases of these numbers."""
        events = [world.purchase(str(number), programme=...) for number in numbers]
        return {"programme": "corner", "events": events}

    def test_each_stands_for_itself(self, api: Client, world: World) -> None:
        api.post("/purchases", world.purchase("1"))
        body = self.bulk(world, 1, 2, 3)
        body["events"][2]["currency"] = "USD"
        body["events"].append("nothing")
        answer = api.post("/purchases/bulk", body, headers={"accept-language": "de"})
        assert answer.status_code == 200
        found = answer.json()
        assert [one["status"] for one in found["results"]] == [
            "known", "recorded", "refused", "refused",
        ]  # fmt: skip
        assert (found["recorded"], found["known"], found["refused"]) == (1, 1, 2)
        problem = found["results"][2]["problem"]
        assert (problem["code"], problem["path"]) == ("wrong_currency", "currency")
        assert problem["title"].startswith("Die Währung")
        assert found["results"][3]["problem"]["code"] == "wrong_type"

    def test_an_empty_bulk_is_an_empty_answer(self, api: Client, world: World) -> None:
        answer = api.post("/purchases/bulk", self.bulk(world))
        assert answer.json() == {"recorded": 0, "known": 0, "refused": 0, "results": []}

    def test_a_large_bulk_is_written_in_parts(
        self, api: Client, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(events, "CHUNK", 4)
        answer = api.post("/purchases/bulk", self.bulk(world, *range(10)))
        assert answer.json()["recorded"] == 10
        with_key = {"idempotency-key": "bulk-1"}
        first = api.post("/purchases/bulk", self.bulk(world, *range(8, 14)), headers=with_key)
        again = api.post("/purchases/bulk", self.bulk(world, *range(8, 14)), headers=with_key)
        assert (first.json()["recorded"], first.json()["known"]) == (4, 2)
        assert again.content == first.content

    def test_answers_stand_in_the_order_in_which_events_were_sent(
        self, api: Client, world: World
    ) -> None:
        body = self.bulk(world, 3, 1, 2)
        body["events"][0]["occurred_at"] = "2026-03-14T13:00:00+01:00"
        found = api.post("/purchases/bulk", body).json()["results"]
        assert [one["event"]["external_id"] for one in found] == ["3", "1", "2"]
        balances = [one["event"]["points"]["points"]["balance"] for one in found]
        assert balances == [36, 12, 24]

    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"events": ...}, 422, "missing_field"),
            ({"events": {}}, 422, "wrong_type"),
            ({"events": [1] * 2001}, 422, "too_many"),
            ({"programme": 1}, 422, "wrong_type"),
            ({"programme": ...}, 422, "missing_field"),
            ({"more": 1}, 422, "unknown_field"),
        ],
    )
    def test_a_bulk_that_is_none_changes_nothing(
        self, shared: Shared, change: Any, status: int, code: str
    ) -> None:
        before = shared.counts()
        body = {**self.bulk(shared.world, 1), **change}
        body = {name: value for name, value in body.items() if value is not ...}
        answer = shared.api.post("/purchases/bulk", body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert shared.counts() == before

    def test_an_unknown_programme_refuses_each(self, api: Client, world: World) -> None:
        answer = api.post("/purchases/bulk", {**self.bulk(world, 1), "programme": "nowhere"})
        assert answer.json()["results"][0]["problem"]["code"] == "unknown_programme"


class TestIdempotencyKey:
    """The client's own key, beside the natural one."""

    HEADERS = {"idempotency-key": "abc-1"}  # noqa: RUF012  # read only

    def test_the_same_again_is_answered_the_same(
        self, api: Client, world: World, counts: Any
    ) -> None:
        first = api.post("/purchases", world.purchase("1"), headers=self.HEADERS)
        before = counts()
        again = api.post("/purchases", world.purchase("1"), headers=self.HEADERS)
        assert first.status_code == 201
        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["idempotent-replayed"] == "true"
        assert counts() == before

    def test_another_body_is_refused(self, api: Client, world: World, counts: Any) -> None:
        api.post("/purchases", world.purchase("1"), headers=self.HEADERS)
        before = counts()
        other = api.post("/purchases", world.purchase("2"), headers=self.HEADERS)
        assert (other.status_code, other.json()["code"]) == (409, "key_reused")
        elsewhere = api.post("/visits", world.purchase("1"), headers=self.HEADERS)
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "key_reused")
        assert counts() == before

    def test_keys_are_those_of_the_caller(self, api: Client, world: World) -> None:
        api.post("/purchases", world.purchase("1"), headers=self.HEADERS)
        body = world.purchase("2", store="oslo")
        assert api.post("/purchases", body, headers=self.HEADERS, key="oslo").status_code == 201

    def test_a_refusal_is_not_remembered(self, api: Client, world: World, counts: Any) -> None:
        before = counts()
        bad = world.purchase("1", currency="USD")
        assert api.post("/purchases", bad, headers=self.HEADERS).status_code == 422
        assert counts() == before
        good = api.post("/purchases", world.purchase("1"), headers=self.HEADERS)
        assert good.status_code == 201

    def test_parallel_repetitions_record_once(self, api: Client, world: World) -> None:
        answers = api.post_all("/purchases", [world.purchase("1")] * 12, headers=self.HEADERS)
        done = [answer for answer in answers if answer.status_code == 201]
        waiting = [answer for answer in answers if answer.status_code == 409]
        assert len(done) + len(waiting) == 12
        assert done
        assert {answer.content for answer in done} == {done[0].content}
        assert {answer.json()["code"] for answer in waiting} <= {"request_in_progress"}

    def test_a_request_in_progress_is_told_apart(
        self, api: Client, world: World, database: DatabaseForTests
    ) -> None:
        gate = threading.Event()
        with database.connect() as blocker:
            # Whoever holds the member keeps the first request working.
            api.post("/purchases", world.purchase("0"))
            blocker.execute(
                "SELECT 1 FROM member_state WHERE member_id = %s FOR UPDATE", [world.ana]
            )
            first: list[Any] = []

            def send() -> None:
                first.append(api.post("/purchases", world.purchase("1"), headers=self.HEADERS))
                gate.set()

            thread = threading.Thread(target=send)
            thread.start()
            gate.wait(0.3)
            second = api.post("/purchases", world.purchase("1"), headers=self.HEADERS)
            blocker.rollback()
            thread.join()
        assert (second.status_code, second.json()["code"]) == (409, "request_in_progress")
        assert first[0].status_code == 201

    @pytest.mark.parametrize(
        ("key", "code"), [("", "invalid_text"), ("x" * 201, "too_long"), ("a\tb", "invalid_text")]
    )
    def test_a_key_that_is_none_changes_nothing(self, shared: Shared, key: str, code: str) -> None:
        before = shared.counts()
        headers = {"idempotency-key": key}
        answer = shared.api.post("/purchases", shared.world.purchase("1"), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert answer.json()["path"] == "Idempotency-Key"
        assert shared.counts() == before
