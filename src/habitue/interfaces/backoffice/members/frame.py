"""What all pages of one member share: who it is, and what the visitor may do for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.choosing import chosen_programme
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.birthdays import birthday_note
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.visits import Visit
from habitue.selectors.members import MemberRecord, get_member_of
from habitue.selectors.stores import list_stores


@dataclass(frozen=True, slots=True)
class Frame:
    """A visit of one member's page."""

    visit: Visit
    member: MemberRecord
    words: Lexicons
    stores: dict[str, str]

    @property
    def code(self) -> str:
        """The programme that is looked at."""
        return self.words.current.programme.code

    @property
    def zone(self) -> str:
        """The programme's zone."""
        return self.words.current.programme.zone

    @property
    def name(self) -> str:
        """What to call the member."""
        return self.member.shown_name or self.member.number

    def render(
        self, template: str, context: dict[str, Any], *, tab: str = "", status: int = 200
    ) -> HttpResponse:
        """The page, with the member's head where the template has it; ``tab`` is where it is."""
        visit, member = self.visit, self.member
        active = member.status == "active"
        around = {
            "member": member,
            "name": self.name,
            "tab": tab,
            "zone": self.zone,
            "birthday": birthday_note(member.birth_date, self.zone, visit),
            "may_write": active and visit.may(Permission.MEMBERS_WRITE),
            "may_adjust": active and visit.may(Permission.LEDGER_ADJUST),
            "may_merge": active and visit.may(Permission.MEMBERS_MERGE),
            "may_see_trail": visit.may(Permission.TRAIL_READ),
            "may_export": visit.may(Permission.EXPORTS_READ),
        }
        return render(
            visit, f"members/{template}", {**around, **context}, here="members", status=status
        )


def frame_of(visit: Visit, member_id: UUID) -> Frame:
    """The member of an address, as the visitor may see them; refuses ``UNKNOWN_MEMBER`` and
    ``NOT_PERMITTED``."""
    member = get_member_of(visit.connection, actor=visit.actor, member_id=member_id)
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    stores = {one.code: one.name for one in list_stores(visit.connection, actor=visit.actor)}
    return Frame(visit, member, words, stores)
