"""Roles and rights in words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from habitue.domain.access import Permission, Role

ROLES: Final[dict[Role, Promise]] = {
    Role.OWNER: pgettext_lazy("role", "Owner"),
    Role.MANAGER: pgettext_lazy("role", "Manager"),
    Role.STAFF: pgettext_lazy("role", "Staff at the till"),
    Role.ANALYST: pgettext_lazy("role", "Analyst"),
    Role.DEVELOPER: pgettext_lazy("role", "Developer"),
}
RIGHTS: Final[dict[Permission, Promise]] = {
    Permission.BACKOFFICE_USE: gettext_lazy("Use the back office"),
    Permission.TERMINAL_USE: gettext_lazy("Serve at the till"),
    Permission.MEMBERS_READ: gettext_lazy("See members"),
    Permission.MEMBERS_WRITE: gettext_lazy("Enrol members and change their details"),
    Permission.MEMBERS_MERGE: gettext_lazy("Merge duplicates and end memberships"),
    Permission.CONTRIBUTIONS_DECIDE: gettext_lazy("Approve reviews, posts and photos"),
    Permission.LEDGER_READ: gettext_lazy("See the ledger"),
    Permission.LEDGER_ADJUST: gettext_lazy("Adjust points and tiers"),
    Permission.PURCHASES_WRITE: gettext_lazy("Record and undo purchases"),
    Permission.PROGRAMME_READ: gettext_lazy("See the programme"),
    Permission.PROGRAMME_WRITE: gettext_lazy("Change the programme"),
    Permission.STAFF_READ: gettext_lazy("See the staff"),
    Permission.STAFF_WRITE: gettext_lazy("Add and change staff"),
    Permission.SESSIONS_END: gettext_lazy("End sessions of others"),
    Permission.DEVICES_READ: gettext_lazy("See tills"),
    Permission.DEVICES_WRITE: gettext_lazy("Add and revoke tills"),
    Permission.STORES_WRITE: gettext_lazy("Add and change stores"),
    Permission.TRAIL_READ: gettext_lazy("See the audit trail"),
    Permission.REPORTS_READ: gettext_lazy("See the overview"),
    Permission.EXPORTS_READ: gettext_lazy("Export lists"),
    Permission.KEYS_READ: gettext_lazy("See API keys"),
    Permission.KEYS_WRITE: gettext_lazy("Make and revoke API keys"),
}
