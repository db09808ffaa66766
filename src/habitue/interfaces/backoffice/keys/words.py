"""What each right of a key means, in words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from habitue.selectors.keys import Permission

SCOPES: Final[dict[Permission, Promise]] = {
    Permission.PURCHASES_WRITE: _("Record purchases"),
    Permission.RETURNS_WRITE: _("Record returns"),
    Permission.VISITS_WRITE: _("Record visits"),
    Permission.ENROLMENTS_WRITE: _("Let members join a programme"),
    Permission.PROFILES_WRITE: _("Note what is known of members"),
    Permission.MEMBERSHIPS_WRITE: _("Record what happens to paid plans"),
    Permission.CONTRIBUTIONS_WRITE: _("Record reviews, posts and photos, and withdraw them"),
    Permission.REFERRALS_WRITE: _("Note who brought whom, and give out codes for friends"),
    Permission.ADJUSTMENTS_WRITE: _("Adjust points and tiers by hand"),
    Permission.REDEMPTIONS_WRITE: _("Spend points, and undo it"),
    Permission.CONFIRMATIONS_WRITE: _("Confirm pending points"),
    Permission.CLAIMS_WRITE: _("Claim receipts for members"),
    Permission.TRANSFERS_WRITE: _("Move points between members"),
    Permission.EVALUATIONS_READ: _("Ask what something would earn"),
    Permission.MEMBERS_READ: _("Find members and read their details"),
    Permission.MEMBERS_WRITE: _("Enrol members and change their details"),
    Permission.LEDGER_READ: _("Read balances and ledger lines"),
    Permission.PROGRAMMES_READ: _("Read programmes"),
    Permission.PROGRAMMES_WRITE: _("Publish programme versions"),
}

# What a till needs, and nothing else.
TILL: Final = (
    Permission.PURCHASES_WRITE,
    Permission.RETURNS_WRITE,
    Permission.VISITS_WRITE,
    Permission.REDEMPTIONS_WRITE,
    Permission.EVALUATIONS_READ,
    Permission.MEMBERS_READ,
    Permission.LEDGER_READ,
)
