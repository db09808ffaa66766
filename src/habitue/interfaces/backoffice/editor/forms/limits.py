"""Limits of a rule or a reward as a form asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from habitue.interfaces.backoffice.editor.forms.fields import decimal_of, number_text, whole_of

_EVER: Final = "ever"


@dataclass(frozen=True, slots=True)
class Limits:
    """How often for a member, how many points for a member, and how many for one purchase."""

    times: int | None = None
    times_every: str = _EVER
    units: Decimal | None = None
    units_every: str = _EVER
    each_purchase: Decimal | None = None


def read_limits(raw: Any) -> Limits | None:
    """The limits as values; ``None`` where they say what no form asks (two of a kind, or what
    happens to what overflows)."""
    found: dict[str, Any] = {}
    listed = raw if isinstance(raw, list | tuple) else [] if raw is None else [raw]
    for one in listed:
        if not isinstance(one, Mapping) or not set(one) <= {*_NAMES, "every"}:
            return None
        named = [name for name in _NAMES if name in one]
        if len(named) != 1 or named[0] in found:
            return None
        name = named[0]
        value = whole_of(one[name]) if name == "per_member" else decimal_of(one[name])
        if value is None:
            return None
        found[name] = (value, str(one.get("every", _EVER)))
    times, units = found.get("per_member"), found.get("per_member_units")
    return Limits(
        times=times[0] if times else None,
        times_every=times[1] if times else _EVER,
        units=units[0] if units else None,
        units_every=units[1] if units else _EVER,
        each_purchase=found["per_purchase"][0] if "per_purchase" in found else None,
    )


_NAMES: Final = ("per_member", "per_member_units", "per_purchase")


def write_limits(limits: Limits) -> Any:
    """The limits as a document says them; ``None`` where there are none."""
    said: list[dict[str, Any]] = []
    if limits.times:
        said.append({"per_member": limits.times, **_every(limits.times_every)})
    if limits.units:
        units = number_text(limits.units)
        said.append({"per_member_units": units, **_every(limits.units_every)})
    if limits.each_purchase:
        said.append({"per_purchase": number_text(limits.each_purchase)})
    if not said:
        return None
    return said[0] if len(said) == 1 else said


def _every(every: str) -> dict[str, str]:
    return {} if every == _EVER else {"every": every}
