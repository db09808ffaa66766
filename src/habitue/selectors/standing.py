"""Everything a page says about where a member stands in a programme, by one read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias
from uuid import UUID

import orjson
import psycopg
from psycopg.rows import tuple_row

from habitue.domain.challenge_progress import ChallengeProgress, badges_of, challenge_progress
from habitue.domain.engine.deciding import advance
from habitue.domain.engine.joining import is_outside
from habitue.domain.engine.plan_standing import PlanStanding
from habitue.domain.engine.snapshot import state_from_json
from habitue.domain.engine.types import MemberState
from habitue.domain.programme.model import Programme
from habitue.domain.tier_progress import TierProgress, tier_progress
from habitue.kit.instants import Instant, local_day
from habitue.selectors.balances import Balances, get_balances
from habitue.selectors.programmes import Compiled, get_one_compiled

Connection: TypeAlias = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """A member in a programme now: what they hold, and where they are among the tiers.

    ``programme`` is the version in force; ``purchases`` and ``spent`` (minor units) are over the
    whole membership, net of returns; ``latest_visit_day`` is an ordinal, 0 for none.  ``plan``
    is the paid plan, whose days are local ones of the programme.  ``challenges`` are those that run
    now, ``badges`` the codes of those met.  ``outside``: the programme is a closed club, and the
    member has not joined it.
    """

    programme: Programme
    balances: Balances
    progress: tuple[TierProgress, ...]
    purchases: int
    spent: int
    latest_visit_day: int
    takes_part: bool
    plan: PlanStanding
    challenges: tuple[ChallengeProgress, ...] = ()
    badges: tuple[str, ...] = ()
    outside: bool = False


def get_standing(
    connection: Connection, *, member_id: UUID, programme: str, now: Instant
) -> Standing | None:
    """Where the member stands; ``None`` while no version of the programme is in force.

    Refuses ``UNKNOWN_PROGRAMME``.
    """
    compiled = get_one_compiled(connection, code=programme)
    number = compiled.number_at(now)
    if number is None:
        return None
    version = compiled.versions[number]
    balances = get_balances(connection, member_id=member_id, programme=programme, as_of=now)
    # Of whoever stands for a member who was merged, as the balances are.
    state = _state(connection, compiled, balances.member_id, now)
    latest = max((at for at, _ in state.activity.values()), default=0)
    return Standing(
        programme=version,
        balances=balances,
        progress=tier_progress(version, state, now),
        purchases=state.purchases,
        spent=state.spent,
        latest_visit_day=local_day(latest, version.zone) if latest else 0,
        takes_part=state.latest is not None,
        challenges=challenge_progress(version, state, now),
        badges=badges_of(version, state),
        plan=state.plan,
        outside=is_outside(version, state),
    )


def _state(
    connection: Connection, compiled: Compiled, member_id: UUID, now: Instant
) -> MemberState:
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "SELECT state::text FROM member_state WHERE member_id = %s AND programme_id = %s",
            [member_id, UUID(compiled.programme_id)],
        ).fetchone()
    if row is None or row[0] is None:
        return MemberState()
    state = state_from_json(orjson.loads(row[0]))
    return advance(compiled.versions, state, now) if now > state.horizon else state
