"""Models of the application ``programme``: small, mutable tables that members share."""

from habitue.data.programme.models.api_keys import ApiKey
from habitue.data.programme.models.budgets import Budget
from habitue.data.programme.models.contributions import Contribution
from habitue.data.programme.models.drafts import DraftRevision, ProgrammeDraft
from habitue.data.programme.models.draws import Draw, DrawWinner
from habitue.data.programme.models.invitations import Invitation
from habitue.data.programme.models.keys import EventKey, Idempotency
from habitue.data.programme.models.members import Identifier, Member, MemberSearch
from habitue.data.programme.models.outbox import Outbox
from habitue.data.programme.models.people import (
    Attempt,
    Device,
    SignInCode,
    SignInLink,
    Staff,
    WebSession,
)
from habitue.data.programme.models.readings import RulesReading
from habitue.data.programme.models.receipts import Receipt, ReceiptReturn
from habitue.data.programme.models.referrals import Referral, ReferralCode
from habitue.data.programme.models.stores import Store
from habitue.data.programme.models.trail import Consent, TrailEntry
from habitue.data.programme.models.versions import Programme, ProgrammeVersion

__all__ = [
    "ApiKey",
    "Attempt",
    "Budget",
    "Consent",
    "Contribution",
    "Device",
    "DraftRevision",
    "Draw",
    "DrawWinner",
    "EventKey",
    "Idempotency",
    "Identifier",
    "Invitation",
    "Member",
    "MemberSearch",
    "Outbox",
    "Programme",
    "ProgrammeDraft",
    "ProgrammeVersion",
    "Receipt",
    "ReceiptReturn",
    "Referral",
    "ReferralCode",
    "RulesReading",
    "SignInCode",
    "SignInLink",
    "Staff",
    "Store",
    "TrailEntry",
    "WebSession",
]
