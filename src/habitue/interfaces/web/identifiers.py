"""The fields in which identifiers are entered: those that the programme asks for, in its order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import pgettext_lazy

from habitue.domain.identity.kinds import Kind
from habitue.domain.programme.identifying import Method

# What is typed or scanned of somebody who joins; receipts and customers' ids come by themselves.
_LABELS: Final = {
    "card": pgettext_lazy("kind of identifier", "Card"),
    "nfc": pgettext_lazy("kind of identifier", "NFC card"),
    "wallet": pgettext_lazy("kind of identifier", "Wallet pass"),
    "phone": pgettext_lazy("kind of identifier", "Phone"),
    "email": pgettext_lazy("kind of identifier", "E-mail"),
    "plate": pgettext_lazy("kind of identifier", "Plate"),
    "serial": pgettext_lazy("kind of identifier", "Serial number"),
}
_LONGEST: Final[Mapping[Kind, int]] = {"phone": 40, "email": 254, "wallet": 128}
_TYPES: Final[Mapping[Kind, str]] = {"phone": "tel", "email": "email"}
_SCANNED: Final[tuple[Kind, ...]] = ("card", "nfc", "wallet")


def entered_kinds(methods: tuple[Method, ...], usual: tuple[Kind, ...]) -> tuple[Kind, ...]:
    """The kinds that are entered of whoever joins: those of the programme, else the usual ones."""
    asked = tuple(method.kind for method in methods if method.kind in _LABELS)
    return asked or usual


def scanned_kind(kinds: tuple[Kind, ...]) -> Kind | None:
    """The field that takes what a scanner reads."""
    return next((kind for kind in _SCANNED if kind in kinds), None)


def identifier_field(kind: Kind, *, scanned: bool = False) -> forms.CharField:
    """The field of one kind; ``scanned``: what a scanner reads goes there."""
    attributes: dict[str, Any] = {"autocomplete": "off"}
    if kind in _TYPES:
        attributes["type"] = _TYPES[kind]
    elif kind == "plate":
        attributes["autocapitalize"] = "characters"
    if scanned:
        attributes["data-scan"] = True
    return forms.CharField(
        label=_LABELS[kind],
        max_length=_LONGEST.get(kind, 64),
        required=False,
        widget=forms.TextInput(attrs=attributes),
    )
