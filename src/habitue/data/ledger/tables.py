"""The ledger's append-only tables as the intake writes them."""

from __future__ import annotations

from typing import Final

from habitue.data.bulk import Table

EVENTS: Final = Table(
    "ledger_event",
    (
        ("member_id", "uuid"),
        ("event_id", "uuid"),
        ("programme_id", "uuid"),
        ("version_number", "integer"),
        ("kind", "text"),
        ("source", "text"),
        ("external_id", "text"),
        ("occurred_at", "instant"),
        ("recorded_at", "instant"),
        ("batch_id", "uuid"),
        ("position", "integer"),
        ("payload", "json"),
        ("answer", "json"),
    ),
)

# A lot that a correction emptied and a later one brings back is the same lot.
LOTS: Final = Table(
    "lot",
    (
        ("member_id", "uuid"),
        ("lot_id", "uuid"),
        ("programme_id", "uuid"),
        ("currency", "text"),
        ("opened_at", "instant"),
        ("activates_at", "instant"),
        ("expires_at", "instant"),
        ("event_id", "uuid"),
        ("recorded_at", "instant"),
        ("recorded_by", "uuid"),
    ),
    ending="ON CONFLICT (member_id, lot_id) DO NOTHING",
)

ENTRIES: Final = Table(
    "entry",
    (
        ("member_id", "uuid"),
        ("entry_id", "uuid"),
        ("programme_id", "uuid"),
        ("currency", "text"),
        ("lot_id", "uuid"),
        ("kind", "text"),
        ("amount", "bigint"),
        ("effective_at", "instant"),
        ("recorded_at", "instant"),
        ("event_id", "uuid"),
        ("recorded_by", "uuid"),
        ("version_number", "integer"),
        ("rule", "text"),
        ("against", "uuid"),
        ("reason", "json"),
    ),
)

MOVES: Final = Table(
    "tier_move",
    (
        ("member_id", "uuid"),
        ("move_id", "uuid"),
        ("programme_id", "uuid"),
        ("at", "instant"),
        ("from_tier", "text"),
        ("to_tier", "text"),
        ("cause", "text"),
        ("event_id", "uuid"),
        ("recorded_by", "uuid"),
        ("valid_until", "instant"),
        ("sign", "smallint"),
        ("recorded_at", "instant"),
        ("structure", "text"),
    ),
)

DRAWS: Final = Table(
    "budget_draw",
    (
        ("member_id", "uuid"),
        ("draw_id", "uuid"),
        ("programme_id", "uuid"),
        ("budget", "text"),
        ("event_id", "uuid"),
        ("recorded_by", "uuid"),
        ("wanted", "bigint"),
        ("granted", "bigint"),
        ("granted_times", "bigint"),
        ("taken", "bigint"),
        ("times", "bigint"),
        ("units_before", "bigint"),
        ("times_before", "bigint"),
        ("recorded_at", "instant"),
        ("batch_id", "uuid"),
        ("position", "integer"),
    ),
)
