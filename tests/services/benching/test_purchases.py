"""Generated purchases are what a till might send, and the same for the same seed."""

from itertools import pairwise
from statistics import mean

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.findings import check_document
from habitue.domain.received.normalising import Conventions, normalise
from habitue.kit.instants import DAY, SECOND, parse_instant
from habitue.services.benching.programme import (
    DOCUMENT,
    EFFECTIVE_AT,
    RETAIL_DOCUMENT,
    UNSHARED_DOCUMENT,
)
from habitue.services.benching.purchases import make_purchases

NOW = 1_760_000_000 * SECOND
MEMBERS = [f"{number:013d}" for number in range(40)]


def _made(count: int = 400, seed: int = 7) -> list[dict[str, object]]:
    return list(make_purchases(MEMBERS, count, seed=seed, source="test", begin=NOW - DAY, end=NOW))


def test_the_same_seed_makes_the_same_purchases() -> None:
    assert _made() == _made()
    assert _made() != _made(seed=8)


def test_purchases_come_in_the_order_of_their_time_and_have_keys_of_their_own() -> None:
    made = _made()
    moments = [parse_instant(str(purchase["occurred_at"])) for purchase in made]
    assert all(earlier <= later for earlier, later in pairwise(moments))
    assert moments[0] >= NOW - DAY
    assert moments[-1] < NOW
    assert len({purchase["external_id"] for purchase in made}) == len(made)


def test_receipts_have_about_three_lines_and_all_members_come() -> None:
    made = _made(4_000)
    lines = [len(purchase["lines"]) for purchase in made]  # type: ignore[arg-type]  # a list of lines
    assert 2.5 < mean(lines) < 3.5
    assert min(lines) == 1
    assert {purchase["member"]["value"] for purchase in made} == set(MEMBERS)  # type: ignore[index]  # a mapping


def test_every_purchase_passes_the_checks_of_the_intake() -> None:
    conventions = Conventions("EUR", {"points": 0, "coffee": 0})
    for purchase in _made():
        found = normalise("purchase", purchase, conventions=conventions, now=NOW)
        assert found.kind == "purchase"


def test_the_documents_are_in_order() -> None:
    for document in (DOCUMENT, RETAIL_DOCUMENT, UNSHARED_DOCUMENT):
        assert [fault for fault in check_document(document) if fault.severity == "error"] == []
    assert parse_document(DOCUMENT).budgets
    assert not parse_document(UNSHARED_DOCUMENT).budgets
    assert parse_instant("2009-12-01T00:00:00+00:00") > EFFECTIVE_AT
