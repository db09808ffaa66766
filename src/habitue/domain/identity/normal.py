"""Identifiers as they are entered, made equal to how they are stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final, Protocol

from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.cards import is_number, looks_like_number
from habitue.domain.identity.emails import normal_email
from habitue.domain.identity.kinds import KINDS, Identifier, Kind
from habitue.domain.identity.plates import normal_plate

RAW_LIMIT: Final = 256
_SHOWN: Final = 80

_CARD_MARKS: Final = re.compile(r"[\s\-–—._]+")
_CARD: Final = re.compile(r"[0-9A-Z]{4,64}")
_UID_MARKS: Final = re.compile(r"[\s:\-]+")
_UID: Final = re.compile(r"(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{16}|[0-9A-F]{20})")
_WALLET: Final = re.compile(r"[0-9A-Za-z._~+/=\-]{8,128}")
_SERIAL_MARKS: Final = re.compile(r"[\s\-–—./_]+")
_SERIAL: Final = re.compile(r"[0-9A-Z]{4,64}")
_NAMESPACE: Final = re.compile(r"[^\s:]{1,64}")


class PhoneReader(Protocol):
    """Reads telephone numbers; the adapter of a library of numbering plans."""

    def number(self, text: str) -> str | None:
        """The number in E.164, or ``None`` where the text is not a possible number."""

    def prefixes(self, digits: str) -> tuple[str, ...]:
        """The beginnings in E.164 that the first digits of a number may stand for."""


def normalise_identifier(
    kind: Kind,
    raw: str,
    *,
    phones: PhoneReader,
    country: str = "",
    source: str = "",
    path: str = "identifier",
) -> Identifier:
    """The identifier in its normal form.

    ``country`` is the hint for plates; ``source`` names the shop or till system that gave a
    customer's id or a receipt's number (absent: the text begins with it, ``shop:4711``).

    Refuses, in this order: ``TOO_LONG``, ``INVALID_TEXT`` (control characters), and
    ``INVALID_IDENTIFIER`` with the kind, where the text cannot be one of that kind.
    """
    _check_text(raw, path=path)
    value: str | None
    if kind == "phone":
        value = phones.number(raw)
    elif kind == "plate":
        value = normal_plate(raw, country=country)
    elif kind in _NAMESPACED:
        value = _namespaced(raw, source)
    else:
        value = _READERS[kind](raw)
    if value is None:
        raise Refusal(Code.INVALID_IDENTIFIER, path, value=raw[:_SHOWN], kind=kind)
    return Identifier(kind, value)


def external_identifier(source: str, customer: str) -> Identifier:
    """The identifier of a shop system's customer; refuses what ``normalise_identifier`` refuses.

    The fast way for imports: the id is taken as it is, in composed Unicode and trimmed.
    """
    _check_text(customer, path="customer")
    value = _namespaced(customer, source)
    if value is None:
        raise Refusal(Code.INVALID_IDENTIFIER, "customer", value=customer[:_SHOWN], kind="external")
    return Identifier("external", value)


def read_identifiers(raw: str, *, phones: PhoneReader, country: str = "") -> tuple[Identifier, ...]:
    """All that a scanned or typed text may be, the likeliest kind first; none where it is nothing.

    A text may name its kind itself (``card:...``, ``plate:FR AB-123-CD``, ``external:shop:4711``);
    otherwise every kind that needs no source is tried.  Wallet passes, serial numbers and numbers
    of NFC chips are read too: at the till they come from the same scanner.
    """
    kind, colon, rest = raw.strip().partition(":")
    named: tuple[Kind, ...] = tuple(known for known in KINDS if colon and known == kind.lower())
    found = (
        _reading(each, rest if named else raw, phones=phones, country=country)
        for each in named or _TRIED
    )
    return tuple(identifier for identifier in found if identifier is not None)


def _reading(kind: Kind, raw: str, *, phones: PhoneReader, country: str) -> Identifier | None:
    try:
        return normalise_identifier(kind, raw, phones=phones, country=country)
    except Refusal:
        return None


def _check_text(raw: str, *, path: str) -> None:
    if len(raw) > RAW_LIMIT:
        raise Refusal(Code.TOO_LONG, path, value=raw[:_SHOWN], limit=RAW_LIMIT)
    if not raw.isprintable() and any(
        unicodedata.category(character) in {"Cc", "Cs"} and character not in "\t\r\n"
        for character in raw
    ):
        raise Refusal(Code.INVALID_TEXT, path, value=raw[:_SHOWN])


def _card(raw: str) -> str | None:
    value = _CARD_MARKS.sub("", unicodedata.normalize("NFKC", raw)).upper()
    if _CARD.fullmatch(value) is None:
        return None
    # A number of ours with a wrong check character is a typing error, not another system's card.
    return None if looks_like_number(value) and not is_number(value) else value


def _uid(raw: str) -> str | None:
    value = _UID_MARKS.sub("", raw).upper()
    return value if _UID.fullmatch(value) else None


def _wallet(raw: str) -> str | None:
    value = raw.strip()
    return value if _WALLET.fullmatch(value) else None


def _serial(raw: str) -> str | None:
    value = _SERIAL_MARKS.sub("", unicodedata.normalize("NFKC", raw)).upper()
    return value if _SERIAL.fullmatch(value) else None


def _namespaced(raw: str, source: str) -> str | None:
    text = raw.strip()
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not source:
        source, _, text = text.partition(":")
        text = text.strip()
    value = f"{source}:{text}"
    named = bool(text) and _NAMESPACE.fullmatch(source) is not None and value.isprintable()
    return value if named else None


# In this order, where one text belongs to different members by different kinds.
_TRIED: Final[tuple[Kind, ...]] = ("card", "phone", "email", "nfc", "wallet", "plate", "serial")
_NAMESPACED: Final = frozenset({"external", "receipt"})
_READERS: Final[dict[Kind, Callable[[str], str | None]]] = {
    "card": _card,
    "nfc": _uid,
    "wallet": _wallet,
    "email": normal_email,
    "serial": _serial,
}
