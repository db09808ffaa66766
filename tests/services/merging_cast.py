"""Members who may be one, merged and released at a till of the tests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from habitue.domain.access import SYSTEM, Actor
from habitue.selectors.balances import get_balances
from habitue.selectors.merges import MergeRecord
from habitue.services.merging import merge_members, undo_merge
from tests.services.till import Till


def merge(till: Till, duplicate: UUID, into: UUID, actor: Actor = SYSTEM) -> MergeRecord:
    """Merge two members a second later, and let another one pass."""
    till.clock.advance(1_000_000)
    made = merge_members(
        till.connection, actor=actor, duplicate=duplicate, into=into, clock=till.clock
    )
    till.clock.advance(1_000_000)
    return made


def unmerge(till: Till, merge_id: UUID, actor: Actor = SYSTEM) -> MergeRecord:
    """Undo a merge a second later, and let another one pass."""
    till.clock.advance(1_000_000)
    undone = undo_merge(till.connection, actor=actor, merge_id=merge_id, clock=till.clock)
    till.clock.advance(1_000_000)
    return undone


def holds(till: Till, member_id: UUID, currency: str = "points") -> int:
    """The balance of a member as the selector has it."""
    with till.connection.transaction():
        balances = get_balances(
            till.connection, member_id=member_id, programme=till.programme, as_of=till.clock.now()
        )
    return balances.points[currency].balance


def stored(till: Till, member_id: UUID) -> dict[str, Any]:
    """Everything in a member's state that does not tell when the books were touched last."""
    rows = till.rows("SELECT state FROM member_state WHERE member_id = %s", [member_id])
    found: dict[str, Any] = {}
    for (state,) in rows:
        assert isinstance(state, Mapping), "it is recorded"
        found |= {name: state[name] for name in state if name not in ("latest", "horizon")}
    # A state keeps its lots in the order in which they were filled.
    return found | {"lots": sorted(found.get("lots", []))}


def everything(till: Till) -> list[Any]:
    """What a refused verb must leave as it was: all tables that a merge writes."""
    tables = (
        "member identifier member_search member_merge member_state ledger_event entry lot"
        " tier_move event_key outbox trail"
    )
    return [
        sorted(map(repr, till.rows(f"SELECT t::text FROM {table} t")))  # noqa: S608 - constants.
        for table in tables.split()
    ]
