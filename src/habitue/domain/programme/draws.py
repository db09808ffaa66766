"""The draws of the document: from when to when, what can be won, and on which terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.draw_model import Draw, Prize
from habitue.domain.programme.earn import VOUCHER_WORD, check_times
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.gifts import GIFTS
from habitue.domain.programme.model import VOUCHER, ExpiresAt, PendingNone, PointsCurrency
from habitue.domain.programme.parts import Days, Label, Part, When, YesNo
from habitue.domain.programme.reading import one_of, read_units, suggestion, whole, wrong
from habitue.domain.programme.rewards import RewardReader
from habitue.kit.instants import day_start, local_day

MOST_PRIZES: Final = 10_000
_LONGEST_WAIT: Final = 60
_NO_PRIZES: Final = ("event_place", "draw_entry")
_NEEDED: Final = {
    "begins": ("from", "Write the first day on which one can enter: from: 2026-11-15."),
    "until": ("until", "Write the last day on which one can enter: until: 2026-12-20."),
    "terms": ("terms", "Write the terms that members read: who may enter, how, and what else."),
}


class PrizePart(Part):
    """One prize, and how often it is won."""

    gives: Any = None
    count: Annotated[int, PlainValidator(whole(1, MOST_PRIZES))] = 1


class DrawPart(Part):
    """One draw or contest as it stands in the document."""

    name: Label | None = None
    begins: When | None = Field(None, alias="from")
    until: When | None = None
    waits: Days = 0
    most_per_member: Annotated[int | None, PlainValidator(whole(1))] = None
    prizes: list[PrizePart] = Field(default_factory=list)
    terms: Label | None = None
    free_entry: Label | None = None
    judged: YesNo = False


@dataclass(slots=True)
class DrawReader:
    """Builds the draws of one document; prizes may be what ``rewards`` names."""

    vocabulary: Vocabulary
    zone: str
    rewards: RewardReader
    faults: Faults

    def build(self, parts: Mapping[str, DrawPart], vouchers: frozenset[str]) -> dict[str, Draw]:
        """The draws, by their codes; ``vouchers`` are the rewards of the document."""
        built = {code: self._draw(code, part, vouchers) for code, part in sorted(parts.items())}
        return {code: draw for code, draw in built.items() if draw is not None}

    def _draw(self, code: str, part: DrawPart, vouchers: frozenset[str]) -> Draw | None:
        path = f"draws.{code}"
        check_times(part, path, self.zone, self.faults)
        for field_name, (name, remedy) in _NEEDED.items():
            if getattr(part, field_name) is None:
                self.faults.echo(f"{path}.{name}", None, "missing_field", remedy)
        if not part.prizes:
            remedy = "Write what can be won: [{gives: {free_product: hamper}, count: 3}]."
            self.faults.echo(f"{path}.prizes", "", "missing_field", remedy)
        if part.waits > _LONGEST_WAIT:
            remedy = f"Write at most {_LONGEST_WAIT} days."
            self.faults.add(f"{path}.waits", f"{part.waits} days", "too_large", remedy)
        prizes = [
            self._prize(prize, f"{path}.prizes[{index}].gives", vouchers)
            for index, prize in enumerate(part.prizes)
        ]
        if sum(prize.count for prize in part.prizes) > MOST_PRIZES:
            remedy = f"Write at most {MOST_PRIZES} prizes in all."
            self.faults.add(f"{path}.prizes", "", "too_large", remedy)
        if part.begins is None or part.until is None:
            return None
        ends_at = part.until.end(self.zone)
        due_at = ends_at
        if part.waits:
            due_at = day_start(local_day(ends_at, self.zone) + part.waits, self.zone)
        return Draw(
            code=code,
            starts_at=part.begins.start(self.zone),
            ends_at=ends_at,
            due_at=due_at,
            most_per_member=part.most_per_member,
            prizes=tuple(prize for prize in prizes if prize is not None),
            judged=part.judged,
        )

    def _prize(self, part: PrizePart, path: str, vouchers: frozenset[str]) -> Prize | None:
        raw = part.gives
        if not isinstance(raw, Mapping) or len(raw) != 1:
            problem = "missing_field" if raw is None else "not_a_mapping"
            remedy = "Write one thing that is won, such as {free_product: hamper}."
            self.faults.echo(path, raw, problem, remedy)
            return None
        kind, given = next(iter(raw.items()))
        if kind == VOUCHER_WORD:
            return self._voucher(part.count, given, f"{path}.{kind}", vouchers)
        if kind in self.vocabulary.points:
            return self._points(part.count, kind, given, f"{path}.{kind}")
        kinds = [gift for gift in GIFTS if gift not in _NO_PRIZES]
        if kind not in kinds:
            known = [*kinds, VOUCHER_WORD, *self.vocabulary.points]
            remedy = f"Write {one_of(known)}.{suggestion(kind, known)}"
            self.faults.add(f"{path}.{kind}", given, "unknown_field", remedy)
            return None
        gift = self.rewards.gift(raw, path)
        return Prize(part.count, gift.kind, gift.value, gift.amount)

    def _voucher(
        self, count: int, given: object, path: str, vouchers: frozenset[str]
    ) -> Prize | None:
        if not isinstance(given, str) or given not in vouchers:
            remedy = "Declare it under rewards."
            if vouchers:
                remedy = f"Declare it under rewards, or write {one_of(vouchers)}."
            self.faults.add(path, given, "unknown_reward", remedy)
            return None
        return Prize(count, "voucher", currency=VOUCHER + given, units=1)

    def _points(self, count: int, code: str, given: object, path: str) -> Prize | None:
        try:
            units = read_units(given, self.vocabulary.points[code])
            if units == 0:
                raise wrong("not_positive", "Write a number above zero.")
        except PydanticCustomError as error:
            self.faults.add(path, given, error.type, error.message())
            return None
        return Prize(count, "points", currency=code, units=units)


def entry_currencies(draws: Mapping[str, Draw]) -> dict[str, PointsCurrency]:
    """The currencies of the entries: whole, never owed, ending with their draws."""
    return {draw.currency: _entry_currency(draw) for draw in draws.values()}


def _entry_currency(draw: Draw) -> PointsCurrency:
    return PointsCurrency(
        code=draw.currency,
        kind="entries",
        decimals=0,
        rounding="floor",
        pending=PendingNone(),
        expiry=ExpiresAt(draw.ends_at),
        expiry_by_tier={},
        returns="re_evaluate",
        negative="book_loss",
        reinstate_days=None,
        max_balance=draw.most_per_member,
    )
