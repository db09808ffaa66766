"""The histories of the members who were merged into others, as far as decisions look into them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import psycopg

from habitue.data.ledger.history import read_histories
from habitue.data.ledger.states import StateKey
from habitue.domain.events import Event, MergeIn, Unmerge

Histories: TypeAlias = dict[str, list[Event]]
"""Recorded events in one programme by the member, 32 hexadecimal digits."""


def merged_in(events: Iterable[Event]) -> dict[str, str]:
    """The duplicates whom these events of one member took in, each with the merge.

    Merges that were undone among the same events are left out.
    """
    taken: dict[str, str] = {}
    undone: set[str] = set()
    for event in events:
        if isinstance(event.body, MergeIn):
            taken[event.body.from_member] = event.body.merge
        elif isinstance(event.body, Unmerge):
            undone.add(event.body.merge)
    return {member: merge for member, merge in taken.items() if merge not in undone}


def read_duplicates(
    cursor: psycopg.Cursor[Any], wanted: Mapping[StateKey, Iterable[str]]
) -> dict[StateKey, Histories]:
    """For each account the histories of these duplicates, and of theirs in turn.

    One statement for each link of the longest chain of merges.
    """
    found: dict[StateKey, Histories] = {key: {} for key in wanted}
    waiting = {(key, member) for key, members in wanted.items() for member in members}
    while waiting:
        accounts = sorted({(member, programme) for (_, programme), member in waiting})
        histories = read_histories(cursor, accounts)
        following: set[tuple[StateKey, str]] = set()
        for key, member in waiting:
            history = histories[(member, key[1])]
            found[key][member] = history
            following |= {(key, other) for other in merged_in(history)}
        waiting = {(key, member) for key, member in following if member not in found[key]}
    return found
