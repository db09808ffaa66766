"""Properties: garbage is refused with faults and nothing else; storing loses nothing."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from habitue.domain.programme.canonical import canonical_json, document_hash
from habitue.domain.programme.conditions import parse_condition, parse_line_filter
from habitue.domain.programme.differences import diff_documents
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.faults import Faults, InvalidDocument
from habitue.domain.programme.fields import Vocabulary, moment_fields
from habitue.domain.programme.findings import check_document
from habitue.domain.programme.showing import outline
from tests.domain.programme.samples import Seeing, document
from tests.domain.programme.test_canonical import RICH

WORDS = [
    "programme",
    "name",
    "money",
    "currency",
    "zone",
    "languages",
    "points",
    "kind",
    "decimals",
    "rounding",
    "pending",
    "expires",
    "after",
    "at",
    "on",
    "inactive",
    "activity",
    "round_up_to",
    "expires_by_tier",
    "returns",
    "negative",
    "reinstate",
    "for",
    "max_balance",
    "spend",
    "tax",
    "discounts",
    "stacking",
    "campaigns",
    "from",
    "until",
    "budget",
    "attributes",
    "earn",
    "when",
    "lines",
    "each",
    "give",
    "per",
    "multiply",
    "of",
    "group",
    "priority",
    "stop",
    "limit",
    "per_member",
    "per_purchase",
    "every",
    "overflow",
    "enabled",
    "tiers",
    "by",
    "combine",
    "valid",
    "grace",
    "crossing",
    "gold",
    "silver",
    "enter",
    "keep",
    "reenter",
    "perks",
    "all",
    "any",
    "not",
    "weekday",
    "date",
    "time",
    "store",
    "basket.amount",
    "line.category",
    "member.tier",
    "member.visits",
    "any_line",
    "count_lines",
    "sum_lines",
    "match",
    "at_least",
    "at_most",
    "above",
    "below",
    "is",
    "in",
    "between",
    "event.covers",
]
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(max_size=8),
    st.sampled_from(
        [
            "purchase",
            "visit",
            "best",
            "EUR",
            "Europe/Paris",
            "12 months",
            "14 days",
            "rolling 30 days",
            "lifetime",
            "yes",
            "no",
            "fri",
            "2026-01-01",
            "16:00",
            "1.70",
            "never",
            "none",
            "day",
            "points",
            "gold",
            "2026-01-01T00:00:00+00:00",
        ]
    ),
    st.integers(-2, 20),
)
KEYS = st.one_of(st.sampled_from(WORDS), st.text(max_size=4))
VALUES: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=12,
)
PATIENT = settings(suppress_health_check=[HealthCheck.too_slow])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The places of all values inside a document."""
    found: list[tuple[Any, ...]] = [path] if path else []
    if isinstance(value, dict):
        for name, item in value.items():
            found += places(item, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            found += places(item, (*path, index))
    return found


GOOD = document(RICH)
PLACES = places(GOOD)


def spoilt(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = spoilt(value[path[0]], path[1:], new)
    return copy


# What can be read, but is certainly not meant.
CERTAINLY_WRONG = {"lapses_before_use"}


def never_surprises(raw: Any) -> None:
    """Whatever it is: a programme, or faults with places and remedies."""
    try:
        parse_document(raw)
    except InvalidDocument as refusal:
        found = refusal.faults
    else:
        found = check_document(raw)
        assert outline(raw)
        errors = {fault.problem for fault in found if fault.severity == "error"}
        assert errors <= CERTAINLY_WRONG
        return
    assert any(fault.severity == "error" for fault in found)
    assert all(fault.remedy and fault.problem for fault in found)
    json.dumps([fault.as_json() for fault in found]).encode()


@PATIENT
@given(VALUES)
def test_garbage_is_refused(raw: Any) -> None:
    never_surprises(raw)


@PATIENT
@given(st.dictionaries(st.sampled_from(WORDS), VALUES, max_size=4))
def test_a_good_document_with_garbage_in_its_sections(overlay: dict[str, Any]) -> None:
    never_surprises({**document(), **overlay})


@PATIENT
@given(st.sampled_from(PLACES), VALUES)
def test_a_good_document_with_garbage_in_one_place(path: tuple[Any, ...], new: Any) -> None:
    never_surprises(spoilt(GOOD, path, new))


VOCABULARY = Vocabulary(2, ("gold",), {"points": 0}, {"covers": "number", "weather": "text"})
FIELDS = st.sampled_from(
    [
        *moment_fields(VOCABULARY),
        *("all", "any", "not", "any_line", "no_line", "count_lines", "sum_lines"),
        *("line.category", "line.amount", "line.unit_price", "category", "role"),
    ]
)
TREES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(SCALARS, st.sampled_from(["gold", "mon", 5, Decimal("1.5"), "x"])),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=2),
        st.dictionaries(st.one_of(FIELDS, st.sampled_from(WORDS)), inner, min_size=1, max_size=2),
    ),
    max_leaves=6,
)


@PATIENT
@given(st.dictionaries(FIELDS, TREES, min_size=1, max_size=3))
def test_a_condition_has_faults_or_an_answer(raw: dict[str, Any]) -> None:
    faults = Faults()
    made = parse_condition(raw, path="when", vocabulary=VOCABULARY, faults=faults)
    assert (made is None) == (len(faults) > 0)
    if made is not None:
        assert made.holds(Seeing()) in (True, False)
        assert made.explain(Seeing())
    of_lines = Faults()
    line_filter = parse_line_filter(raw, path="lines", vocabulary=VOCABULARY, faults=of_lines)
    assert (line_filter is None) == (len(of_lines) > 0)
    if line_filter is not None:
        assert line_filter.matches(Seeing().lines[0]) in (True, False)


PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(10**18), 10**18),
        st.decimals(allow_nan=False, allow_infinity=False, places=4),
        st.text(st.characters(codec="utf-8"), max_size=6),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), inner, max_size=3),
    ),
    max_leaves=10,
)


@PATIENT
@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=6), PLAIN, max_size=4))
def test_the_canonical_form_is_its_own_canonical_form(raw: dict[str, Any]) -> None:
    text = canonical_json(raw)
    again = json.loads(text)
    assert canonical_json(again) == text
    assert document_hash(again) == document_hash(raw)
    assert diff_documents(raw, again) == []
