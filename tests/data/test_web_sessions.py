"""Sessions of browsers: in a table of ours, with whose they are, and ended by removing a row."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.database import DatabaseForTests

STAFF, MEMBER, DEVICE = uuid4(), uuid4(), uuid4()


def store(key: str | None = None) -> Any:
    """The store that the settings name."""
    from django.conf import settings
    from django.utils.module_loading import import_string

    return import_string(f"{settings.SESSION_ENGINE}.SessionStore")(key)


def row(database: DatabaseForTests, key: str) -> tuple[Any, ...] | None:
    with database.connect(autocommit=True) as connection:
        return connection.execute(
            "SELECT staff_id, member_id, device_id, user_agent, address FROM web_session"
            " WHERE session_key = %s",
            [key],
        ).fetchone()


def test_whose_a_session_is_stands_beside_it(database: DatabaseForTests) -> None:
    session = store()
    session["_auth_user_id"] = str(STAFF)
    session["member_id"] = str(MEMBER)
    session["device_id"] = str(DEVICE)
    session["user_agent"] = "Firefox " + "x" * 10_000
    session["address"] = "192.0.2.7"
    session.save()
    found = row(database, session.session_key)
    assert found is not None
    assert found[:3] == (STAFF, MEMBER, DEVICE)
    assert (len(found[3]), found[4]) == (200, "192.0.2.7")
    assert store(session.session_key)["member_id"] == str(MEMBER)


def test_who_leaves_is_no_longer_beside_it(database: DatabaseForTests) -> None:
    session = store()
    session["member_id"] = str(MEMBER)
    session.save()
    del session["member_id"]
    session.save()
    assert row(database, session.session_key) == (None, None, None, "", "")


@pytest.mark.parametrize("empty", [None, "", 7])
def test_a_session_of_nobody_has_no_owner(database: DatabaseForTests, empty: Any) -> None:
    session = store()
    session["colour"] = "dark"
    if empty:
        session["member_id"] = empty
    session.save()
    assert row(database, session.session_key) == (None, None, None, "", "")


def test_a_new_key_makes_the_old_one_worthless(database: DatabaseForTests) -> None:
    session = store()
    session["member_id"] = str(MEMBER)
    session.save()
    old = session.session_key
    begun = begin(database, old)
    session.cycle_key()
    session.save()
    assert session.session_key != old
    assert row(database, old) is None
    assert row(database, session.session_key) == (None, MEMBER, None, "", "")
    # It is the same visit.
    assert begin(database, session.session_key) == begun


def begin(database: DatabaseForTests, key: str) -> Any:
    with database.connect(autocommit=True) as connection:
        return connection.execute(
            "SELECT created_at FROM web_session WHERE session_key = %s AND seen_at >= created_at",
            [key],
        ).fetchone()


def test_a_session_whose_row_is_gone_is_over(database: DatabaseForTests) -> None:
    session = store()
    session["member_id"] = str(MEMBER)
    session.save()
    with database.connect(autocommit=True) as connection:
        connection.execute("DELETE FROM web_session WHERE member_id = %s", [MEMBER])
    after = store(session.session_key)
    assert "member_id" not in after
    # And what is being written at that moment does not bring it back.
    from django.contrib.sessions.backends.base import UpdateError

    session["colour"] = "dark"
    with pytest.raises(UpdateError):
        session.save()
    assert row(database, session.session_key) is None


def test_the_cache_is_shared_by_all_processes(database: DatabaseForTests) -> None:
    from django.core.cache import cache

    cache.set("tries", 3, 60)
    assert cache.incr("tries") == 4
    with database.connect(autocommit=True) as connection:
        assert connection.execute("SELECT count(*) FROM cache").fetchone() == (1,)
        connection.execute("UPDATE cache SET expires = now() - interval '1 second'")
    assert cache.get("tries") is None


def test_a_colleague_is_found_by_the_address_in_any_case(database: DatabaseForTests) -> None:
    from django.contrib.auth import get_user_model

    staff: Any = get_user_model()
    with database.connect(autocommit=True) as connection:
        connection.execute(
            "INSERT INTO staff (staff_id, email, name, password, language, roles, stores,"
            " programmes, is_active, pin_hash, joined_at)"
            " VALUES (%s, 'marie@quai.example', 'Marie', '!', '', '{owner}', '{}', '{}', true,"
            " '', now())",
            [STAFF],
        )
    for typed in ("marie@quai.example", " Marie@Quai.EXAMPLE "):
        found = staff.objects.get_by_natural_key(typed)
        assert found.pk == STAFF
        assert not found.has_perm("programme.delete_staff")
    for nobody in ("", None, "x" * 10_000):
        with pytest.raises(staff.DoesNotExist):
            staff.objects.get_by_natural_key(nobody)
