"""What a document says of being recognised, and what follows for one identifier (SEMANTICS 33)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.identity.kinds import DEFAULT_TRUST, KINDS, Trust
from habitue.domain.programme.identifying import Method, allowed_by, place_of
from tests.domain.programme.samples import faults, programme

GREET, EARN, SPEND = Trust


def methods(text: str) -> tuple[Method, ...]:
    return programme(f"identify: {text}").identify


def test_a_kind_alone_allows_what_it_deserves_and_the_order_stays() -> None:
    assert methods("[plate, {phone: greet}, card, {serial: earn}]") == (
        Method("plate", EARN),
        Method("phone", GREET),
        Method("card", SPEND),
        Method("serial", EARN),
    )
    assert place_of(methods("[plate, card]"), "card") == 1
    assert place_of(methods("[plate, card]"), "nfc") == 2


@given(st.sampled_from(KINDS), st.sampled_from(Trust))
def test_without_the_section_nothing_changes(kind: str, own: Trust) -> None:
    assert programme().identify == ()
    assert allowed_by((), kind, int(own)) is own


@pytest.mark.parametrize(
    ("text", "kind", "own", "allowed"),
    [
        ("[{phone: spend}]", "phone", EARN, SPEND),
        ("[{phone: greet}]", "phone", EARN, GREET),
        ("[{serial: earn}]", "serial", GREET, EARN),
        # What was given to one identifier apart stays, but where the kind is allowed less.
        ("[phone]", "phone", SPEND, SPEND),
        ("[{phone: greet}]", "phone", SPEND, GREET),
        ("[card]", "card", EARN, EARN),
        ("[{card: earn}]", "card", GREET, GREET),
        # What is left out only greets; systems are asked by nobody.
        ("[card]", "phone", EARN, GREET),
        ("[card]", "nfc", SPEND, GREET),
        ("[card]", "external", SPEND, SPEND),
        ("[card, {external: earn}]", "external", SPEND, EARN),
    ],
)
def test_what_one_identifier_allows(text: str, kind: str, own: Trust, allowed: Trust) -> None:
    assert allowed_by(methods(text), kind, int(own)) is allowed


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.sampled_from(Trust)), unique_by=lambda m: m[0])
)
def test_what_anybody_can_read_never_spends(said: list[tuple[str, Trust]]) -> None:
    """Whatever a document says: it is refused, or plates, serials and receipts do not spend."""
    text = ", ".join(f"{kind}: {level.label}" for kind, level in said)
    text = "[" + ", ".join(f"{{{part}}}" for part in text.split(", ") if part) + "]"
    if any(fault.severity == "error" for fault in faults(f"identify: {text}")):
        spends = {kind for kind, level in said if level is SPEND}
        assert not said or spends & {"plate", "serial", "receipt"}
        return
    for kind in ("plate", "serial", "receipt"):
        assert allowed_by(methods(text), kind, int(DEFAULT_TRUST[kind])) < SPEND


@pytest.mark.parametrize(
    ("text", "path", "problem"),
    [
        ("card", "identify", "not_a_list"),
        ("{card: spend}", "identify", "not_a_list"),
        ("[]", "identify", "empty"),
        ("[cart]", "identify[0]", "unknown_choice"),
        ("[card, {phone: sped}]", "identify[1]", "unknown_choice"),
        ("[card, {phone: {may: spend}}]", "identify[1]", "unknown_choice"),
        ("[card, {phone: earn, email: earn}]", "identify[1]", "conflicting_fields"),
        ("[card, {}]", "identify[1]", "conflicting_fields"),
        ("[card, [phone]]", "identify[1]", "unknown_choice"),
        ("[card, null]", "identify[1]", "unknown_choice"),
        ("[card, 7]", "identify[1]", "unknown_choice"),
        ("[card, {card: earn}]", "identify[1]", "duplicate"),
        ("[{plate: spend}]", "identify[0]", "not_safe"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(text: str, path: str, problem: str) -> None:
    found = [(one.path, one.problem) for one in faults(f"identify: {text}")]
    assert found == [(path, problem)]


def test_why_a_plate_cannot_spend_is_said() -> None:
    [fault] = faults("identify: [{plate: spend}]")
    assert fault.remedy == (
        "Write plate: earn. It cannot spend: everybody can read it off the car."
    )
