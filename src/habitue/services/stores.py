"""Stores: where members buy, and what day it is there."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg

from habitue.domain.errors import Code, Refusal
from habitue.kit.instants import zone_info

Connection: TypeAlias = psycopg.Connection[Any]


def put_store(connection: Connection, *, code: str, zone: str, name: str = "") -> None:
    """Make or change a store; refuses (``UNKNOWN_CHOICE``) a zone that does not exist.

    Events keep the zone that they were recorded with.
    """
    try:
        zone_info(zone)
    except ValueError:
        raise Refusal(Code.UNKNOWN_CHOICE, "zone", value=zone[:80], allowed="IANA zones") from None
    with connection.transaction():
        connection.execute(
            "INSERT INTO store (code, zone, name) VALUES (%s,%s,%s)"
            " ON CONFLICT (code) DO UPDATE SET zone = EXCLUDED.zone, name = EXCLUDED.name",
            [code, zone, name or code],
        )
