"""E-mail addresses: one normal form for identity, and a looser one for suspecting duplicates."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

ADDRESS_LIMIT: Final = 254
_LOCAL_LIMIT: Final = 64

_LOCAL: Final = re.compile(
    r"[^\s@\"(),:;<>\[\\\]\x00-\x1f\x7f.]+(\.[^\s@\"(),:;<>\[\\\]\x00-\x1f\x7f.]+)*"
)
_DOMAIN: Final = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])"
)

# Providers that ignore dots in the local part; both names lead to the same mailbox.
_IGNORE_DOTS: Final = frozenset({"gmail.com", "googlemail.com"})


def normal_email(text: str) -> str | None:
    """The address in its normal form, or ``None`` where the text is not an address.

    Composed Unicode (NFKC), lower case, the domain in its ASCII form.  Nothing else is changed: two
    addresses that a provider happens to deliver to one mailbox are still two identifiers.
    """
    local, at, domain = unicodedata.normalize("NFKC", text.strip()).casefold().rpartition("@")
    if not at or len(local.encode()) > _LOCAL_LIMIT or _LOCAL.fullmatch(local) is None:
        return None
    if any(unicodedata.category(character) in {"Cf", "Cc", "Cs", "Zs"} for character in local):
        return None
    ascii_domain = _ascii_domain(domain)
    if ascii_domain is None or len(local) + 1 + len(ascii_domain) > ADDRESS_LIMIT:
        return None
    # Casefolding may decompose; the normal form is the composed one.
    return f"{unicodedata.normalize('NFKC', local)}@{ascii_domain}"


def comparable_email(address: str) -> str:
    """A form in which probable aliases of one mailbox are equal; of an address in normal form.

    For duplicate review only, never an identity: it drops what follows ``+``, and the dots where
    the provider is known to ignore them.
    """
    local, _, domain = address.rpartition("@")
    local = local.partition("+")[0] or local
    if domain in _IGNORE_DOTS:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}"


def _ascii_domain(domain: str) -> str | None:
    if len(domain) > ADDRESS_LIMIT:
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode()
        except UnicodeError:
            return None
    return domain if _DOMAIN.fullmatch(domain) else None
