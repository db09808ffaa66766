"""Everything that is kept about one member, for the member."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, TypeAlias
from uuid import UUID

import psycopg
from psycopg.rows import tuple_row

Connection: TypeAlias = psycopg.Connection[Any]

# Each answers one column of JSON; what only the programme's books need (hashes, locks) is not
# about the member.
_PARTS: Final[dict[str, str]] = {
    "member": """
        SELECT to_jsonb(m) - 'folded_name' - 'revision' FROM member m WHERE member_id = %(member)s
    """,
    "identifiers": """
        SELECT to_jsonb(i) - 'comparable' FROM identifier i WHERE member_id = %(member)s
        ORDER BY added_at, identifier_id
    """,
    "consents": """
        SELECT to_jsonb(c) FROM consent c WHERE member_id = %(member)s ORDER BY at, consent_id
    """,
    "contributions": """
        SELECT to_jsonb(c) - 'picture' || jsonb_build_object('picture', encode(c.picture, 'base64'))
        FROM contribution c WHERE member_id = %(member)s ORDER BY sent_at, contribution_id
    """,
    "events": """
        SELECT jsonb_build_object('kind', kind, 'occurred_at', occurred_at, 'source', source,
                                  'external_id', external_id, 'content', payload)
        FROM ledger_event WHERE member_id = %(member)s ORDER BY occurred_at, event_id
    """,
    "ledger": """
        SELECT jsonb_build_object('points', currency, 'kind', kind, 'amount', amount,
                                  'effective_at', effective_at, 'rule', rule, 'reason', reason)
        FROM entry WHERE member_id = %(member)s ORDER BY effective_at, entry_id
    """,
    "tiers": """
        SELECT jsonb_build_object('at', at, 'from', from_tier, 'to', to_tier,
                                  'structure', structure)
        FROM tier_move WHERE member_id = %(member)s ORDER BY at, move_id
    """,
    "referrals": """
        SELECT jsonb_build_object('at', referred_at, 'joined', member_id = %(member)s,
                                  'outcome', outcome, 'review', review)
        FROM referral WHERE member_id = %(member)s OR referrer_id = %(member)s
        ORDER BY referred_at, referral_id
    """,
    "trail": """
        SELECT jsonb_build_object('at', at, 'action', action, 'by', actor_name,
                                  'details', details)
        FROM trail WHERE member_id = %(member)s ORDER BY at, trail_id
    """,
}


def iterate_personal_data(
    connection: Connection, *, member_id: UUID
) -> Iterator[tuple[str, list[Any]]]:
    """The parts by name, each with its rows as plain data."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        for name, statement in _PARTS.items():
            rows = cursor.execute(statement.encode(), {"member": member_id})
            yield name, [row[0] for row in rows]
