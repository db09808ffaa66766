"""Partners: other businesses that give and take the programme's points in stores of their own.

An event happened at the partner to whom its store belongs on its local day.  What the points are
worth between the programme and the partner is said here, and settled in ``domain.settling``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.faults import Faults
from habitue.domain.programme.parts import Label, Part
from habitue.domain.programme.reading import (
    one_of,
    read_day,
    read_decimal,
    read_text,
    suggestion,
    wrong,
)

# Nobody pays more for one point, in units of money.
_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner with its stores.

    ``issued`` is what the partner pays for points given there, ``redeemed`` what it is paid for
    points spent there, by currency of points: minor units of the programme's money for one smallest
    unit of points.  ``first_day`` and ``last_day`` (ordinals, both included) bound the contract.
    """

    partner: str
    stores: tuple[str, ...] = ()
    issued: Mapping[str, Fraction] = field(default_factory=dict)
    redeemed: Mapping[str, Fraction] = field(default_factory=dict)
    first_day: int | None = None
    last_day: int | None = None

    def covers(self, store: str | None, day: int) -> bool:
        """Whether a store is the partner's on a local day."""
        if store is None or store not in self.stores:
            return False
        begun = self.first_day is None or self.first_day <= day
        return begun and (self.last_day is None or day <= self.last_day)


def read_stores(raw: object) -> list[str]:
    """The codes of stores, each once; a single one stands for a list of one."""
    items = list(raw) if isinstance(raw, list | tuple) else [raw]
    if not items:
        raise wrong("empty", "Name at least one store of the partner.")
    return list(dict.fromkeys(read_text(item) for item in items))


class PartnerPart(Part):
    """One partner as it stands in the document."""

    name: Label | None = None
    stores: Annotated[list[str], PlainValidator(read_stores)]
    issued: Any = None
    redeemed: Any = None
    begins: Annotated[int | None, PlainValidator(read_day)] = Field(None, alias="from")
    until: Annotated[int | None, PlainValidator(read_day)] = None


def partner_at(partners: Mapping[str, Partner], store: str | None, day: int) -> str | None:
    """The code of the partner to whom a store belongs on a day; ``None``: it is our own."""
    for partner in partners.values():
        if partner.covers(store, day):
            return partner.partner
    return None


def build_partners(
    parts: Mapping[str, PartnerPart],
    *,
    exponent: int,
    decimals: Mapping[str, int],
    faults: Faults,
) -> dict[str, Partner]:
    """The partners by their codes; ``exponent`` is that of the programme's money, ``decimals`` are
    those of its currencies of points."""
    partners: dict[str, Partner] = {}
    for code, part in sorted(parts.items()):
        path = f"partners.{code}"
        begins, until = part.begins, part.until
        if begins is not None and until is not None and until < begins:
            remedy = "Let the contract end on a day after it begins."
            faults.add(f"{path}.until", until, "impossible_range", remedy)
        for other in partners.values():
            for store in sorted({*other.stores} & {*part.stores}):
                if _overlap(other, begins, until):
                    remedy = f"Leave it to {code} or to {other.partner}: a store is of one partner."
                    faults.add(f"{path}.stores", store, "duplicate", remedy)
        rates = {
            name: _rates(raw, f"{path}.{name}", exponent, decimals, faults)
            for name, raw in (("issued", part.issued), ("redeemed", part.redeemed))
        }
        partners[code] = Partner(
            code, tuple(part.stores), rates["issued"], rates["redeemed"], begins, until
        )
    return partners


def _overlap(other: Partner, begins: int | None, until: int | None) -> bool:
    """Whether a contract from ``begins`` to ``until`` shares a day with the other's."""
    after = begins is not None and other.last_day is not None and other.last_day < begins
    before = until is not None and other.first_day is not None and until < other.first_day
    return not after and not before


def _rates(
    raw: object, path: str, exponent: int, decimals: Mapping[str, int], faults: Faults
) -> dict[str, Fraction]:
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        remedy = f"Write what a point is worth, such as {{{next(iter(decimals), 'points')}: 0.01}}."
        faults.add(path, raw, "not_a_mapping", remedy)
        return {}
    rates = {}
    for currency, given in sorted(raw.items()):
        if currency not in decimals:
            remedy = f"Write {one_of(decimals)}.{suggestion(currency, decimals)}"
            faults.add(f"{path}.{currency}", given, "unknown_points", remedy)
            continue
        worth = _worth(given, f"{path}.{currency}", faults)
        if worth is not None:
            rates[currency] = Fraction(worth) * 10**exponent / 10 ** decimals[currency]
    return rates


def _worth(given: object, path: str, faults: Faults) -> Decimal | None:
    try:
        worth = read_decimal(given)
    except PydanticCustomError as error:
        faults.add(path, given, error.type, error.message())
        return None
    if worth < 0:
        faults.add(path, given, "negative", "Write what one point is worth, or 0.")
        return None
    if worth > _MOST:
        faults.add(path, given, "too_large", f"Write at most {_MOST}: it is the worth of a point.")
        return None
    return worth
