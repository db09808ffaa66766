"""Taking back what was given, where it is not known from which lot: active lots first, then pending
ones; the rest follows the currency's policy (SEMANTICS 15)."""

from __future__ import annotations

from habitue.domain.engine.lots import Books, Cause
from habitue.domain.engine.types import MemberState
from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.model import PointsCurrency, Programme


def take_back(
    state: MemberState,
    books: Books,
    programme: Programme,
    currency: PointsCurrency,
    units: int,
    cause: Cause,
    *,
    strict: bool,
) -> None:
    """Take ``units`` back.

    Raises ``RETURN_EXCEEDS_BALANCE`` where more is taken than is left, the programme refuses that,
    and the event is the one being decided (``strict``).
    """
    if not units:
        return
    wanted = units
    _, units = books.take(programme, currency.code, units, "reverse", cause)
    for lot in [lot for lot in state.lots if lot.currency == currency.code]:
        part = min(units, lot.remaining)
        if part:
            books.take_from(lot, part, "reverse", cause)
            units -= part
    if not units:
        return
    if strict and currency.negative == "refuse":
        raise Refusal(Code.RETURN_EXCEEDS_BALANCE, "lines", value=wanted, limit=wanted - units)
    books.owe(currency, units, "reverse", cause)
