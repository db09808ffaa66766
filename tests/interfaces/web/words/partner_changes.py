"""What a document says of partners, before and after it changes (``test_sheet``)."""

from __future__ import annotations

from typing import Final

from habitue.domain.programme.partners import Partner

MODELS: Final = (Partner,)


def books(terms: str, code: str = "books") -> str:
    """The document with this partner."""
    return f"partners: {{{code}: {{stores: [lyon-2], {terms}}}}}"


_PAYS: Final = "issued: {points: 0.012}"

CHANGES: Final[dict[str, tuple[str, str]]] = {
    "Programme.partners": ("", books(_PAYS)),
    "Partner.partner": (books(_PAYS), books(_PAYS, "florist")),
    "Partner.stores": (books(_PAYS), f"partners: {{books: {{stores: [lyon-3], {_PAYS}}}}}"),
    "Partner.issued": (books(_PAYS), books("issued: {points: 0.013}")),
    "Partner.redeemed": (books(_PAYS), books(f"{_PAYS}, redeemed: {{points: 0.01}}")),
    "Partner.first_day": (books(_PAYS), books(f"{_PAYS}, from: 2026-01-01")),
    "Partner.last_day": (books(_PAYS), books(f"{_PAYS}, until: 2026-12-31")),
}
