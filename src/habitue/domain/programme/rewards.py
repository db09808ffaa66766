"""The rewards of the document: what members get for points or for a voucher, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.conditions import parse_tree
from habitue.domain.programme.earn import Timed, check_times
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.gifts import GIFTS, GiftKind
from habitue.domain.programme.limits import LimitPart, LimitsField, read_every
from habitue.domain.programme.measures import Budget, Every, Limit
from habitue.domain.programme.model import VOUCHER, Gift, PointsCurrency, Price, Reward
from habitue.domain.programme.moments import Condition
from habitue.domain.programme.parts import Label, Part, When, YesNo
from habitue.domain.programme.points import ExpiryField, voucher_currency
from habitue.domain.programme.reading import (
    one_of,
    read_decimal,
    read_text,
    read_units,
    read_whole,
    suggestion,
    wrong,
)
from habitue.domain.programme.trees import Leaf, Node, explain, judge
from habitue.kit.periods import PeriodUnit

STOCK: Final = "reward:"
_OF_MONEY: Final = ("amount", "gift_card", "donation")
_PERCENT_DECIMALS: Final = 2
_STOCK: Final = re.compile(r"(\d+)(?: per (day|week|month|quarter|year))?")


@dataclass(frozen=True, slots=True)
class StockPart:
    """So many pieces in all, or in every calendar period."""

    times: int
    every: PeriodUnit | None = None


def read_stock(raw: object) -> StockPart:
    """``200``, or ``200 per month``."""
    if isinstance(raw, str) and (found := _STOCK.fullmatch(raw.strip())):
        unit = found[2]
        every = read_every(unit).calendar if unit else None
        return StockPart(read_whole(int(found[1])), every)
    try:
        return StockPart(read_whole(raw))
    except PydanticCustomError as error:
        raise wrong("not_a_number", "Write a number, such as 200 or 200 per month.") from error


class RewardPart(Part):
    """One reward as it stands in the document."""

    name: Label | None = None
    about: Label | None = None
    cost: Any = None
    gives: Any = None
    stock: Annotated[StockPart | None, PlainValidator(read_stock)] = None
    limit: LimitsField = Field(default_factory=list)
    when: Any = None
    begins: When | None = Field(None, alias="from")
    until: When | None = None
    vouchers: ExpiryField = "never"
    enabled: YesNo = True


@dataclass(slots=True)
class RewardReader:
    """Builds the rewards of one document; ``budgets`` collects what counts their stock.  One that
    gives an entry in one of the ``draws`` is to be had no longer than one can enter."""

    vocabulary: Vocabulary
    zone: str
    draws: Mapping[str, Timed]
    faults: Faults
    budgets: dict[str, Budget] = field(default_factory=dict)

    def build(self, parts: Mapping[str, RewardPart]) -> dict[str, Reward]:
        """The rewards, by their codes."""
        return {code: self._reward(code, part) for code, part in sorted(parts.items())}

    def currencies(self, parts: Mapping[str, RewardPart]) -> dict[str, PointsCurrency]:
        """The currencies of the vouchers for these rewards."""
        rewards = {code: VOUCHER + code for code in sorted(parts)}
        return {
            name: voucher_currency(name, parts[code].vouchers, self.zone)
            for code, name in rewards.items()
        }

    def _reward(self, code: str, part: RewardPart) -> Reward:
        path = f"rewards.{code}"
        check_times(part, path, self.zone, self.faults)
        when = None
        if part.when is not None:
            when = self._condition(part.when, f"{path}.when")
        gift = self.gift(part.gives, f"{path}.gives")
        frames: list[Timed] = [part]
        if gift.kind == "draw_entry" and gift.value in self.draws:
            frames.append(self.draws[gift.value])
        starts = [one.begins.start(self.zone) for one in frames if one.begins is not None]
        ends = [one.until.end(self.zone) for one in frames if one.until is not None]
        return Reward(
            reward=code,
            prices=self._prices(part.cost, f"{path}.cost"),
            gift=gift,
            when=when,
            limits=tuple(self._limit(one, f"{path}.limit") for one in part.limit),
            stock=self._stock(code, part.stock),
            starts_at=max(starts, default=None),
            ends_at=min(ends, default=None),
            enabled=part.enabled,
        )

    def _condition(self, raw: object, path: str) -> Condition | None:
        """Who may have it, and when; there is no basket to ask about."""
        node = parse_tree(raw, path=path, vocabulary=self.vocabulary, faults=self.faults)
        if node is None:
            return None
        if _asks_of_lines(node):
            remedy = "Ask about the member or the time: no purchase belongs to a reward."
            self.faults.add(path, raw, "does_not_fit", remedy)
        return Condition(judge(node), explain(node), raw)

    def _prices(self, raw: object, path: str) -> tuple[Price, ...]:
        if raw is None:
            return ()
        listed = isinstance(raw, list | tuple)
        options: Sequence[object] = raw if isinstance(raw, list | tuple) else [raw]
        found = [
            self._price(option, f"{path}[{index}]" if listed else path)
            for index, option in enumerate(options)
        ]
        return tuple(price for price in found if price is not None)

    def _price(self, raw: object, path: str) -> Price | None:
        if not isinstance(raw, Mapping) or len(raw) != 1:
            remedy = "Write one currency of points and how many, such as {points: 80}."
            self.faults.add(path, raw, "not_a_mapping", remedy)
            return None
        code, amount = next(iter(raw.items()))
        decimals = self.vocabulary.points.get(code)
        if decimals is None:
            known = self.vocabulary.points
            remedy = f"Declare it under points, or write {one_of(known)}.{suggestion(code, known)}"
            self.faults.add(f"{path}.{code}", amount, "unknown_points", remedy)
            return None
        try:
            units = read_units(amount, decimals)
            if units == 0:
                raise wrong("not_positive", "Write a number above zero.")
        except PydanticCustomError as error:
            self.faults.add(f"{path}.{code}", amount, error.type, error.message())
            return None
        return Price(str(code), units)

    def gift(self, raw: object, path: str) -> Gift:
        """What stands under ``gives``; something harmless, with a fault, where it is wrong."""
        nothing = Gift("service")
        if not isinstance(raw, Mapping) or len(raw) != 1:
            problem = "missing_field" if raw is None else "not_a_mapping"
            remedy = "Write one thing that it gives, such as {free_product: dessert}."
            self.faults.echo(path, raw, problem, remedy)
            return nothing
        kind, given = next(iter(raw.items()))
        if kind not in GIFTS:
            remedy = f"Write {one_of(GIFTS)}.{suggestion(kind, GIFTS)}"
            self.faults.add(f"{path}.{kind}", given, "unknown_field", remedy)
            return nothing
        try:
            return self._given(kind, given)
        except PydanticCustomError as error:
            self.faults.add(f"{path}.{kind}", given, error.type, error.message())
            return nothing

    def _given(self, kind: GiftKind, given: object) -> Gift:
        if kind == "free_shipping":
            if given not in (True, "yes"):
                raise wrong("unknown_choice", "Write yes.")
            return Gift(kind)
        if kind == "percentage":
            number = read_decimal(given)
            if not 0 < number <= 100:
                raise wrong("impossible_range", "Write a number above 0 and at most 100.")
            return Gift(kind, amount=read_units(given, _PERCENT_DECIMALS))
        if kind in _OF_MONEY:
            amount = read_units(given, self.vocabulary.exponent)
            if amount == 0:
                raise wrong("not_positive", "Write an amount above zero.")
            return Gift(kind, amount=amount)
        return Gift(kind, read_text(given))

    def _limit(self, part: LimitPart, path: str) -> Limit:
        if part.per_member is None or part.per_purchase is not None:
            remedy = "Write how often a member may have it: {per_member: 1, every: day}."
            self.faults.echo(path, "", "missing_field", remedy)
        return Limit(part.per_member, None, part.every or Every(), "refuse")

    def _stock(self, code: str, part: StockPart | None) -> str | None:
        if part is None:
            return None
        key = STOCK + code
        self.budgets[key] = Budget(key, None, part.times, "refuse", part.every)
        return key


def _asks_of_lines(node: Node) -> bool:
    if isinstance(node, Leaf):
        return node.needs_lines
    return any(_asks_of_lines(part) for part in node.parts)
