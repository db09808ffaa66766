"""The one question that every verb of people asks first."""

from __future__ import annotations

from habitue.domain.access import Actor, Permission
from habitue.domain.errors import Code, Refusal


def require(actor: Actor, permission: Permission, store: str | None = None) -> None:
    """Refuse (``NOT_PERMITTED``) what the actor may not do; in this store, where one is named."""
    if not actor.may(permission, store):
        raise Refusal(Code.NOT_PERMITTED, scope=permission.value)


def require_stores(actor: Actor, permission: Permission, stores: list[str]) -> None:
    """Refuse (``NOT_PERMITTED``) what reaches into stores in which the actor does not work.

    No stores at all means every store: only somebody who works in all of them may give that.
    """
    require(actor, permission)
    if actor.stores and (not stores or not set(stores) <= actor.stores):
        raise Refusal(Code.NOT_PERMITTED, "stores", scope=permission.value)


def require_programmes(actor: Actor, permission: Permission, programmes: list[str]) -> None:
    """Refuse (``NOT_PERMITTED``) what reaches into programmes that are not the actor's; none at
    all means every programme."""
    require(actor, permission)
    if actor.programmes and (not programmes or not set(programmes) <= actor.programmes):
        raise Refusal(Code.NOT_PERMITTED, "programmes", scope=permission.value)
