"""The walls around the tests themselves stand."""

import socket

import psycopg
import pytest

from tests.conftest import NetworkForbiddenError


def test_no_test_reaches_another_machine() -> None:
    """The address is one of those reserved for documentation: nobody is ever there."""
    with socket.socket() as probe, pytest.raises(NetworkForbiddenError, match=r"192\.0\.2\.1"):
        probe.connect(("192.0.2.1", 80))


def test_no_test_asks_for_names_outside() -> None:
    with pytest.raises(NetworkForbiddenError, match=r"example\.com"):
        socket.getaddrinfo("example.com", 80)


def test_loopback_is_open() -> None:
    with socket.socket() as door, socket.socket() as visitor:
        door.bind(("127.0.0.1", 0))
        door.listen()
        visitor.connect(door.getsockname())


def test_a_unit_level_has_no_database() -> None:
    with pytest.raises(RuntimeError, match="do not touch a database"):
        psycopg.connect("")
    with pytest.raises(RuntimeError, match="do not touch a database"):
        psycopg.Connection.connect("")
