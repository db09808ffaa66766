"""What a programme's ledger holds, in a few figures and one hash.

Two ledgers that were fed the same events, in whatever order, have the same hash: it covers, for
every member, an identifier, the balances, the tier and the lots with their dates, as of the
member's own latest event.  No id that was made at random is in it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.engine.types import MemberState
from habitue.selectors.programmes import get_programme

Connection: TypeAlias = psycopg.Connection[Any]

_ROWS_AT_ONCE = 500

# One member may have several identifiers of the kind: the first one stands for them.
_MEMBERS = """
SELECT i.value, s.state::text
FROM member_state s
JOIN (
    SELECT member_id, min(value) AS value FROM identifier
    WHERE kind = %(kind)s AND revoked_at IS NULL GROUP BY member_id
) i ON i.member_id = s.member_id
WHERE s.programme_id = %(programme)s AND s.state IS NOT NULL
ORDER BY i.value COLLATE "C"
"""
_ENTRIES = """
SELECT currency, kind, sum(amount)::bigint FROM entry WHERE programme_id = %s
GROUP BY currency, kind ORDER BY currency, kind
"""


@dataclass(frozen=True, slots=True)
class LedgerDigest:
    """The figures.  ``outstanding`` and ``entries`` (sums of ledger lines by kind) are smallest
    units by currency of points; ``tiers`` counts members ("" for none in the main
    structure)."""

    members: int
    purchases: int
    outstanding: dict[str, int]
    entries: dict[str, dict[str, int]]
    tiers: dict[str, int]
    lots: int
    sha256: str

    def as_json(self) -> dict[str, Any]:
        """The figures as plain data."""
        return asdict(self)


def get_digest(
    connection: Connection, *, programme: str, identifier: str = "external"
) -> LedgerDigest:
    """The digest of a programme's members who have an identifier of that kind.

    Reads every member and every ledger line of the programme once, in one snapshot; refuses
    (``UNKNOWN_PROGRAMME``) where there is none.
    """
    programme_id = get_programme(connection, code=programme).programme_id
    digest = sha256()
    outstanding: Counter[str] = Counter()
    tiers: Counter[str] = Counter()
    members = purchases = lots = 0
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        with connection.cursor("digest", row_factory=tuple_row) as cursor:
            cursor.itersize = _ROWS_AT_ONCE
            cursor.execute(_MEMBERS, {"kind": identifier, "programme": programme_id})
            for value, text in cursor:
                state = state_from_json(orjson.loads(text))
                held = _lots(state)
                balances = {code: state.balance(code) for code in _currencies(state)}
                beside = [[key, place.tier] for key, place in state.beside.items() if place.tier]
                told = [value, balances, state.standing.tier, held, *([beside] if beside else [])]
                digest.update(orjson.dumps(told) + b"\n")
                outstanding.update(balances)
                tiers.update([state.standing.tier, *(tier for _, tier in beside)])
                members += 1
                purchases += state.purchases
                lots += len(held)
        entries = _entries(connection, programme_id)
    return LedgerDigest(
        members,
        purchases,
        dict(sorted(outstanding.items())),
        entries,
        dict(sorted(tiers.items())),
        lots,
        digest.hexdigest(),
    )


def _currencies(state: MemberState) -> list[str]:
    return sorted({lot.currency for lot in state.lots} | state.debts.keys())


def _lots(state: MemberState) -> list[list[str | int | None]]:
    """What each lot holds and its dates, in an order of their own."""
    held = [
        [lot.currency, lot.opened_at, lot.activates_at, lot.expires_at, lot.remaining]
        for lot in state.lots
        if lot.remaining
    ]
    return sorted(held, key=repr)


def _entries(connection: Connection, programme_id: UUID) -> dict[str, dict[str, int]]:
    sums: dict[str, dict[str, int]] = {}
    with connection.cursor(row_factory=tuple_row) as cursor:
        for currency, kind, amount in cursor.execute(_ENTRIES, [programme_id]).fetchall():
            sums.setdefault(currency, {})[kind] = amount
    return sums
