"""How members have shown here who they are: with a card they may spend, by name they may not.

It counts for as long as a guest stands at the counter, and no longer than whoever serves does.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from habitue.domain.identity.kinds import Trust
from habitue.domain.programme.identifying import Method, allowed_by
from habitue.interfaces.terminal.door import SHOWN_KEY
from habitue.interfaces.web.visits import Visit
from habitue.kit.instants import MINUTE, Instant
from habitue.selectors.members import Match

COUNTS_FOR: Final[Instant] = 15 * MINUTE
# More guests than stand at a counter at once.
_MOST_KEPT: Final = 20


def note_shown(visit: Visit, match: Match, methods: tuple[Method, ...]) -> None:
    """Remember what somebody was found by; ``methods`` is what the programme says of that."""
    own = Trust.GREET if match.trust is None else match.trust
    trust = int(own if match.trust is None else allowed_by(methods, match.matched, own))
    shown = dict(list(_shown(visit).items())[1 - _MOST_KEPT :])
    shown[str(match.member.member_id)] = [trust, visit.now + COUNTS_FOR]
    visit.request.session[SHOWN_KEY] = shown


def trust_shown(visit: Visit, member_id: UUID) -> Trust:
    """How far a member is trusted now.

    Whom staff have looked up by name they know by sight: that greets and earns (SEMANTICS 33).
    """
    trust, until = _shown(visit).get(str(member_id), (int(Trust.EARN), visit.now))
    return Trust(trust) if visit.now <= until else Trust.EARN


def may_spend(visit: Visit, member_id: UUID) -> bool:
    """Whether the member has shown something that only they hold."""
    return trust_shown(visit, member_id) >= Trust.SPEND


def _shown(visit: Visit) -> dict[str, Any]:
    shown = visit.request.session.get(SHOWN_KEY, {})
    return shown if isinstance(shown, dict) else {}
