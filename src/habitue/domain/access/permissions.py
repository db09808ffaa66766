"""The closed list of what people may do, and which role may do it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Role(StrEnum):
    """What somebody is in the business; one person may be several of these."""

    OWNER = "owner"
    MANAGER = "manager"
    STAFF = "staff"
    ANALYST = "analyst"
    DEVELOPER = "developer"


class Permission(StrEnum):
    """One thing that people may be allowed to do: ``resource:action``."""

    BACKOFFICE_USE = "backoffice:use"
    TERMINAL_USE = "terminal:use"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    MEMBERS_MERGE = "members:merge"
    LEDGER_READ = "ledger:read"
    LEDGER_ADJUST = "ledger:adjust"
    CONTRIBUTIONS_DECIDE = "contributions:decide"
    PURCHASES_WRITE = "purchases:write"
    PROGRAMME_READ = "programme:read"
    PROGRAMME_WRITE = "programme:write"
    PROGRAMME_GOVERN = "programme:govern"
    STAFF_READ = "staff:read"
    STAFF_WRITE = "staff:write"
    SESSIONS_END = "sessions:end"
    DEVICES_READ = "devices:read"
    DEVICES_WRITE = "devices:write"
    STORES_WRITE = "stores:write"
    TRAIL_READ = "trail:read"
    REPORTS_READ = "reports:read"
    EXPORTS_READ = "exports:read"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"


# What a till allows at most. Staff identify themselves there by four to six digits, which people
# behind them can see: that is enough to serve a guest, and too little to run the business.
TILL_PERMISSIONS: Final = frozenset(
    {
        Permission.TERMINAL_USE,
        Permission.MEMBERS_READ,
        Permission.MEMBERS_WRITE,
        Permission.LEDGER_READ,
        Permission.PURCHASES_WRITE,
        Permission.PROGRAMME_READ,
    }
)

PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = MappingProxyType(
    {
        Role.OWNER: frozenset(Permission),
        Role.MANAGER: frozenset(Permission)
        - {
            Permission.PROGRAMME_GOVERN,
            Permission.STAFF_WRITE,
            Permission.SESSIONS_END,
            Permission.KEYS_WRITE,
        },
        Role.STAFF: TILL_PERMISSIONS,
        Role.ANALYST: frozenset(
            {
                Permission.BACKOFFICE_USE,
                Permission.MEMBERS_READ,
                Permission.LEDGER_READ,
                Permission.PROGRAMME_READ,
                Permission.REPORTS_READ,
                Permission.EXPORTS_READ,
            }
        ),
        # Whoever connects a till needs keys and rules, and no guest's name.
        Role.DEVELOPER: frozenset(
            {
                Permission.BACKOFFICE_USE,
                Permission.PROGRAMME_READ,
                Permission.KEYS_READ,
                Permission.KEYS_WRITE,
            }
        ),
    }
)
