"""Whoever is about to be enrolled may be a member already."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from habitue.domain.identity.details import MemberDetails
from habitue.selectors.duplicates import Sign
from habitue.selectors.lookalikes import list_lookalikes
from habitue.selectors.members import MemberRecord
from habitue.services.members import close_member
from tests.services.people import NOW, PHONES, enrol
from tests.services.till import Till

VADIM = MemberDetails("Vadim", "Ivanovich", birth_date=date(1981, 5, 30))


@pytest.fixture
def vadim(till: Till) -> MemberRecord:
    """A member who is known by several things."""
    return enrol(
        till.connection,
        ("email", "v.ivanovich@gmail.com"),
        ("phone", "+33 6 12 34 56 78"),
        ("card", "4711-0001"),
        given_name="Vadim",
        family_name="Ivanovich",
        birth_date="1981-05-30",
    )


def seen(till: Till, person: MemberDetails, *identifiers: Any) -> dict[UUID, tuple[Sign, ...]]:
    """Who may be the person, with the signs."""
    found = list_lookalikes(
        till.connection, person=person, identifiers=identifiers, phones=PHONES, country="FR"
    )
    return {one.member.member_id: one.signs for one in found}


@pytest.mark.parametrize(
    ("typed", "sign"),
    [
        (("email", "V.Ivanovich@gmail.com"), Sign.SAME_MAILBOX),
        (("email", "vivanovich+club@googlemail.com"), Sign.SAME_MAILBOX),
        (("phone", "06 12 34 56 78"), Sign.SAME_PHONE),
        (("card", "4711 0001"), Sign.SAME_IDENTIFIER),
    ],
)
def test_what_identifies_is_recognised(
    till: Till, vadim: MemberRecord, typed: tuple[str, str], sign: Sign
) -> None:
    assert seen(till, MemberDetails(), typed) == {vadim.member_id: (sign,)}


@pytest.mark.parametrize(
    ("person", "signs"),
    [
        (VADIM, (Sign.SAME_NAME, Sign.SAME_BIRTHDAY)),
        (MemberDetails("ivanovich", "VADIM"), (Sign.SAME_NAME,)),
        (MemberDetails("Vadím", "Ivanovich"), (Sign.SAME_NAME,)),
        # Another date of birth is another person; half a name is nobody's yet.
        (MemberDetails("Vadim", "Ivanovich", birth_date=date(1990, 1, 1)), None),
        (MemberDetails("Vadim", "Ivanov"), None),
        (MemberDetails("Vadim"), None),
        (MemberDetails(), None),
    ],
)
def test_a_name_is_recognised(
    till: Till, vadim: MemberRecord, person: MemberDetails, signs: tuple[Sign, ...] | None
) -> None:
    assert seen(till, person) == ({} if signs is None else {vadim.member_id: signs})


def test_the_strongest_signs_come_first(till: Till, vadim: MemberRecord) -> None:
    namesake = enrol(till.connection, given_name="Vadim", family_name="Ivanovich")
    found = seen(till, VADIM, ("phone", "+33612345678"))
    assert list(found) == [vadim.member_id, namesake.member_id]
    assert found[vadim.member_id] == (Sign.SAME_PHONE, Sign.SAME_NAME, Sign.SAME_BIRTHDAY)


@pytest.mark.parametrize(
    "typed",
    [("email", "v.ivan"), ("phone", "06"), ("card", "\x00"), ("card", "4" * 10_000), ("email", "")],
)
def test_what_is_no_identifier_yet_is_nobody(
    till: Till, vadim: MemberRecord, typed: tuple[str, str]
) -> None:
    assert seen(till, MemberDetails(), typed) == {}
    assert list(seen(till, VADIM, typed)) == [vadim.member_id]


def test_who_has_left_is_not_seen(till: Till, vadim: MemberRecord) -> None:
    close_member(till.connection, member_id=vadim.member_id, now=NOW)
    assert seen(till, VADIM, ("phone", "+33612345678")) == {}
