"""Every reason for which Habitué refuses something: a closed, ordered list of codes.

The core knows neither texts nor HTTP: a refusal is a code and typed parameters.  Each front door
maps code to status and code to a translated message; tests prove that both maps are complete.
The order of the list is the order in which checks are made, so that the same fault is always
reported the same way.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

Parameter: TypeAlias = str | int | None


class Code(StrEnum):
    """What was wrong."""

    # What was sent could not be read.
    MALFORMED = "malformed"
    MISSING_FIELD = "missing_field"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    TOO_LONG = "too_long"
    TOO_MANY = "too_many"
    INVALID_TEXT = "invalid_text"
    NOT_A_NUMBER = "not_a_number"
    TOO_PRECISE = "too_precise"
    TOO_LARGE = "too_large"
    NEGATIVE_AMOUNT = "negative_amount"
    NOT_POSITIVE = "not_positive"
    NOT_AN_INSTANT = "not_an_instant"
    IN_THE_FUTURE = "in_the_future"
    TOO_LONG_AGO = "too_long_ago"
    UNKNOWN_CHOICE = "unknown_choice"
    DUPLICATE_LINE = "duplicate_line"
    INCONSISTENT = "inconsistent"
    PICTURE_NOT_TAKEN = "picture_not_taken"
    WEAK_PIN = "weak_pin"
    # Who may do it.
    NOT_AUTHENTICATED = "not_authenticated"
    NOT_PERMITTED = "not_permitted"
    RATE_LIMITED = "rate_limited"
    WRONG_CODE = "wrong_code"
    CODE_EXPIRED = "code_expired"
    LINK_NOT_VALID = "link_not_valid"
    INVITATION_NOT_VALID = "invitation_not_valid"
    WRONG_PIN = "wrong_pin"
    # What it refers to.
    UNKNOWN_PROGRAMME = "unknown_programme"
    UNKNOWN_VERSION = "unknown_version"
    UNKNOWN_DRAFT = "unknown_draft"
    UNKNOWN_INVITATION = "unknown_invitation"
    UNKNOWN_STORE = "unknown_store"
    UNKNOWN_MEMBER = "unknown_member"
    UNKNOWN_CURRENCY = "unknown_currency"
    WRONG_CURRENCY = "wrong_currency"
    UNKNOWN_POINTS = "unknown_points"
    UNKNOWN_REWARD = "unknown_reward"
    UNKNOWN_DISCOUNT = "unknown_discount"
    UNKNOWN_DRAW = "unknown_draw"
    UNKNOWN_PLAN = "unknown_plan"
    UNKNOWN_CONTRIBUTION = "unknown_contribution"
    UNKNOWN_REFERRAL = "unknown_referral"
    UNKNOWN_REFERRAL_CODE = "unknown_referral_code"
    UNKNOWN_EVENT = "unknown_event"
    UNKNOWN_MERGE = "unknown_merge"
    UNKNOWN_STAFF = "unknown_staff"
    UNKNOWN_DEVICE = "unknown_device"
    UNKNOWN_KEY = "unknown_key"
    INVALID_IDENTIFIER = "invalid_identifier"
    IDENTIFIER_TAKEN = "identifier_taken"
    EMAIL_TAKEN = "email_taken"
    PIN_TAKEN = "pin_taken"
    IDENTIFIER_NOT_TRUSTED = "identifier_not_trusted"
    MEMBER_CLOSED = "member_closed"
    PROGRAMME_NOT_IN_EFFECT = "programme_not_in_effect"
    # Sent before.
    KEY_REUSED = "key_reused"
    REQUEST_IN_PROGRESS = "request_in_progress"
    # The state of things does not allow it.
    INVALID_DOCUMENT = "invalid_document"
    VERSION_CONFLICT = "version_conflict"
    DRAFT_CHANGED = "draft_changed"
    DRAFT_NOT_OPEN = "draft_not_open"
    REVIEW_NEEDED = "review_needed"
    PURCHASE_NOT_FOUND = "purchase_not_found"
    RETURN_OF_UNKNOWN_LINE = "return_of_unknown_line"
    RETURN_EXCEEDS_PURCHASE = "return_exceeds_purchase"
    RETURN_NOT_MATCHED = "return_not_matched"
    RETURN_EXCEEDS_BALANCE = "return_exceeds_balance"
    RETURN_BEFORE_PURCHASE = "return_before_purchase"
    NOTHING_TO_CONFIRM = "nothing_to_confirm"
    REWARD_NOT_AVAILABLE = "reward_not_available"
    REWARD_LIMIT_REACHED = "reward_limit_reached"
    OUT_OF_STOCK = "out_of_stock"
    DISCOUNT_LIMIT_REACHED = "discount_limit_reached"
    DISCOUNT_USED_UP = "discount_used_up"
    PRICE_CHANGED = "price_changed"
    DRAW_NOT_DUE = "draw_not_due"
    NO_ENTRY = "no_entry"
    ALREADY_WON = "already_won"
    PRIZE_TAKEN = "prize_taken"
    PLAN_NOT_POSSIBLE = "plan_not_possible"
    CONTRIBUTION_NOT_COMPLETE = "contribution_not_complete"
    ALREADY_CONTRIBUTED = "already_contributed"
    ALREADY_DECIDED = "already_decided"
    ALREADY_WITHDRAWN = "already_withdrawn"
    REFERRAL_NOT_POSSIBLE = "referral_not_possible"
    REFERRAL_NOT_OPEN = "referral_not_open"
    NOT_JOINED = "not_joined"
    JOINING_BY_INVITATION = "joining_by_invitation"
    NOT_ENOUGH_POINTS = "not_enough_points"
    UNDO_EXCEEDS_REDEMPTION = "undo_exceeds_redemption"
    UNKNOWN_TIER = "unknown_tier"
    ALREADY_CLAIMED = "already_claimed"
    CLAIM_TOO_LATE = "claim_too_late"
    CLAIM_NOT_ALLOWED = "claim_not_allowed"
    SAME_MEMBER = "same_member"
    ALREADY_MERGED = "already_merged"
    LAST_OWNER = "last_owner"
    # Not the caller's fault.
    BUSY = "busy"
    NOT_INSTALLED = "not_installed"


class Refusal(Exception):  # noqa: N818  # the trade says that a till's request was refused
    """An expected refusal: nothing was changed.

    ``path`` names the place in what was sent (``lines[2].amount``), where there is one;
    ``parameters`` hold the offending value and whatever the message needs.
    """

    def __init__(self, code: Code, path: str = "", **parameters: Parameter) -> None:
        super().__init__(f"{code.value} at {path or 'the whole'}: {parameters}")
        self.code = code
        self.path = path
        self.parameters: dict[str, Parameter] = parameters

    def as_json(self) -> dict[str, object]:
        """The refusal as plain data: for reject files, stored answers and bulk answers."""
        return {"code": self.code.value, "path": self.path, "parameters": self.parameters}
