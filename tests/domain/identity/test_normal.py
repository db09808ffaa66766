"""SEMANTICS 33: identifiers are normalised on entry, and bad ones are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.emails import comparable_email, normal_email
from habitue.domain.identity.kinds import DEFAULT_TRUST, KINDS, Kind, Trust, kind_of, trust_of
from habitue.domain.identity.normal import (
    external_identifier,
    normalise_identifier,
    read_identifiers,
)
from habitue.domain.identity.plates import normal_plate
from tests.domain.identity.phones import FrenchPhones

PHONES = FrenchPhones()


def normal(kind: Kind, raw: str, source: str = "") -> str:
    found = normalise_identifier(kind, raw, phones=PHONES, country="FR", source=source)
    assert found.kind == kind
    return found.value


GOOD: list[tuple[Kind, str, str]] = [
    ("card", "hac7-t9km-wxyv", "HAC7T9KMWXYV"),
    ("card", " HAC7 T9KM\u2013WXYV ", "HAC7T9KMWXYV"),
    ("card", "5000 1126 37922", "5000112637922"),
    ("card", "ＡＢ１２", "AB12"),
    ("nfc", "04:a3:b2:1c:9d:22:80", "04A3B21C9D2280"),
    ("nfc", "de ad be ef", "DEADBEEF"),
    ("wallet", " pass-9f8e7d6c5b4a ", "pass-9f8e7d6c5b4a"),
    ("phone", "06 12 34 56 78", "+33612345678"),
    ("phone", "+40 722 123 456", "+40722123456"),
    ("email", " Élodie.Dupont@Exemple.FR ", "élodie.dupont@exemple.fr"),
    ("email", "A+b@B.example", "a+b@b.example"),
    ("plate", "ab-123-cd", "FR-AB123CD"),
    ("serial", "sn 00-17/x", "SN0017X"),
    ("receipt", "till-1:2026/0042", "till-1:2026/0042"),
    ("external", "shop:4711", "shop:4711"),
    ("external", "shop: Anna:B ", "shop:Anna:B"),
]


@pytest.mark.parametrize(("kind", "raw", "value"), GOOD)
def test_normal_forms(kind: Kind, raw: str, value: str) -> None:
    assert normal(kind, raw) == value


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, _, value in GOOD])
def test_the_normal_form_of_a_normal_form_is_itself(kind: Kind, value: str) -> None:
    raw = value.replace("-", ":", 1) if kind == "plate" else value
    assert normal(kind, raw) == value


BAD: list[tuple[Kind, str]] = [
    ("card", ""),
    ("card", "123"),
    ("card", "HAC7-T9KM-WXYA"),  # The check character is wrong.
    ("card", "AHC7-T9KM-WXYV"),  # Two characters are swapped.
    ("card", "carte n° 12"),
    ("nfc", "04A3B2"),
    ("nfc", "04A3B21C9D228G"),
    ("wallet", "short"),
    ("wallet", "with space in it"),
    ("phone", "0612"),
    ("phone", "call me"),
    ("email", "nobody"),
    ("email", "@b.example"),
    ("email", "a@"),
    ("email", "a@b"),
    ("email", "a b@c.example"),
    ("email", "a@b@c.example"),
    ("email", "a..b@c.example"),
    ("email", ".a@c.example"),
    ("email", "a.@c.example"),
    ("email", "a@-c.example"),
    ("email", "a@c..example"),
    ("email", "a@c.1"),
    ("email", "a" * 65 + "@c.example"),
    ("email", "a\u200b@c.example"),
    ("plate", ""),
    ("plate", "A"),
    ("plate", "NODIGITS"),
    ("plate", "AB 123 CD 456 EF"),
    ("plate", "AB*123"),
    ("serial", "x"),
    ("receipt", "4711"),
    ("external", "4711"),
    ("external", ":4711"),
    ("external", "shop:"),
    ("external", "my shop:4711"),
]


@pytest.mark.parametrize(("kind", "raw"), BAD)
def test_what_cannot_be_of_the_kind_is_refused(kind: Kind, raw: str) -> None:
    with pytest.raises(Refusal) as refused:
        normal(kind, raw)
    assert refused.value.code is Code.INVALID_IDENTIFIER
    assert refused.value.path == "identifier"
    assert refused.value.parameters == {"value": raw[:80], "kind": kind}


@pytest.mark.parametrize("kind", KINDS)
def test_absurd_texts_are_refused_for_every_kind(kind: Kind) -> None:
    for raw, code in (
        ("x" * 10_000, Code.TOO_LONG),
        ("abc\x00defgh", Code.INVALID_TEXT),
        ("\x1b[31mred1234", Code.INVALID_TEXT),
        ("\ud800abcdefg", Code.INVALID_TEXT),
    ):
        with pytest.raises(Refusal) as refused:
            normal(kind, raw)
        assert refused.value.code is code


@given(st.sampled_from(KINDS), st.text(max_size=300))
def test_every_text_is_normal_or_refused(kind: Kind, raw: str) -> None:
    try:
        found = normalise_identifier(kind, raw, phones=PHONES, country="DE")
    except Refusal:
        return
    assert found.value
    assert found.value.isprintable()
    again = found.value.replace("-", ":", 1) if kind == "plate" else found.value
    assert normalise_identifier(kind, again, phones=PHONES, country="DE") == found


def test_a_source_names_the_system() -> None:
    assert normal("external", "4711", source="shop") == "shop:4711"
    assert normal("receipt", "a:b", source="till") == "till:a:b"
    assert external_identifier("shop", " 4711 ") == ("external", "shop:4711")
    assert external_identifier("shop", "e\u0301").value == "shop:é"
    for source, customer in (("a:b", "1"), ("a b", "1"), ("a", "")):
        with pytest.raises(Refusal):
            external_identifier(source, customer)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Anna@Example.org", "anna@example.ORG", True),
        ("stra\u00dfe@x.example", "STRASSE@x.example", True),
        ("e\u0301@x.example", "é@x.example", True),
        ("a@bücher.example", "a@xn--bcher-kva.example", True),
        ("anna@gmail.com", "an.na@gmail.com", False),
        ("anna@example.org", "anna+shop@example.org", False),
    ],
)
def test_two_addresses_are_one_identity_only_where_they_are_the_same(
    one: str,
    other: str,
    same: bool,  # noqa: FBT001  # A column of a table of cases.
) -> None:
    assert (normal_email(one) == normal_email(other)) is same
    assert normal_email(one) is not None


@pytest.mark.parametrize(
    ("address", "comparable"),
    [
        ("anna+shop@example.org", "anna@example.org"),
        ("an.na@example.org", "an.na@example.org"),
        ("an.na+x+y@gmail.com", "anna@gmail.com"),
        ("a.n.n.a@googlemail.com", "anna@gmail.com"),
        ("+x@example.org", "+x@example.org"),
    ],
)
def test_comparable_addresses_are_for_suspecting_duplicates(address: str, comparable: str) -> None:
    assert comparable_email(address) == comparable
    assert normal_email(address) == address


@pytest.mark.parametrize(
    ("text", "country", "plate"),
    [
        ("AB-123-CD", "FR", "FR-AB123CD"),
        ("ab 123 cd", "F", "FR-AB123CD"),
        ("M\u2013AB 1234", "D", "DE-MAB1234"),
        ("TÜ AB 12", "DE", "DE-TÜAB12"),
        ("B 123 ABC", "RO", "RO-B123ABC"),
        ("RO: B-123-ABC", "FR", "RO-B123ABC"),
        ("D:M AB 1234", "FR", "DE-MAB1234"),
        # The letter O and the digit 0, the letter I and the digit 1, are one drawing.
        ("B 10 OIL", "RO", "RO-B1001L"),
        ("B 1O 0IL", "RO", "RO-B1001L"),
        ("А123ВС", "RU", "RU-A123BC"),
        ("AB123CD", "", None),
        ("AB123CD", "FRANCE", None),
    ],
)
def test_plates(text: str, country: str, plate: str | None) -> None:
    assert normal_plate(text, country=country) == plate


def test_trust_rises_from_greeting_to_spending() -> None:
    assert Trust.GREET < Trust.EARN < Trust.SPEND
    assert set(DEFAULT_TRUST) == set(KINDS)
    assert DEFAULT_TRUST["plate"] == Trust.EARN
    assert DEFAULT_TRUST["card"] == Trust.SPEND
    assert [trust_of(level.label) for level in Trust] == list(Trust)
    assert [kind_of(kind) for kind in KINDS] == list(KINDS)
    for call in (kind_of, trust_of):
        with pytest.raises(Refusal) as refused:
            call("fingerprint")
        assert refused.value.code is Code.UNKNOWN_CHOICE
        assert refused.value.parameters["value"] == "fingerprint"


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("hac7 t9km wxyv", {"card": "HAC7T9KMWXYV", "serial": "HAC7T9KMWXYV"}),
        ("06 12 34 56 78", {"card": "0612345678", "phone": "+33612345678"}),
        ("Anna@x.example", {"email": "anna@x.example"}),
        ("AB-123-CD", {"plate": "FR-AB123CD", "card": "AB123CD"}),
        ("external:shop:4711", {"external": "shop:4711"}),
        ("PLATE:D:M-AB 12", {"plate": "DE-MAB12"}),
        ("04:a3:b2:1c:9d:22:80", {"nfc": "04A3B21C9D2280"}),
        ("phone:nonsense", {}),
        ("", {}),
        ("😀", {}),
    ],
)
def test_one_text_is_read_as_all_that_it_can_be(text: str, readings: dict[str, str]) -> None:
    found = dict(read_identifiers(text, phones=PHONES, country="FR"))
    assert readings.items() <= dict(found).items()
    assert bool(found) is bool(readings)


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    for found in read_identifiers(text, phones=PHONES, country="FR"):
        assert found.kind in KINDS
