"""Colleagues: who may give which rights, and who must stay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password

from habitue.domain.access import NOBODY, SYSTEM, Actor, Kind, Role
from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import DAY
from habitue.selectors.actors import actor_of_staff
from habitue.selectors.staff import StaffRecord, get_staff, list_staff
from habitue.services.access.links import make_link, read_link
from habitue.services.access.pins import set_pin
from habitue.services.access.staff import (
    StaffDetails,
    add_staff,
    change_own_details,
    change_staff,
    deactivate_staff,
    invite_staff,
    reactivate_staff,
    set_password,
)
from tests.services.access.cast import (
    ANALYST,
    MANAGER,
    OWNER,
    QUAI_OWNER,
    Connection,
    acting,
    actor,
    at_once,
    colleague,
    everything,
    open_stores,
    refused,
    session_of,
    sessions,
    trail,
)
from tests.services.people import NOW
from tests.support.database import DatabaseForTests

SERVING = StaffDetails("Volodia", ["staff"], ["quai"], (), "ro")


def add(
    connection: Connection,
    details: StaffDetails = SERVING,
    *,
    by: Actor = OWNER,
    email: str = "volodia@quai.example",
) -> StaffRecord:
    return add_staff(connection, actor=by, email=email, details=details, now=NOW)


def change(
    connection: Connection, who: StaffRecord, details: StaffDetails, *, by: Actor = OWNER
) -> StaffRecord:
    return change_staff(connection, actor=by, staff_id=who.staff_id, details=details, now=NOW)


def test_a_colleague_is_added_without_a_password(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        added = add(connection, email=" Volodia@Quai.EXAMPLE ")
        assert added == StaffRecord(
            staff_id=added.staff_id,
            email="volodia@quai.example",
            name="Volodia",
            language="ro",
            roles=frozenset({Role.STAFF}),
            stores=frozenset({"quai"}),
            programmes=frozenset(),
            is_active=True,
            has_password=False,
            has_pin=False,
            joined_at=NOW,
            latest_sign_in_at=None,
        )
        ((password,),) = connection.execute("SELECT password FROM staff").fetchall()
        assert not check_password("", password)
        assert trail(connection) == [("Hélène", "staff_added", "Volodia")]
        assert actor_of_staff(connection, staff_id=added.staff_id) == Actor(
            kind=Kind.STAFF,
            id=added.staff_id,
            name="Volodia",
            roles=frozenset({Role.STAFF}),
            stores=frozenset({"quai"}),
            language="ro",
        )


def test_an_address_is_one_colleagues(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        add(connection)
        before = everything(connection)
        assert refused(lambda: add(connection, email="VOLODIA@quai.example")) == (
            "email_taken",
            "email",
        )
        assert everything(connection) == before


def test_of_two_who_take_an_address_one_gets_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        outcomes = at_once(database, *[add] * 4)
        assert outcomes.count("email_taken") == 3
        assert len(trail(connection)) == 1


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"name": ""}, "invalid_text", "name"),
    ({"name": " Volodia"}, "invalid_text", "name"),
    ({"name": "Volodia\u202e"}, "invalid_text", "name"),
    ({"name": "V" * 101}, "too_long", "name"),
    ({"name": "V" * 10_000}, "too_long", "name"),
    ({"roles": []}, "missing_field", "roles"),
    ({"roles": ["staff", "root"]}, "unknown_choice", "roles"),
    ({"language": "tlh"}, "unknown_choice", "language"),
    ({"language": "x" * 10_000}, "unknown_choice", "language"),
    ({"stores": ["quai", "nowhere"]}, "unknown_store", "stores"),
    ({"programmes": ["none"]}, "unknown_programme", "programmes"),
]


@pytest.mark.parametrize(("fields", "code", "path"), BAD)
def test_bad_input_changes_no_colleague(
    database: DatabaseForTests, fields: dict[str, Any], code: str, path: str
) -> None:
    wrong = replace(SERVING, **fields)
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known = add(connection)
        before = everything(connection)
        assert refused(lambda: add(connection, wrong, email="x@y.example")) == (code, path)
        assert refused(lambda: change(connection, known, wrong)) == (code, path)
        assert everything(connection) == before


@pytest.mark.parametrize("email", ["", "volodia", "<b>@x", "x" * 10_000])
def test_a_colleague_has_an_address(database: DatabaseForTests, email: str) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        before = everything(connection)
        assert refused(lambda: add(connection, email=email)) == ("invalid_identifier", "email")
        assert everything(connection) == before


def test_a_colleague_is_changed(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known = add(connection)
        wanted = StaffDetails("Volodymyr", ["manager", "staff", "staff"], ["quai", "marche"])
        changed = change(connection, known, wanted)
        assert (changed.name, changed.language) == ("Volodymyr", "")
        assert changed.roles == {Role.MANAGER, Role.STAFF}
        assert changed.stores == {"quai", "marche"}
        assert get_staff(connection, actor=OWNER, staff_id=known.staff_id) == changed
        before = everything(connection)
        # The same again, in another order.
        again = replace(wanted, roles=["staff", "manager"], stores=["marche", "quai"])
        assert change(connection, known, again) == changed
        assert everything(connection) == before
        details = connection.execute(
            "SELECT details::text FROM trail WHERE action = 'staff_changed'"
        ).fetchall()
        assert details == [('{"roles":["manager","staff"],"stores":["marche","quai"]}',)]


@pytest.mark.parametrize(
    "nobody",
    [
        MANAGER,
        ANALYST,
        actor(Role.STAFF),
        actor(Role.DEVELOPER),
        actor(Role.OWNER, at_till=True),
        Actor(kind=Kind.MEMBER, id=uuid4()),
        Actor(kind=Kind.DEVICE, id=uuid4()),
        NOBODY,
    ],
    ids=lambda who: f"{who.kind.value} {sorted(who.roles)}",
)
def test_only_owners_change_colleagues(database: DatabaseForTests, nobody: Actor) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known = add(connection)
        gone = add(connection, email="gone@quai.example")
        deactivate_staff(connection, actor=OWNER, staff_id=gone.staff_id, now=NOW)
        before = everything(connection)
        who: dict[str, Any] = {"actor": nobody, "staff_id": known.staff_id, "now": NOW}
        for verb in (
            lambda: add(connection, by=nobody, email="x@y.example"),
            lambda: change(connection, known, replace(SERVING, name="X"), by=nobody),
            lambda: deactivate_staff(connection, **who),
            lambda: reactivate_staff(connection, **(who | {"staff_id": gone.staff_id})),
            lambda: invite_staff(connection, **who),
            lambda: set_pin(connection, **who, pin="4711"),
        ):
            assert refused(verb) == ("not_permitted", "")
        assert everything(connection) == before


def test_who_owns_one_store_gives_nothing_beyond_it(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        own = add(connection, by=QUAI_OWNER)
        for place, stores in enumerate([[], ["marche"], ["quai", "marche"]]):
            before = everything(connection)
            wider = replace(SERVING, stores=stores)
            assert refused(
                lambda w=wider, p=place: add(connection, w, by=QUAI_OWNER, email=f"x{p}@y.example")
            ) == ("not_permitted", "stores")
            assert refused(lambda w=wider: change(connection, own, w, by=QUAI_OWNER)) == (
                "not_permitted",
                "stores",
            )
            assert everything(connection) == before


def test_who_owns_one_programme_gives_nothing_beyond_it(database: DatabaseForTests) -> None:
    partly = actor(Role.OWNER, programmes=("corner",))
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        for programmes in ([], ["other"], ["corner", "other"]):
            wider = replace(SERVING, programmes=programmes)
            assert refused(lambda w=wider: add(connection, w, by=partly)) == (
                "not_permitted",
                "programmes",
            )
        assert everything(connection)[0] == []


def test_colleagues_of_another_store_are_not_there(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        others = [
            colleague(connection, "Everywhere"),
            colleague(connection, "Market", stores=("marche",)),
            colleague(connection, "Both", stores=("marche", "quai")),
        ]
        own = colleague(connection, "Own", stores=("quai",))
        assert list_staff(connection, actor=QUAI_OWNER) == (own,)
        assert len(list_staff(connection, actor=OWNER)) == 4
        before = everything(connection)
        for other in others:
            who: dict[str, Any] = {"actor": QUAI_OWNER, "staff_id": other.staff_id, "now": NOW}
            for verb in (
                lambda w=who: get_staff(connection, actor=w["actor"], staff_id=w["staff_id"]),
                lambda o=other: change(connection, o, SERVING, by=QUAI_OWNER),
                lambda w=who: deactivate_staff(connection, **w),
                lambda w=who: reactivate_staff(connection, **w),
                lambda w=who: invite_staff(connection, **w),
                lambda w=who: set_pin(connection, **w, pin="4711"),
            ):
                assert refused(verb) == ("unknown_staff", "staff")
        assert everything(connection) == before


def test_colleagues_of_another_programme_are_not_there(database: DatabaseForTests) -> None:
    own = actor(Role.OWNER, programmes=("corner", "alps"))
    with database.connect(autocommit=True) as connection:
        others = [colleague(connection, name) for name in ("Everywhere", "Sea", "Both", "Own")]
        for other, codes in zip(others, ([], ["sea"], ["corner", "sea"], ["corner"]), strict=True):
            connection.execute(
                "UPDATE staff SET programmes = %s WHERE staff_id = %s", [codes, other.staff_id]
            )
        assert [one.name for one in list_staff(connection, actor=own)] == ["Own"]
        before = everything(connection)
        for other in others[:-1]:
            who: dict[str, Any] = {"actor": own, "staff_id": other.staff_id, "now": NOW}
            for verb in (
                lambda w=who: get_staff(connection, actor=w["actor"], staff_id=w["staff_id"]),
                lambda w=who: deactivate_staff(connection, **w),
                lambda w=who: reactivate_staff(connection, **w),
                lambda w=who: invite_staff(connection, **w),
                lambda w=who: set_pin(connection, **w, pin="4711"),
            ):
                assert refused(verb) == ("unknown_staff", "staff")
        assert everything(connection) == before


def test_who_is_sent_away_is_out_at_once(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known, other = add(connection), colleague(connection, "Other")
        who: dict[str, Any] = {"staff_id": known.staff_id, "now": NOW}
        token = invite_staff(connection, actor=OWNER, **who)
        set_pin(connection, actor=OWNER, **who, pin="4711")
        session_of(connection, "a", staff_id=known.staff_id)
        session_of(connection, "b", staff_id=other.staff_id)
        gone = deactivate_staff(connection, actor=OWNER, **who)
        assert (gone.is_active, gone.has_pin) == (False, False)
        assert sessions(connection) == ["b"]
        assert actor_of_staff(connection, staff_id=known.staff_id) is None
        assert refused(lambda: read_link(connection, token=token, now=NOW))[0] == "link_not_valid"
        before = everything(connection)
        assert deactivate_staff(connection, actor=OWNER, **who) == gone
        for verb in (
            lambda: invite_staff(connection, actor=OWNER, **who),
            lambda: set_pin(connection, actor=OWNER, **who, pin="4711"),
            lambda: set_password(connection, **who, password="correct horse"),
        ):
            assert refused(verb) == ("unknown_staff", "staff")
        assert everything(connection) == before
        back = reactivate_staff(connection, actor=OWNER, **who)
        assert back.is_active
        assert reactivate_staff(connection, actor=OWNER, **who) == back
        assert actor_of_staff(connection, staff_id=known.staff_id) is not None
        assert [action for _, action, _ in trail(connection)][-2:] == [
            "staff_deactivated",
            "staff_reactivated",
        ]


def test_the_last_owner_stays(database: DatabaseForTests) -> None:
    """Neither sent away, nor without the role, nor the owner of a part of it only."""
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        last = colleague(connection, "Last", Role.OWNER)
        colleague(connection, "Quai", Role.OWNER, stores=("quai",))
        gone = colleague(connection, "Gone", Role.OWNER)
        deactivate_staff(connection, actor=OWNER, staff_id=gone.staff_id, now=NOW)
        before = everything(connection)
        assert refused(
            lambda: deactivate_staff(connection, actor=OWNER, staff_id=last.staff_id, now=NOW)
        ) == ("last_owner", "staff")
        for less in (
            StaffDetails("Last", ["manager"]),
            StaffDetails("Last", ["owner"], ["quai"]),
        ):
            assert refused(lambda d=less: change(connection, last, d)) == ("last_owner", "staff")
        assert everything(connection) == before
        # What does not touch the owning is changed as ever; another owner sets them free.
        change(connection, last, StaffDetails("Last but one", ["manager", "owner"]))
        change(connection, gone, StaffDetails("Gone", ["staff"]))
        colleague(connection, "Next", Role.OWNER)
        change(connection, last, StaffDetails("Last but one", ["manager"]))


def test_two_owners_do_not_both_go(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        for place in range(4):
            pair = [colleague(connection, f"o{place}{one}", Role.OWNER) for one in "ab"]
            if place:
                # The one who stayed of the pair before makes room.
                (stayed,) = [
                    one
                    for one in list_staff(connection, actor=OWNER)
                    if one.is_active and one.staff_id not in {each.staff_id for each in pair}
                ]
                deactivate_staff(connection, actor=OWNER, staff_id=stayed.staff_id, now=NOW)
            first, second = pair

            def send_away(there: Connection, who: StaffRecord = first) -> object:
                return deactivate_staff(there, actor=OWNER, staff_id=who.staff_id, now=NOW)

            def demote(there: Connection, who: StaffRecord = second) -> object:
                return change(there, who, StaffDetails("X", ["staff"], ["quai"]))

            outcomes = at_once(database, send_away, demote)
            assert outcomes.count("last_owner") == 1
            if outcomes[0] == "last_owner":
                deactivate_staff(connection, actor=SYSTEM, staff_id=second.staff_id, now=NOW)


def test_an_invitation_is_a_link_for_one(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known = add(connection)
        who: dict[str, Any] = {"actor": OWNER, "staff_id": known.staff_id, "now": NOW}
        first, second = invite_staff(connection, **who), invite_staff(connection, **who)
        assert refused(lambda: read_link(connection, token=first, now=NOW))[0] == "link_not_valid"
        link = read_link(connection, token=second, now=NOW + 7 * DAY - 1)
        assert (link.kind, link.subject_id) == ("staff", known.staff_id)
        assert (link.purpose, link.single_use) == ("invitation", True)
        assert refused(lambda: read_link(connection, token=second, now=NOW + 7 * DAY))


def test_a_password_ends_sessions_and_invitations(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known = add(connection)
        token = invite_staff(connection, actor=OWNER, staff_id=known.staff_id, now=NOW)
        shown = make_link(
            connection,
            kind="staff",
            subject_id=known.staff_id,
            purpose="demonstration",
            now=NOW,
            expires_at=NOW + DAY,
            single_use=False,
        )
        session_of(connection, "a", staff_id=known.staff_id)
        set_password(connection, staff_id=known.staff_id, password="correct horse", now=NOW)
        ((stored,),) = connection.execute("SELECT password FROM staff").fetchall()
        assert check_password("correct horse", stored)
        assert "correct horse" not in str(everything(connection))
        assert sessions(connection) == []
        assert refused(lambda: read_link(connection, token=token, now=NOW))[0] == "link_not_valid"
        assert read_link(connection, token=shown, now=NOW).purpose == "demonstration"
        assert get_staff(connection, actor=OWNER, staff_id=known.staff_id).has_password
        assert trail(connection)[-1] == ("Volodia", "password_changed", "Volodia")


def test_everybody_changes_their_own_name_and_language(database: DatabaseForTests) -> None:
    with database.connect(autocommit=True) as connection:
        open_stores(connection)
        known = add(connection)
        oneself = acting(known)
        change_own_details(connection, actor=oneself, name="Vova", language="de", now=NOW)
        changed = get_staff(connection, actor=OWNER, staff_id=known.staff_id)
        assert changed == replace(known, name="Vova", language="de")
        before = everything(connection)
        for who, name, language, code in (
            (oneself, "", "de", "invalid_text"),
            (oneself, "V" * 10_000, "de", "too_long"),
            (oneself, "Vova", "tlh", "unknown_choice"),
            (acting(known, at_till=True), "Vova", "de", "not_permitted"),
            (NOBODY, "Vova", "de", "not_permitted"),
            (replace(oneself, id=uuid4()), "Vova", "de", "unknown_staff"),
        ):
            with pytest.raises(Refusal) as caught:
                change_own_details(connection, actor=who, name=name, language=language, now=NOW)
            assert caught.value.code is Code(code)
        assert everything(connection) == before
