"""What the audit trail can say: the closed list of what people do."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """One thing that somebody did; each has a sentence in every language."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - the name of an action.
    MEMBER_ENROLLED = "member_enrolled"
    MEMBER_CHANGED = "member_changed"
    MEMBER_CLOSED = "member_closed"
    MEMBER_MERGED = "member_merged"
    MERGE_UNDONE = "merge_undone"
    IDENTIFIER_ADDED = "identifier_added"
    IDENTIFIER_REVOKED = "identifier_revoked"
    CONSENT_GIVEN = "consent_given"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    POINTS_ADJUSTED = "points_adjusted"
    TIER_SET = "tier_set"
    PURCHASE_RECORDED = "purchase_recorded"
    PURCHASE_UNDONE = "purchase_undone"
    VISIT_RECORDED = "visit_recorded"
    POINTS_REDEEMED = "points_redeemed"
    REDEMPTION_UNDONE = "redemption_undone"
    RECEIPT_CLAIMED = "receipt_claimed"
    PROGRAMME_PUBLISHED = "programme_published"
    STAFF_ADDED = "staff_added"
    STAFF_CHANGED = "staff_changed"
    STAFF_DEACTIVATED = "staff_deactivated"
    STAFF_REACTIVATED = "staff_reactivated"
    STAFF_INVITED = "staff_invited"
    PIN_SET = "pin_set"
    DEVICE_ADDED = "device_added"
    DEVICE_PAIRED = "device_paired"
    DEVICE_REVOKED = "device_revoked"
    KEY_CREATED = "key_created"
    KEY_REVOKED = "key_revoked"
    STORE_CHANGED = "store_changed"
    MEMBERS_EXPORTED = "members_exported"
    LEDGER_EXPORTED = "ledger_exported"
    TRAIL_EXPORTED = "trail_exported"
    DATA_EXPORTED = "data_exported"
