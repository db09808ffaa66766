"""The kinds of identifiers, and how far each one is trusted."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from habitue.domain.errors import Code, Refusal

Kind: TypeAlias = Literal[
    "card", "nfc", "wallet", "phone", "email", "plate", "serial", "receipt", "external"
]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Trust(IntEnum):
    """What showing an identifier allows; each level includes those before it."""

    GREET = 1
    EARN = 2
    SPEND = 3

    @property
    def label(self) -> str:
        """The level's name in documents and answers: ``greet``, ``earn`` or ``spend``."""
        return self.name.lower()


# Whoever holds the thing itself may spend; what others can read or know about a person may not.
DEFAULT_TRUST: Final[dict[Kind, Trust]] = {
    "card": Trust.SPEND,
    "nfc": Trust.SPEND,
    "wallet": Trust.SPEND,
    "phone": Trust.EARN,
    "email": Trust.EARN,
    "plate": Trust.EARN,
    "serial": Trust.GREET,
    "receipt": Trust.EARN,
    "external": Trust.SPEND,
}


class Identifier(NamedTuple):
    """An identifier in its normal form.  It equals the plain pair ``(kind, value)``."""

    kind: Kind
    value: str


def kind_of(text: str, *, path: str = "kind") -> Kind:
    """The kind named by a text; refuses (``UNKNOWN_CHOICE``) any other."""
    for known in KINDS:
        if text == known:
            return known
    raise Refusal(Code.UNKNOWN_CHOICE, path, value=text[:80], allowed=", ".join(KINDS))


def trust_of(label: str, *, path: str = "trust") -> Trust:
    """The level named ``greet``, ``earn`` or ``spend``; refuses (``UNKNOWN_CHOICE``) any other."""
    for level in Trust:
        if level.label == label:
            return level
    allowed = ", ".join(level.label for level in Trust)
    raise Refusal(Code.UNKNOWN_CHOICE, path, value=label[:80], allowed=allowed)
