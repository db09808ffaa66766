"""The discounts of the document: what members pay less, when, and how often."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Final, Literal, cast

from pydantic import Field, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.conditions import parse_condition, parse_line_filter
from habitue.domain.programme.discounts import (
    WHOLE,
    AmountOff,
    CheapestPieces,
    Cut,
    Discount,
    FreeShipping,
    MemberPrice,
    Percentage,
    ShareLadder,
    Step,
)
from habitue.domain.programme.earn import check_times
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.limits import (
    BudgetField,
    LimitsField,
    build_budget,
    build_limits,
)
from habitue.domain.programme.measures import Budget, Metric
from habitue.domain.programme.model import Group
from habitue.domain.programme.moments import Condition, LineFilter
from habitue.domain.programme.parts import Label, Part, When, YesNo
from habitue.domain.programme.reading import (
    choice,
    one_of,
    read_choice,
    read_units,
    read_whole,
    suggestion,
    whole,
    wrong,
)
from habitue.domain.programme.tiers import read_window
from habitue.kit.rounding import RoundingMode

BUDGET: Final = "discount:"
_CUTS: Final = ("discount", "price", "ladder", "free_shipping")
_LADDER_METRICS: Final = ("spend", "purchases", "visits")
_SHARE: Final = re.compile(r"(\d+(?:\.\d+)?) ?%")


def read_share(raw: object) -> int:
    """``5 %``: hundredths of a per cent, above 0 and at most 100 %."""
    found = _SHARE.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if found is None:
        raise wrong("not_a_share", "Write a share with its sign, such as 5 % or 12.5 %.")
    share = read_units(found[1], 2)
    if not 0 < share <= WHOLE:
        raise wrong("impossible_range", "Write a share above 0 % and at most 100 %.")
    return share


def read_free_shipping(raw: object) -> bool:
    """``yes``; a discount that gives nothing is none."""
    if raw not in (True, "yes", "true"):
        raise wrong("unknown_choice", "Write yes.")
    return True


class CheapestPart(Part):
    """The cheapest pieces: how many, of how many, and how often."""

    count: Annotated[int, PlainValidator(whole(1, 1000))] = 1
    of_every: Annotated[int | None, PlainValidator(whole(1, 1000))] = None
    counting: Any = None
    most: Annotated[int | None, PlainValidator(whole(1))] = None


def read_cheapest(raw: object) -> CheapestPart:
    """``1`` piece, or ``{count: 1, of_every: 3}``."""
    if isinstance(raw, Mapping):
        return CheapestPart.model_validate(raw)
    return CheapestPart(count=read_whole(raw, minimum=1, maximum=1000))


class LadderPart(Part):
    """A share that grows with what the member bought before."""

    by: Any = None
    steps: Any = None


class DiscountPart(Part):
    """One discount as it stands in the document."""

    name: Label | None = None
    discount: Any = None
    price: Any = None
    ladder: LadderPart | None = None
    free_shipping: Annotated[bool | None, PlainValidator(read_free_shipping)] = None
    when: Any = None
    lines: Any = None
    each: Any = None
    cheapest: Annotated[CheapestPart | None, PlainValidator(read_cheapest)] = None
    of: Annotated[Literal["running", "initial"], PlainValidator(choice("running", "initial"))] = (
        "running"
    )
    on_reduced: YesNo = True
    rounding: Annotated[
        RoundingMode, PlainValidator(choice("floor", "half_up", "half_even", "ceil"))
    ] = "floor"
    group: str | None = None
    priority: Annotated[int, PlainValidator(whole(-1_000_000, 1_000_000))] = 0
    limit: LimitsField = Field(default_factory=list)
    budget: BudgetField = None
    begins: When | None = Field(None, alias="from")
    until: When | None = None
    enabled: YesNo = True


@dataclass(slots=True)
class DiscountReader:
    """Builds the discounts of one document; ``budgets`` collects what they draw from.

    ``listed_limits`` are the discounts whose caps stand in a list.
    """

    vocabulary: Vocabulary
    zone: str
    groups: Mapping[str, Group]
    listed_limits: frozenset[str]
    faults: Faults
    budgets: dict[str, Budget] = field(default_factory=dict)

    def build(self, parts: Mapping[str, DiscountPart]) -> dict[str, Discount]:
        """The discounts by their codes, in the order in which they are applied."""
        ordered = sorted(parts.items(), key=lambda item: (-item[1].priority, item[0]))
        return {code: self._discount(code, part) for code, part in ordered}

    def _discount(self, code: str, part: DiscountPart) -> Discount:
        path = f"discounts.{code}"
        self._check_whole(part, path)
        check_times(part, path, self.zone, self.faults)
        return Discount(
            discount=code,
            cut=self._cut(part, path),
            when=self._condition(part.when, f"{path}.when"),
            lines=self._filter(part.lines, f"{path}.lines"),
            each=self._filter(part.each, f"{path}.each"),
            cheapest=self._cheapest(part.cheapest, f"{path}.cheapest"),
            base=part.of,
            on_reduced=part.on_reduced,
            rounding=part.rounding,
            group=self._group(part, f"{path}.group"),
            priority=part.priority,
            limits=build_limits(
                part.limit,
                path=f"{path}.limit",
                listed=code in self.listed_limits,
                decimals={self.vocabulary.exponent},
                faults=self.faults,
            ),
            budget=self._budget(code, part, f"{path}.budget"),
            starts_at=None if part.begins is None else part.begins.start(self.zone),
            ends_at=None if part.until is None else part.until.end(self.zone),
            enabled=part.enabled,
        )

    def _check_whole(self, part: DiscountPart, path: str) -> None:
        """Exactly one of the cuts, and with it only what goes with it."""
        said = [name for name in _CUTS if getattr(part, name) is not None]
        if not said:
            remedy = "Write what it takes off: discount: 5 %, price: 3.50, ladder or free_shipping."
            self.faults.echo(path, "", "nothing_to_do", remedy)
        for name in said[1:]:
            remedy = f"Write two discounts: this one has {said[0]} already."
            self.faults.add(f"{path}.{name}", getattr(part, name), "conflicting_fields", remedy)
        is_amount = part.discount is not None and not _is_share(part.discount)
        if part.each is not None and not is_amount:
            remedy = "Use lines: each is for an amount off every piece, such as discount: 0.50."
            self.faults.add(f"{path}.each", part.each, "conflicting_fields", remedy)
        if part.each is not None and part.lines is not None:
            remedy = "Put all of it under each."
            self.faults.add(f"{path}.lines", part.lines, "conflicting_fields", remedy)
        if part.cheapest is not None and (part.discount is None or part.each is not None):
            remedy = "Use it with discount and lines: it says which pieces are meant."
            self.faults.add(f"{path}.cheapest", "", "conflicting_fields", remedy)
        if part.price is not None and part.lines is None:
            remedy = "Add the lines that cost it: {product: croissant}."
            self.faults.echo(f"{path}.lines", None, "missing_field", remedy)
        if part.free_shipping is not None and part.lines is not None:
            remedy = "Remove it: delivery is meant."
            self.faults.add(f"{path}.lines", part.lines, "conflicting_fields", remedy)

    def _cut(self, part: DiscountPart, path: str) -> Cut:
        if part.price is not None:
            return MemberPrice(self._money(part.price, f"{path}.price", at_least=0))
        if part.ladder is not None:
            return self._ladder(part.ladder, f"{path}.ladder")
        if part.free_shipping is not None:
            return FreeShipping()
        if part.discount is not None and _is_share(part.discount):
            return Percentage(self._share(part.discount, f"{path}.discount"))
        if part.discount is not None:
            return AmountOff(self._money(part.discount, f"{path}.discount", at_least=1))
        return FreeShipping()

    def _money(self, raw: object, path: str, *, at_least: int) -> int:
        try:
            amount = read_units(raw, self.vocabulary.exponent)
            if amount < at_least:
                raise wrong("not_positive", "Write an amount above zero.")
        except PydanticCustomError as error:
            remedy = error.message()
            if path.endswith(".discount"):
                remedy = "Write a share such as 5 %, or an amount of money such as 2.00."
            self.faults.add(path, raw, error.type, remedy)
            return at_least
        return amount

    def _share(self, raw: object, path: str) -> int:
        try:
            return read_share(raw)
        except PydanticCustomError as error:
            self.faults.add(path, raw, error.type, error.message())
            return WHOLE

    def _ladder(self, part: LadderPart, path: str) -> ShareLadder:
        metric = self._metric(part.by, f"{path}.by")
        if not isinstance(part.steps, Mapping) or not part.steps:
            remedy = "Write the steps: {0: 3 %, 500.00: 5 %}."
            problem = "missing_field" if part.steps is None else "not_a_mapping"
            self.faults.echo(f"{path}.steps", part.steps, problem, remedy)
            return ShareLadder(metric, ())
        decimals = self.vocabulary.exponent if metric.name == "spend" else 0
        steps: dict[int, Step] = {}
        for raw, share in part.steps.items():
            place = f"{path}.steps.{raw}"
            try:
                threshold = read_units(raw, decimals)
            except PydanticCustomError as error:
                self.faults.add(place, raw, error.type, error.message())
                continue
            if threshold in steps:
                self.faults.add(place, raw, "duplicate", "Write each step once.")
            steps[threshold] = Step(threshold, self._share(share, place))
        ordered = [steps[threshold] for threshold in sorted(steps)]
        for lower, higher in pairwise(ordered):
            if higher.share <= lower.share:
                remedy = "Let the share grow from step to step."
                self.faults.add(f"{path}.steps", "", "not_ascending", remedy)
                break
        return ShareLadder(metric, tuple(ordered))

    def _metric(self, raw: object, path: str) -> Metric:
        remedy = "Write what counts and over which time: {spend: rolling 12 months}."
        fallback = Metric("spend", read_window("lifetime"))
        if not isinstance(raw, Mapping) or len(raw) != 1:
            problem = "missing_field" if raw is None else "not_a_mapping"
            self.faults.echo(path, raw, problem, remedy)
            return fallback
        name, window = next(iter(raw.items()))
        try:
            known = read_choice(name, _LADDER_METRICS)
        except PydanticCustomError as error:
            self.faults.add(f"{path}.{name}", window, "unknown_metric", error.message())
            return fallback
        try:
            read = read_window(window)
        except PydanticCustomError as error:
            self.faults.add(f"{path}.{name}", window, error.type, error.message())
            return fallback
        return Metric(cast("Literal['spend', 'purchases', 'visits']", known), read)

    def _cheapest(self, part: CheapestPart | None, path: str) -> CheapestPieces | None:
        if part is None:
            return None
        every = part.of_every
        if part.counting is None and every is not None and part.count > every:
            remedy = f"Write at most {every}: of so many pieces no more can be the cheapest."
            self.faults.add(f"{path}.count", part.count, "impossible_range", remedy)
        if part.counting is not None and every is None:
            remedy = "Add of_every: of how many of these pieces."
            self.faults.echo(f"{path}.of_every", None, "missing_field", remedy)
        counting = self._filter(part.counting, f"{path}.counting")
        return CheapestPieces(part.count, every, counting, part.most)

    def _condition(self, raw: object, path: str) -> Condition | None:
        if raw is None:
            return None
        return parse_condition(raw, path=path, vocabulary=self.vocabulary, faults=self.faults)

    def _filter(self, raw: object, path: str) -> LineFilter | None:
        if raw is None:
            return None
        return parse_line_filter(raw, path=path, vocabulary=self.vocabulary, faults=self.faults)

    def _group(self, part: DiscountPart, path: str) -> str | None:
        if part.group is not None and part.group not in self.groups:
            known = one_of(self.groups) if self.groups else "a group"
            remedy = f"Declare it under stacking, or write {known}."
            remedy += suggestion(part.group, self.groups)
            self.faults.add(path, part.group, "unknown_group", remedy)
        return part.group

    def _budget(self, code: str, part: DiscountPart, path: str) -> str | None:
        if part.budget is None:
            return None
        key = BUDGET + code
        budget = build_budget(
            part.budget,
            key=key,
            path=path,
            decimals={self.vocabulary.exponent},
            faults=self.faults,
        )
        if budget is None:
            return None
        self.budgets[key] = budget
        return key


def _is_share(raw: object) -> bool:
    return isinstance(raw, str) and raw.strip().endswith("%")
