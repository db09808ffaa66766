"""Entries of the audit trail as sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.domain.access import Role
from habitue.domain.access.trail import Action
from habitue.interfaces.backoffice.staff.words import ROLES
from habitue.interfaces.texts import formats
from habitue.selectors.trail import TrailRecord

SENTENCES: Final[dict[str, Promise]] = {
    Action.SIGNED_IN: gettext_lazy("%(actor)s signed in."),
    Action.SIGNED_OUT: gettext_lazy("%(actor)s signed out."),
    Action.SIGN_IN_FAILED: gettext_lazy("Somebody tried to sign in as %(subject)s and failed."),
    Action.SESSION_ENDED: gettext_lazy("%(actor)s ended a session."),
    Action.PASSWORD_CHANGED: gettext_lazy("%(actor)s chose a new password."),
    Action.MEMBER_ENROLLED: gettext_lazy("%(actor)s enrolled %(subject)s."),
    Action.INVITATION_CREATED: gettext_lazy("%(actor)s made the invitation %(subject)s."),
    Action.INVITATION_REVOKED: gettext_lazy("%(actor)s revoked the invitation %(subject)s."),
    Action.MEMBER_CHANGED: gettext_lazy("%(actor)s changed details of %(subject)s."),
    Action.MEMBER_CLOSED: gettext_lazy("%(actor)s ended the membership of %(subject)s."),
    Action.MEMBER_MERGED: gettext_lazy("%(actor)s merged a duplicate into %(subject)s."),
    Action.MERGE_UNDONE: gettext_lazy("%(actor)s undid a merge into %(subject)s."),
    Action.IDENTIFIER_ADDED: gettext_lazy("%(actor)s added an identifier to %(subject)s."),
    Action.IDENTIFIER_REVOKED: gettext_lazy("%(actor)s revoked an identifier of %(subject)s."),
    Action.CONSENT_GIVEN: gettext_lazy("%(actor)s noted a consent of %(subject)s."),
    Action.CONSENT_WITHDRAWN: gettext_lazy("%(actor)s noted that %(subject)s withdrew a consent."),
    Action.POINTS_ADJUSTED: gettext_lazy("%(actor)s adjusted the points of %(subject)s."),
    Action.TIER_SET: gettext_lazy("%(actor)s set the tier of %(subject)s by hand."),
    Action.PURCHASE_RECORDED: gettext_lazy("%(actor)s recorded a purchase of %(subject)s."),
    Action.PURCHASE_UNDONE: gettext_lazy("%(actor)s undid a purchase of %(subject)s."),
    Action.VISIT_RECORDED: gettext_lazy("%(actor)s recorded a visit of %(subject)s."),
    Action.POINTS_REDEEMED: gettext_lazy("%(actor)s spent points of %(subject)s."),
    Action.REDEMPTION_UNDONE: gettext_lazy("%(actor)s gave spent points back to %(subject)s."),
    Action.REFERRAL_APPROVED: gettext_lazy("%(actor)s let it count that %(subject)s was brought."),
    Action.REFERRAL_REFUSED: gettext_lazy(
        "%(actor)s decided that it does not count that %(subject)s was brought."
    ),
    Action.WINNER_NAMED: gettext_lazy("%(actor)s named %(subject)s as a winner."),
    Action.CONTRIBUTION_APPROVED: gettext_lazy("%(actor)s approved a contribution of %(subject)s."),
    Action.CONTRIBUTION_REFUSED: gettext_lazy("%(actor)s refused a contribution of %(subject)s."),
    Action.CONTRIBUTION_WITHDRAWN: gettext_lazy(
        "%(actor)s withdrew the approval of a contribution of %(subject)s."
    ),
    Action.RECEIPT_CLAIMED: gettext_lazy("%(actor)s claimed a receipt for %(subject)s."),
    Action.PROGRAMME_PUBLISHED: gettext_lazy("%(actor)s published a version of %(subject)s."),
    Action.PROGRAMME_CANCELLED: gettext_lazy("%(actor)s called off a version of %(subject)s."),
    Action.REVIEW_REQUIRED: gettext_lazy(
        "%(actor)s set that a second person approves changes of %(subject)s."
    ),
    Action.REVIEW_WAIVED: gettext_lazy(
        "%(actor)s set that changes of %(subject)s need no second person."
    ),
    Action.DRAFT_STARTED: gettext_lazy("%(actor)s started the draft %(subject)s."),
    Action.DRAFT_CHANGED: gettext_lazy("%(actor)s changed the draft %(subject)s."),
    Action.DRAFT_OFFERED: gettext_lazy("%(actor)s offered the draft %(subject)s for review."),
    Action.DRAFT_APPROVED: gettext_lazy("%(actor)s approved the draft %(subject)s."),
    Action.DRAFT_SENT_BACK: gettext_lazy("%(actor)s sent the draft %(subject)s back."),
    Action.DRAFT_WITHDRAWN: gettext_lazy("%(actor)s gave up the draft %(subject)s."),
    Action.RULES_READ: gettext_lazy("%(actor)s read the new rules of %(subject)s."),
    Action.STAFF_ADDED: gettext_lazy("%(actor)s added %(subject)s to the staff."),
    Action.STAFF_CHANGED: gettext_lazy("%(actor)s changed roles or details of %(subject)s."),
    Action.STAFF_DEACTIVATED: gettext_lazy("%(actor)s deactivated %(subject)s."),
    Action.STAFF_REACTIVATED: gettext_lazy("%(actor)s reactivated %(subject)s."),
    Action.STAFF_INVITED: gettext_lazy("%(actor)s made an invitation for %(subject)s."),
    Action.PIN_SET: gettext_lazy("%(actor)s set the PIN of %(subject)s."),
    Action.DEVICE_ADDED: gettext_lazy("%(actor)s made a pairing code for the till %(subject)s."),
    Action.DEVICE_PAIRED: gettext_lazy("The till %(subject)s was paired."),
    Action.DEVICE_REVOKED: gettext_lazy("%(actor)s revoked the till %(subject)s."),
    Action.KEY_CREATED: gettext_lazy("%(actor)s made the API key %(subject)s."),
    Action.KEY_REVOKED: gettext_lazy("%(actor)s revoked the API key %(subject)s."),
    Action.STORE_CHANGED: gettext_lazy("%(actor)s changed the store %(subject)s."),
    Action.MEMBERS_EXPORTED: gettext_lazy("%(actor)s exported the list of members."),
    Action.CONTRIBUTIONS_EXPORTED: gettext_lazy("%(actor)s exported the contributions."),
    Action.LEDGER_EXPORTED: gettext_lazy("%(actor)s exported the ledger of %(subject)s."),
    Action.TRAIL_EXPORTED: gettext_lazy("%(actor)s exported the audit trail."),
    Action.DATA_EXPORTED: gettext_lazy("%(actor)s downloaded all data of %(subject)s."),
}
# What an action is called where it is chosen from a list.
NAMES: Final[dict[str, Promise]] = {
    Action.SIGNED_IN: gettext_lazy("Signed in"),
    Action.SIGNED_OUT: gettext_lazy("Signed out"),
    Action.SIGN_IN_FAILED: gettext_lazy("Sign-in failed"),
    Action.SESSION_ENDED: gettext_lazy("Session ended"),
    Action.PASSWORD_CHANGED: gettext_lazy("Password changed"),
    Action.MEMBER_ENROLLED: gettext_lazy("Member enrolled"),
    Action.INVITATION_CREATED: gettext_lazy("Invitation made"),
    Action.INVITATION_REVOKED: gettext_lazy("Invitation revoked"),
    Action.MEMBER_CHANGED: gettext_lazy("Member changed"),
    Action.MEMBER_CLOSED: gettext_lazy("Membership ended"),
    Action.MEMBER_MERGED: gettext_lazy("Members merged"),
    Action.MERGE_UNDONE: gettext_lazy("Merge undone"),
    Action.IDENTIFIER_ADDED: gettext_lazy("Identifier added"),
    Action.IDENTIFIER_REVOKED: gettext_lazy("Identifier revoked"),
    Action.CONSENT_GIVEN: gettext_lazy("Consent given"),
    Action.CONSENT_WITHDRAWN: gettext_lazy("Consent withdrawn"),
    Action.POINTS_ADJUSTED: gettext_lazy("Points adjusted"),
    Action.TIER_SET: gettext_lazy("Tier set by hand"),
    Action.PURCHASE_RECORDED: gettext_lazy("Purchase recorded"),
    Action.PURCHASE_UNDONE: gettext_lazy("Purchase undone"),
    Action.VISIT_RECORDED: gettext_lazy("Visit recorded"),
    Action.POINTS_REDEEMED: gettext_lazy("Points spent"),
    Action.REDEMPTION_UNDONE: gettext_lazy("Points given back"),
    Action.REFERRAL_APPROVED: gettext_lazy("Referral approved"),
    Action.REFERRAL_REFUSED: gettext_lazy("Referral refused"),
    Action.WINNER_NAMED: gettext_lazy("Winner named"),
    Action.CONTRIBUTION_APPROVED: gettext_lazy("Contribution approved"),
    Action.CONTRIBUTION_REFUSED: gettext_lazy("Contribution refused"),
    Action.CONTRIBUTION_WITHDRAWN: gettext_lazy("Contribution withdrawn"),
    Action.RECEIPT_CLAIMED: gettext_lazy("Receipt claimed"),
    Action.PROGRAMME_PUBLISHED: gettext_lazy("Programme published"),
    Action.PROGRAMME_CANCELLED: gettext_lazy("Version called off"),
    Action.REVIEW_REQUIRED: gettext_lazy("Review required"),
    Action.REVIEW_WAIVED: gettext_lazy("Review no longer required"),
    Action.DRAFT_STARTED: gettext_lazy("Draft started"),
    Action.DRAFT_CHANGED: gettext_lazy("Draft changed"),
    Action.DRAFT_OFFERED: gettext_lazy("Draft offered for review"),
    Action.DRAFT_APPROVED: gettext_lazy("Draft approved"),
    Action.DRAFT_SENT_BACK: gettext_lazy("Draft sent back"),
    Action.DRAFT_WITHDRAWN: gettext_lazy("Draft given up"),
    Action.RULES_READ: gettext_lazy("Rules read"),
    Action.RULES_READ: gettext_lazy("Rules read"),
    Action.STAFF_ADDED: gettext_lazy("Colleague added"),
    Action.STAFF_CHANGED: gettext_lazy("Staff changed"),
    Action.STAFF_DEACTIVATED: gettext_lazy("Colleague deactivated"),
    Action.STAFF_REACTIVATED: gettext_lazy("Colleague reactivated"),
    Action.STAFF_INVITED: gettext_lazy("Colleague invited"),
    Action.PIN_SET: gettext_lazy("PIN set"),
    Action.DEVICE_ADDED: gettext_lazy("Pairing code made"),
    Action.DEVICE_PAIRED: gettext_lazy("Till paired"),
    Action.DEVICE_REVOKED: gettext_lazy("Till revoked"),
    Action.KEY_CREATED: gettext_lazy("API key made"),
    Action.KEY_REVOKED: gettext_lazy("API key revoked"),
    Action.STORE_CHANGED: gettext_lazy("Store changed"),
    Action.MEMBERS_EXPORTED: gettext_lazy("Members exported"),
    Action.CONTRIBUTIONS_EXPORTED: gettext_lazy("Contributions exported"),
    Action.LEDGER_EXPORTED: gettext_lazy("Ledger exported"),
    Action.TRAIL_EXPORTED: gettext_lazy("Audit trail exported"),
    Action.DATA_EXPORTED: gettext_lazy("All data of a member downloaded"),
}


@dataclass(frozen=True, slots=True)
class TrailLine:
    """An entry in words; ``details`` are the values of the deed."""

    sentence: str
    when: str
    store: str
    details: str
    record: TrailRecord


def trail_lines(
    records: Iterable[TrailRecord], zone: str, language: str, stores: Mapping[str, str]
) -> list[TrailLine]:
    """Entries in words; ``stores`` are the stores' names."""
    return [
        TrailLine(
            sentence=sentence_of(record),
            when=formats.moment(record.at, zone=zone, language=language),
            store=stores.get(record.store or "", record.store or ""),
            details=_details(record, stores),
            record=record,
        )
        for record in records
    ]


def sentence_of(record: TrailRecord) -> str:
    """Who did what, as a sentence."""
    words = SENTENCES.get(record.action)
    values = {
        "actor": record.actor_name or _("Somebody"),
        "subject": record.subject_name or record.subject_id or _("nobody in particular"),
    }
    return str(words) % values if words is not None else f"{values['actor']}: {record.action}"


def _details(record: TrailRecord, stores: Mapping[str, str]) -> str:
    plain = []
    names = {"stores": stores, "roles": {role.value: str(ROLES[role]) for role in Role}}
    for key, value in record.details.items():
        if isinstance(value, list):
            called = names.get(key, {})
            plain.append(", ".join(called.get(one, one) for one in map(str, value)))
        elif value not in ("", None):
            plain.append(str(value))
    return " · ".join(plain)
