"""What a document says of several structures of tiers, before and after it changes
(``test_sheet``)."""

from __future__ import annotations

from typing import Final

_COFFEE = "{by: {visits: rolling 1 month}, regular: {enter: 5, multiply: 1.2}}"


def several(settings: str = "", main: str = "house", **structures: str) -> str:
    """A document of several structures of tiers."""
    house = "{by: {spend: rolling 12 months}, gold: {enter: 500.00, multiply: 1.5}}"
    named = ", ".join(f"{name}: {one}" for name, one in {"house": house, **structures}.items())
    return f"tiers: {{{settings}main: {main}, structures: {{{named}}}}}"


_BOTH = several(coffee=_COFFEE)
CHANGES: Final[dict[str, tuple[str, str]]] = {
    "Programme.beside": (several(), _BOTH),
    "Programme.multipliers": (_BOTH, several("multipliers: best, ", coffee=_COFFEE)),
    "Tiers.name": (_BOTH, _BOTH.replace("house", "home")),
    "Tiers.key": (_BOTH, several("", "coffee", coffee=_COFFEE)),
}
