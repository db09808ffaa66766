"""Who may do what: roles, permissions, and the actor in whose name something is done."""

from habitue.domain.access.actors import NOBODY, SYSTEM, Actor, Kind
from habitue.domain.access.permissions import PERMISSIONS, TILL_PERMISSIONS, Permission, Role

__all__ = [
    "NOBODY",
    "PERMISSIONS",
    "SYSTEM",
    "TILL_PERMISSIONS",
    "Actor",
    "Kind",
    "Permission",
    "Role",
]
