"""Decisions as rows of the ledger's tables, gathered for one set-based write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from habitue.data.bulk import Table
from habitue.data.ledger.states import StateKey
from habitue.data.ledger.tables import DRAWS, ENTRIES, EVENTS, LOTS, MOVES
from habitue.data.programme.anonymous import RECEIPTS, RETURNS
from habitue.data.programme.sharing import OUTBOX
from habitue.domain.engine.types import Decision
from habitue.domain.events import Event
from habitue.kit.instants import FAR_FUTURE, Instant

_EMPTY = b"{}"


class Position(NamedTuple):
    """Whose event is being written, and when."""

    account: StateKey
    event: Event
    recorded_at: Instant


@dataclass(slots=True)
class _Counter:
    """Ids that count up from one that is random: unique, and in the order of the lines."""

    value: int

    def next(self) -> str:
        """The next id."""
        self.value += 1
        return f"{self.value:032x}"


class Rows:
    """The rows of one batch, table by table, in the order in which they are written."""

    def __init__(self, batch_id: UUID) -> None:
        self._batch = batch_id.hex
        self._ids = _Counter(batch_id.int)
        self._position = 0
        self._tables: dict[str, tuple[Table, list[tuple[Any, ...]]]] = {
            table.name: (table, [])
            for table in (EVENTS, LOTS, ENTRIES, MOVES, DRAWS, RECEIPTS, RETURNS, OUTBOX)
        }

    def add(
        self,
        at: Position,
        decision: Decision,
        books: Sequence[tuple[int, int]],
        payload: bytes,
        answer: dict[str, Any],
    ) -> None:
        """One recorded event with everything that its decision says; ``books`` are the budgets'
        before each of its draws.  The answer is read when it is written, not before."""
        (member, programme), event, recorded_at = at
        self._add(
            EVENTS,
            member,
            event.event_id,
            programme,
            event.version_number,
            event.kind,
            event.key.source,
            event.key.external_id,
            event.occurred_at,
            recorded_at,
            self._batch,
            self._position,
            payload,
            answer,
        )
        self._add_lots(at, decision)
        self._add_entries(at, decision)
        for move in decision.moves:
            self._add(
                MOVES,
                member,
                self._ids.next(),
                programme,
                move.at,
                move.from_tier,
                move.to_tier,
                move.cause,
                move.event_id or None,
                event.event_id,
                None if move.valid_until == FAR_FUTURE else move.valid_until,
                move.sign,
                recorded_at,
                move.structure,
            )
        for draw, before in zip(decision.draws, books, strict=True):
            self._add(
                DRAWS,
                member,
                self._ids.next(),
                programme,
                draw.budget,
                draw.event_id,
                event.event_id,
                draw.wanted,
                draw.granted,
                draw.granted_times,
                draw.taken,
                draw.times,
                *before,
                recorded_at,
                self._batch,
                self._position,
            )
        self._position += 1

    def _add_lots(self, at: Position, decision: Decision) -> None:
        (member, programme), event, recorded_at = at
        for lot in decision.lots:
            self._add(
                LOTS,
                member,
                lot.lot_id,
                programme,
                lot.currency,
                lot.opened_at,
                None if lot.activates_at == FAR_FUTURE else lot.activates_at,
                lot.expires_at,
                lot.event_id or None,
                recorded_at,
                event.event_id,
            )

    def _add_entries(self, at: Position, decision: Decision) -> None:
        (member, programme), event, recorded_at = at
        for line in decision.postings:
            self._add(
                ENTRIES,
                member,
                self._ids.next(),
                programme,
                line.currency,
                line.lot_id,
                line.kind,
                line.amount,
                line.effective_at,
                recorded_at,
                line.event_id or None,
                event.event_id,
                line.version_number,
                line.rule,
                line.against,
                orjson.dumps(line.reason) if line.reason else _EMPTY,
            )

    def announce(self, at: Position, content: dict[str, Any]) -> None:
        """Something to tell the world once the batch is committed."""
        (member, _), event, recorded_at = at
        told = {"event": event.event_id, "programme": content["programme"], "member": member}
        if "tier_before" in content:
            told |= {"tier": content["tier"], "tier_before": content["tier_before"]}
        if "tiers_before" in content:
            told |= {"tiers": content["tiers"], "tiers_before": content["tiers_before"]}
        topic = f"{event.kind}.recorded"
        self._add(OUTBOX, self._ids.next(), topic, member, orjson.dumps(told), recorded_at)

    def add_anonymous(
        self,
        event: Event,
        *,
        programme: str,
        receipt: str | None,
        recorded_at: Instant,
        payload: bytes,
        answer: bytes,
    ) -> None:
        """An anonymous purchase, or a return of one."""
        table, place = (RECEIPTS, ()) if receipt is None else (RETURNS, (receipt,))
        self._add(
            table,
            event.event_id,
            *place,
            programme,
            event.version_number,
            event.key.source,
            event.key.external_id,
            event.occurred_at,
            recorded_at,
            payload,
            answer,
        )

    def inserts(self) -> list[tuple[Table, list[tuple[Any, ...]]]]:
        """The rows by their tables, ready to be written."""
        return [
            (table, [(*row[:-1], orjson.dumps(row[-1])) for row in rows])
            if table is EVENTS
            else (table, rows)
            for table, rows in self._tables.values()
        ]

    def _add(self, table: Table, *row: Any) -> None:
        self._tables[table.name][1].append(row)
