"""From what was received to what happened: checked, trimmed, exact.

The order in which faults are reported is the order of ``Code``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from habitue.domain.errors import Code, Refusal
from habitue.domain.events import (
    Adjustment,
    Body,
    Confirmation,
    Contribution,
    Enrolment,
    EventKey,
    Line,
    Membership,
    PointsPayment,
    Profile,
    Purchase,
    Redemption,
    Return,
    ReturnedLine,
    Scalar,
    Undo,
    Visit,
    Withdrawal,
)
from habitue.domain.received.discounts import read_discounts
from habitue.domain.received.faults import ContentRefusal, faults_of, shown
from habitue.domain.received.fields import LONGEST_REASON, MOST_ATTRIBUTES
from habitue.domain.received.models import (
    RECEIVED,
    Received,
    ReceivedAdjustment,
    ReceivedConfirmation,
    ReceivedContribution,
    ReceivedEnrolment,
    ReceivedKey,
    ReceivedLine,
    ReceivedMember,
    ReceivedMembership,
    ReceivedProfile,
    ReceivedPurchase,
    ReceivedRedemption,
    ReceivedReturn,
    ReceivedReturnLine,
    ReceivedUndo,
    ReceivedVisit,
    ReceivedWithdrawal,
)
from habitue.domain.received.numbers import (
    LARGEST_QUANTITY,
    QUANTITY_DECIMALS,
    amount,
    exact,
    instant,
    past_instant,
    plain,
    positive,
    quantity,
)
from habitue.kit.instants import Instant
from habitue.kit.money import LARGEST_AMOUNT, currency_exponent, format_decimal

# Sources that only Habitué itself may use.
RESERVED_SOURCE: Final = "habitue:"


@dataclass(frozen=True, slots=True)
class Conventions:
    """What a programme never changes: its currency, and the decimals of its points."""

    currency: str
    points: Mapping[str, int]


@dataclass(slots=True)
class Normalised:
    """An event whose content was checked, before its member, store and version are known."""

    key: EventKey
    occurred_at: Instant
    body: Body
    member: ReceivedMember | None
    store: str | None
    channel: str | None
    staff: str | None
    attributes: dict[str, Scalar]

    @property
    def kind(self) -> str:
        """The kind of the event."""
        return self.body.kind


def normalise(kind: str, content: Any, *, conventions: Conventions, now: Instant) -> Normalised:
    """Check what was received and make it exact.

    Raises ``ContentRefusal`` with all faults, or ``Refusal`` (``UNKNOWN_CHOICE``) for a kind that
    does not exist.
    """
    model = RECEIVED.get(kind)
    if model is None:
        raise Refusal(Code.UNKNOWN_CHOICE, "kind", value=shown(kind), allowed=", ".join(RECEIVED))
    if isinstance(content, model):
        received: Received = content
    else:
        if not isinstance(content, Mapping):
            raise ContentRefusal([Refusal(Code.MALFORMED, "", reason="not an object")])
        try:
            received = model.model_validate(content)
        except ValidationError as error:
            raise ContentRefusal(faults_of(error)) from None
    faults: list[Refusal] = []
    if received.source.startswith(RESERVED_SOURCE):
        faults.append(Refusal(Code.INVALID_TEXT, "source", value=shown(received.source)))
    occurred_at = past_instant(received.occurred_at, now, "occurred_at", faults)
    body = _BODIES[type(received)](received, conventions, faults)
    attributes = _attributes(received.attributes, faults) if received.attributes else {}
    if faults:
        raise ContentRefusal(faults)
    return Normalised(
        EventKey(received.source, received.external_id),
        occurred_at,
        body,
        received.member,
        received.store,
        received.channel,
        received.staff,
        attributes,
    )


def _attributes(received: Mapping[str, Any], faults: list[Refusal]) -> dict[str, Scalar]:
    if len(received) > MOST_ATTRIBUTES:
        faults.append(
            Refusal(Code.TOO_MANY, "attributes", value=len(received), limit=MOST_ATTRIBUTES)
        )
        return {}
    plain: dict[str, Scalar] = {}
    for name in sorted(received):
        value, path = received[name], f"attributes.{name}"
        if isinstance(value, str):
            _check_text(value, path, faults)
            plain[name] = value
        elif isinstance(value, int):
            if abs(value) > LARGEST_AMOUNT:
                limit = str(LARGEST_AMOUNT)
                faults.append(Refusal(Code.TOO_LARGE, path, value=shown(value), limit=limit))
            plain[name] = value
        else:
            expected = "text, whole number, or true or false"
            faults.append(Refusal(Code.WRONG_TYPE, path, value=shown(value), expected=expected))
    return plain


def _check_text(value: str, path: str, faults: list[Refusal]) -> None:
    if len(value) > LONGEST_REASON:
        faults.append(Refusal(Code.TOO_LONG, path, value=shown(value), limit=LONGEST_REASON))
    elif any(c < " " or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff" for c in value):
        faults.append(Refusal(Code.INVALID_TEXT, path, value=shown(value)))


def _check_currency(currency: str, conventions: Conventions, faults: list[Refusal]) -> None:
    if currency == conventions.currency:
        return
    try:
        currency_exponent(currency)
    except KeyError:
        faults.append(Refusal(Code.UNKNOWN_CURRENCY, "currency", value=shown(currency)))
    else:
        faults.append(
            Refusal(Code.WRONG_CURRENCY, "currency", value=currency, expected=conventions.currency)
        )


def _decimals(
    currency: str, path: str, conventions: Conventions, faults: list[Refusal]
) -> int | None:
    decimals = conventions.points.get(currency)
    if decimals is None:
        faults.append(Refusal(Code.UNKNOWN_POINTS, path, value=shown(currency)))
    return decimals


def _purchase(received: ReceivedPurchase, conventions: Conventions, faults: list[Refusal]) -> Body:
    _check_currency(received.currency, conventions, faults)
    decimals = currency_exponent(conventions.currency)
    lines = _lines(received, decimals, faults)
    total = sum(line.amount for line in lines)
    if total > LARGEST_AMOUNT:
        limit = format_decimal(LARGEST_AMOUNT, decimals)
        faults.append(Refusal(Code.TOO_LARGE, "lines", value=shown(total), limit=limit))
    off = amount(received.order_discount, decimals, "order_discount", faults)
    card = amount(received.gift_card_amount, decimals, "gift_card_amount", faults)
    discounts = read_discounts(received.discounts, lines, decimals, faults)
    if not (off or card or received.points_paid or discounts):
        return Purchase(received.currency, lines)
    paid = tuple(
        PointsPayment(
            part.currency,
            _points(part.currency, part.units, f"points_paid[{place}]", conventions, faults),
            amount(part.amount, decimals, f"points_paid[{place}].amount", faults),
        )
        for place, part in enumerate(received.points_paid)
    )
    if not faults:
        _check_tender(total, off, card, paid, decimals, faults)
    return Purchase(received.currency, lines, off, paid, card, discounts=discounts)


def _lines(received: ReceivedPurchase, decimals: int, faults: list[Refusal]) -> tuple[Line, ...]:
    lines: list[Line] = []
    names: set[str] = set()
    for place, line in enumerate(received.lines):
        name = line.line or str(place + 1)
        if name in names:
            faults.append(Refusal(Code.DUPLICATE_LINE, f"lines[{place}].line", value=shown(name)))
        names.add(name)
        lines.append(
            _plain_line(line, name, decimals)
            or _checked_line(line, name, f"lines[{place}]", decimals, faults)
        )
    return tuple(lines)


def _plain_line(line: ReceivedLine, name: str, decimals: int) -> Line | None:
    """A line without faults, quickly; ``None`` where it has any."""
    try:
        pieces = plain(line.quantity, QUANTITY_DECIMALS)
        charged = plain(line.amount, decimals)
        tax = plain(line.tax, decimals)
        discount = plain(line.discount, decimals)
    except TypeError:  # A list or an object, which cannot be remembered.
        return None
    if not 0 < pieces <= LARGEST_QUANTITY or charged < 0 or not 0 <= tax <= charged or discount < 0:
        return None
    category, brand, role = line.category, line.brand, line.role
    return Line(
        name, line.product, pieces, charged, tax, discount, role, category, brand, line.name
    )


def _checked_line(
    line: ReceivedLine, name: str, path: str, decimals: int, faults: list[Refusal]
) -> Line:
    """A line with every fault that it has."""
    made = Line(
        name,
        line.product,
        quantity(line.quantity, f"{path}.quantity", faults),
        amount(line.amount, decimals, f"{path}.amount", faults),
        amount(line.tax, decimals, f"{path}.tax", faults),
        amount(line.discount, decimals, f"{path}.discount", faults),
    )
    if made.tax > made.amount >= 0:
        faults.append(
            Refusal(
                Code.INCONSISTENT,
                f"{path}.tax",
                value=format_decimal(made.tax, decimals),
                expected=f"at most {format_decimal(made.amount, decimals)}",
            )
        )
    return made


def _check_tender(
    total: int,
    off: int,
    card: int,
    paid: tuple[PointsPayment, ...],
    decimals: int,
    faults: list[Refusal],
) -> None:
    """Neither discounts nor tenders can be more than what there was to pay."""
    left = total
    parts = [("order_discount", off)]
    parts += [(f"points_paid[{place}].amount", part.amount) for place, part in enumerate(paid)]
    parts.append(("gift_card_amount", card))
    for path, part in parts:
        if part > left:
            faults.append(
                Refusal(
                    Code.INCONSISTENT,
                    path,
                    value=format_decimal(part, decimals),
                    expected=f"at most {format_decimal(left, decimals)}",
                )
            )
            return
        left -= part


def _points(
    currency: str, units: object, path: str, conventions: Conventions, faults: list[Refusal]
) -> int:
    decimals = _decimals(currency, f"{path}.currency" if path else "currency", conventions, faults)
    if decimals is None:
        return 0
    return positive(units, decimals, f"{path}.units" if path else "units", faults)


def _return(received: ReceivedReturn, conventions: Conventions, faults: list[Refusal]) -> Body:
    _check_currency(received.currency, conventions, faults)
    decimals = currency_exponent(conventions.currency)
    named = received.purchase is not None
    if not named and not received.lines:
        faults.append(Refusal(Code.MISSING_FIELD, "lines"))
    names: set[str] = set()
    lines = []
    for place, line in enumerate(received.lines):
        path = f"lines[{place}]"
        if line.line is not None:
            if line.line in names:
                faults.append(Refusal(Code.DUPLICATE_LINE, f"{path}.line", value=shown(line.line)))
            names.add(line.line)
        lines.append(_returned_line(line, path, decimals, named, faults))
    key = received.purchase
    return Return(received.currency, None if key is None else _key(key), tuple(lines))


def _returned_line(
    line: ReceivedReturnLine,
    path: str,
    decimals: int,
    named: bool,  # noqa: FBT001  # whether the purchase is named decides which name is needed
    faults: list[Refusal],
) -> ReturnedLine:
    if named and line.line is None and line.product is None:
        faults.append(Refusal(Code.MISSING_FIELD, f"{path}.line"))
    if not named and line.product is None:
        faults.append(Refusal(Code.MISSING_FIELD, f"{path}.product"))
    if line.quantity is None and line.amount is None and not named:
        faults.append(Refusal(Code.MISSING_FIELD, f"{path}.quantity"))
    return ReturnedLine(
        line.line,
        line.product,
        None if line.quantity is None else quantity(line.quantity, f"{path}.quantity", faults),
        None if line.amount is None else amount(line.amount, decimals, f"{path}.amount", faults),
    )


def _key(received: ReceivedKey) -> EventKey:
    return EventKey(received.source, received.external_id)


def _visit(received: ReceivedVisit, conventions: Conventions, faults: list[Refusal]) -> Body:  # noqa: ARG001  # the shape of all makers of bodies
    return Visit()


def _enrolment(  # the shape of all makers of bodies
    received: ReceivedEnrolment,  # noqa: ARG001  # the shape of all makers
    conventions: Conventions,  # noqa: ARG001  # the shape of all makers
    faults: list[Refusal],  # noqa: ARG001  # the shape of all makers
) -> Body:
    return Enrolment()


def _profile(
    received: ReceivedProfile,
    conventions: Conventions,  # noqa: ARG001  # the shape of all makers of bodies
    faults: list[Refusal],
) -> Body:
    if not received.attributes:
        faults.append(Refusal(Code.MISSING_FIELD, "attributes"))
    return Profile()


def _membership(
    received: ReceivedMembership,
    conventions: Conventions,  # noqa: ARG001  # the shape of all makers of bodies
    faults: list[Refusal],
) -> Body:
    if received.trial and received.action != "joined":
        expected = "only with action joined"
        faults.append(Refusal(Code.INCONSISTENT, "trial", value="true", expected=expected))
    return Membership(received.plan, received.action, received.trial)


def _adjustment(
    received: ReceivedAdjustment, conventions: Conventions, faults: list[Refusal]
) -> Body:
    units = 0
    if received.currency is not None:
        decimals = _decimals(received.currency, "currency", conventions, faults)
        units = 0 if decimals is None else exact(received.units, decimals, "units", faults)
    elif received.units:
        faults.append(Refusal(Code.MISSING_FIELD, "currency"))
    if received.tier is None and not received.units:
        faults.append(Refusal(Code.NOT_POSITIVE, "units", value=0))
    ends = received.expires_at
    return Adjustment(
        received.reason,
        received.currency,
        units,
        received.tier,
        None if ends is None else instant(ends, "expires_at", faults),
        received.structure,
    )


def _redemption(
    received: ReceivedRedemption, conventions: Conventions, faults: list[Refusal]
) -> Body:
    units = 0
    if received.units is None and received.reward is None:
        faults.append(Refusal(Code.MISSING_FIELD, "units"))
    elif received.units is not None:
        units = _points(received.currency, received.units, "", conventions, faults)
    return Redemption(received.currency, units, received.purpose, received.reward or "")


def _undo(received: ReceivedUndo, conventions: Conventions, faults: list[Refusal]) -> Body:
    units = None
    if received.units is not None:
        units = positive(
            received.units, _undone_decimals(received, conventions, faults), "units", faults
        )
    return Undo(_key(received.redemption), units)


def _undone_decimals(
    received: ReceivedUndo, conventions: Conventions, faults: list[Refusal]
) -> int:
    """The points need a name only where they differ in their decimals."""
    if received.currency is not None:
        return _decimals(received.currency, "currency", conventions, faults) or 0
    known = set(conventions.points.values())
    if len(known) > 1:
        faults.append(Refusal(Code.MISSING_FIELD, "currency"))
    return max(known, default=0)


def _confirmation(
    received: ReceivedConfirmation,
    conventions: Conventions,  # noqa: ARG001  # the shape of all makers of bodies
    faults: list[Refusal],  # noqa: ARG001  # the shape of all makers of bodies
) -> Body:
    return Confirmation(_key(received.purchase))


def _contribution(
    received: ReceivedContribution,
    conventions: Conventions,  # noqa: ARG001  # the shape of all makers of bodies
    faults: list[Refusal],
) -> Body:
    length = exact(received.length, 0, "length", faults)
    if length < 0:
        faults.append(Refusal(Code.NEGATIVE_AMOUNT, "length", value=length))
    return Contribution(
        received.contribution,
        received.product,
        None if received.purchase is None else _key(received.purchase),
        length,
        received.picture,
        received.link,
    )


def _withdrawal(
    received: ReceivedWithdrawal,
    conventions: Conventions,  # noqa: ARG001  # the shape of all makers of bodies
    faults: list[Refusal],  # noqa: ARG001  # the shape of all makers of bodies
) -> Body:
    return Withdrawal(_key(received.contribution), received.reason)


_BODIES: Final[dict[type[Received], Callable[[Any, Conventions, list[Refusal]], Body]]] = {
    ReceivedPurchase: _purchase,
    ReceivedReturn: _return,
    ReceivedVisit: _visit,
    ReceivedEnrolment: _enrolment,
    ReceivedProfile: _profile,
    ReceivedMembership: _membership,
    ReceivedAdjustment: _adjustment,
    ReceivedRedemption: _redemption,
    ReceivedUndo: _undo,
    ReceivedConfirmation: _confirmation,
    ReceivedContribution: _contribution,
    ReceivedWithdrawal: _withdrawal,
}
