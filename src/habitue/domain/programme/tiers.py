"""Tiers in the document: what qualifies, their thresholds, and how long they are held."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, PlainValidator
from pydantic_core import PydanticCustomError

from habitue.domain.programme.earn import factor_of
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.kinds import NO_TIER
from habitue.domain.programme.measures import Metric, Window
from habitue.domain.programme.model import Tier, Tiers
from habitue.domain.programme.parts import Label, Number, Part, Slug, YesNo
from habitue.domain.programme.points import read_list
from habitue.domain.programme.reading import (
    choice,
    one_of,
    read_choice,
    read_period,
    read_slug,
    read_units,
    read_whole,
    suggestion,
    wrong,
)
from habitue.kit.periods import Period

Validity = Period | Literal["calendar_year", "membership_year"] | None

_METRICS = ("spend", "visits", "purchases", "tenure", "points")
_WINDOWS: dict[str, Window] = {
    "calendar year": Window("calendar_year"),
    "membership year": Window("membership_year"),
    "lifetime": Window("lifetime"),
}
_VALIDITIES: dict[str, Literal["calendar_year", "membership_year"] | None] = {
    "end of next calendar year": "calendar_year",
    "end of next membership year": "membership_year",
    "for ever": None,
}
_ROLLING = "rolling "


def read_window(raw: object) -> Window:
    """``rolling 12 months``, ``calendar year``, ``membership year`` or ``lifetime``."""
    if isinstance(raw, str) and raw.startswith(_ROLLING):
        return Window("rolling", read_period(raw.removeprefix(_ROLLING)))
    try:
        return _WINDOWS[read_choice(raw, _WINDOWS)]
    except PydanticCustomError as error:
        remedy = f"Write rolling 12 months, {one_of(_WINDOWS)}."
        raise wrong("unknown_choice", remedy) from error


def read_metric_name(raw: object) -> str:
    """One of the metrics; points may name a currency (``points.stars``)."""
    if isinstance(raw, str) and (raw in _METRICS or raw.startswith("points.")):
        return raw
    remedy = f"Write {one_of((*_METRICS, 'points.<currency>'))}.{suggestion(raw, _METRICS)}"
    raise wrong("unknown_metric", remedy)


def read_by(raw: object) -> dict[str, Window]:
    """``{spend: rolling 12 months}``: what qualifies, each in its window."""
    if not isinstance(raw, Mapping) or not raw:
        raise wrong("not_a_mapping", "Write what qualifies: {spend: rolling 12 months}.")
    return {read_metric_name(name): read_window(window) for name, window in raw.items()}


def read_validity(raw: object) -> tuple[Validity]:
    """How long a tier is held, in a tuple of one so that "for ever" differs from "not said"."""
    if isinstance(raw, str) and raw in _VALIDITIES:
        return (_VALIDITIES[raw],)
    try:
        return (read_period(raw),)
    except PydanticCustomError as error:
        remedy = f"Write a period such as 12 months, {one_of(_VALIDITIES)}."
        raise wrong("unknown_choice", remedy) from error


def read_perks(raw: object) -> tuple[str, ...]:
    """Codes of perks, each once."""
    return tuple(read_list(raw, read_slug)) if raw != [] else ()


class TierPart(Part):
    """One tier."""

    name: Label | None = None
    enter: Any = None
    keep: Any = None
    reenter: Any = None
    multiply: Number | None = None
    perks: Annotated[tuple[str, ...], PlainValidator(read_perks)] = ()
    invitation: YesNo = False


def read_tier(raw: object) -> TierPart:
    """A tier; whatever is not a mapping was probably meant as a setting."""
    if raw is not None and not isinstance(raw, Mapping):
        settings = TiersPart.known_fields()
        raise wrong(
            "unknown_field",
            f"Write a mapping for a tier ({{enter: 500.00}}), or a setting: {', '.join(settings)}.",
        )
    return TierPart.model_validate(raw)


class TiersPart(Part):
    """The settings of the tiers, and under any other name a tier."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[TierPart, PlainValidator(read_tier)]]

    by: Annotated[dict[str, Window], PlainValidator(read_by)]
    combine: Annotated[Literal["any", "all"], PlainValidator(choice("any", "all"))] = "any"
    valid: Annotated[tuple[Validity] | None, PlainValidator(read_validity)] = None
    grace: Annotated[
        Period | None, PlainValidator(lambda raw: None if raw == "none" else read_period(raw))
    ] = None
    downgrade: Annotated[
        Literal["soft_landing", "to_deserved"],
        PlainValidator(choice("soft_landing", "to_deserved")),
    ] = "soft_landing"
    crossing: Annotated[
        Literal["old_rate", "split"], PlainValidator(choice("old_rate", "split"))
    ] = "old_rate"
    of: Slug | None = None

    @property
    def tiers(self) -> Mapping[str, TierPart]:
        """The tiers by code, in the order of the document."""
        return self.__pydantic_extra__


class _Builder:
    """Builds the tiers of one document."""

    def __init__(
        self,
        part: TiersPart,
        vocabulary: Vocabulary,
        multiplied: str | None,
        faults: Faults,
        path: str,
    ) -> None:
        self.part = part
        self.path = path
        self.vocabulary = vocabulary
        self.multiplied = multiplied
        self.faults = faults
        self.metrics = self._metrics()

    def build(self) -> Tiers:
        part = self.part
        if not part.tiers:
            self.faults.echo(
                self.path, "", "empty", "Add at least one tier: gold: {enter: 500.00}."
            )
        tiers = [self._tier(code, tier) for code, tier in part.tiers.items()]
        ordered = self._ordered([tier for tier in tiers if tier is not None])
        if part.crossing == "split" and [metric.name for metric in self.metrics] != ["spend"]:
            remedy = "Write old_rate: only spend, as the single metric, can be split."
            self.faults.add(f"{self.path}.crossing", part.crossing, "does_not_fit", remedy)
        return Tiers(
            metrics=self.metrics,
            combine=part.combine,
            tiers=tuple(ordered),
            valid=self._valid(),
            grace=part.grace,
            downgrade=part.downgrade,
            crossing=part.crossing,
            multiplied_currency=self._multiplied(),
        )

    def _metrics(self) -> tuple[Metric, ...]:
        """The metrics in a fixed order: that of a stored document says nothing."""
        metrics = []
        for name in sorted(self.part.by, key=_metric_rank):
            window = self.part.by[name]
            if name == "points" or name.startswith("points."):
                currency = name.removeprefix("points").removeprefix(".") or self.multiplied
                if currency is None or currency not in self.vocabulary.points:
                    remedy = f"Write points. and {one_of(self.vocabulary.points)}."
                    self.faults.add(f"{self.path}.by.{name}", name, "unknown_points", remedy)
                    continue
                metrics.append(Metric("points", window, currency))
            else:
                metrics.append(Metric(_metric_word(name), window))
        return tuple(metrics)

    def _tier(self, code: str, part: TierPart) -> Tier | None:
        path = f"{self.path}.{code}"
        try:
            read_slug(code)
        except PydanticCustomError as error:
            self.faults.add(path, code, error.type, error.message())
        if code == NO_TIER:
            self.faults.add(path, code, "reserved_name", "Choose another code for the tier.")
        if part.invitation:
            return self._invited(code, part, path)
        if part.enter is None:
            remedy = "Add the field enter, or write invitation: yes."
            self.faults.add(f"{path}.enter", None, "missing_field", remedy)
            return None
        enter = self._thresholds(part.enter, f"{path}.enter", required=True)
        keep = self._lower(part.keep, enter, f"{path}.keep")
        reenter = self._lower(part.reenter, enter, f"{path}.reenter")
        factor = factor_of(part.multiply or 1, f"{path}.multiply", self.faults)
        if part.multiply is not None and not part.multiply:
            factor_of(part.multiply, f"{path}.multiply", self.faults)
        return Tier(code, enter, keep, reenter, factor, part.perks)

    def _invited(self, code: str, part: TierPart, path: str) -> Tier | None:
        """A tier to which nothing leads but an invitation; there is one at most, the highest."""
        for name in ("enter", "keep", "reenter"):
            if (given := getattr(part, name)) is not None:
                remedy = "Remove it: an invitation alone leads to this tier, and keeps it."
                self.faults.add(f"{path}.{name}", given, "conflicting_fields", remedy)
        others = [other for other, tier in self.part.tiers.items() if tier.invitation]
        if code != min(others):
            remedy = f"Keep one tier by invitation: {min(others)} is one already."
            self.faults.add(f"{path}.invitation", "yes", "too_many", remedy)
            return None
        nothing: tuple[int | None, ...] = (None,) * len(self.metrics)
        factor = factor_of(part.multiply or 1, f"{path}.multiply", self.faults)
        return Tier(code, nothing, nothing, nothing, factor, part.perks, invitation=True)

    def _thresholds(self, raw: object, path: str, *, required: bool) -> tuple[int | None, ...]:
        """Thresholds in the order of the metrics; ``None`` where the document gives none."""
        metrics = self.metrics
        nothing: tuple[int | None, ...] = (None,) * len(metrics)
        if self.faults.spoiled(f"{self.path}.by"):
            return nothing
        if not isinstance(raw, Mapping):
            if len(metrics) == 1:
                return (self._threshold(raw, metrics[0], path),)
            remedy = f"Write a threshold for each metric: {{{', '.join(self.part.by)}}}."
            self.faults.add(path, raw, "not_a_mapping", remedy)
            return nothing
        known = {self._name(metric): metric for metric in metrics}
        for name in raw:
            if name not in known:
                remedy = f"Write {one_of(known)}: what {self.path}.by names."
                self.faults.add(f"{path}.{name}", raw[name], "unknown_metric", remedy)
        found = tuple(
            self._threshold(raw[name], metric, f"{path}.{name}") if name in raw else None
            for name, metric in known.items()
        )
        missing = [name for name in known if name not in raw]
        if required and (len(missing) == len(known) or (missing and self.part.combine == "all")):
            self.faults.echo(path, raw, "missing_field", f"Add {one_of(missing)}.")
        return found

    def _name(self, metric: Metric) -> str:
        """The metric as ``tiers.by`` spells it."""
        return "points" if metric.name == "points" and "points" in self.part.by else metric.key

    def _threshold(self, raw: object, metric: Metric, path: str) -> int | None:
        try:
            if metric.name == "spend":
                return read_units(raw, self.vocabulary.exponent)
            if metric.name == "points":
                return read_units(raw, self.vocabulary.points[metric.currency or ""])
            return read_whole(raw)
        except PydanticCustomError as error:
            self.faults.add(path, raw, error.type, error.message())
            return None

    def _lower(
        self, raw: object, enter: tuple[int | None, ...], path: str
    ) -> tuple[int | None, ...]:
        """Thresholds that may not be above those of entry, and are those where none are given."""
        if raw is None:
            return enter
        given = self._thresholds(raw, path, required=False)
        result = []
        for metric, threshold, entry in zip(self.metrics, given, enter, strict=True):
            if threshold is not None and entry is not None and threshold > entry:
                remedy = "Lower it: it may not be above what is needed to enter."
                self.faults.add(path, raw, "above_enter", remedy)
            elif threshold is not None and entry is None and not self.faults.spoiled(path):
                name = self._name(metric)
                remedy = f"Add {name} to enter, or remove it here."
                self.faults.add(f"{path}.{name}", threshold, "missing_field", remedy)
            result.append(entry if threshold is None else threshold)
        return tuple(result)

    def _ordered(self, tiers: list[Tier]) -> list[Tier]:
        """The tiers, lowest first, by their thresholds: documents are stored without an order."""
        below = dict.fromkeys((tier.code for tier in tiers), 0)
        for one, other in combinations(tiers, 2):
            above = one.invitation - other.invitation or self._compare(one, other)
            if above:
                below[one.code if above > 0 else other.code] += 1
                continue
            path = f"{self.path}.{other.code}.enter"
            if not (
                self.faults.spoiled(path) or self.faults.spoiled(f"{self.path}.{one.code}.enter")
            ):
                remedy = f"Let the thresholds of {one.code} and {other.code} ascend: every one "
                remedy += "that both have must be higher for the same tier."
                self.faults.add(path, self.part.tiers[other.code].enter, "not_ascending", remedy)
        return sorted(tiers, key=lambda tier: (below[tier.code], tier.code))

    def _compare(self, one: Tier, other: Tier) -> int:
        """1 where ``one`` stands above, -1 where below, 0 where it cannot be said."""
        pairs = [
            (a > b) - (a < b)
            for a, b in zip(one.enter, other.enter, strict=True)
            if a is not None and b is not None
        ]
        signs = {sign for sign in pairs if sign} if self.part.combine == "all" else set(pairs)
        return signs.pop() if len(signs) == 1 else 0

    def _valid(self) -> Validity:
        if self.part.valid is not None:
            return self.part.valid[0]
        defaults = {
            metric.window: _default_validity(metric.window)
            for metric in self.metrics
            if metric.name != "tenure" or len(self.metrics) == 1
        }
        kinds = list(dict.fromkeys(defaults.values()))
        if len(kinds) > 1:
            remedy = "Say how long a tier is held: the metrics are counted over different times."
            self.faults.add(f"{self.path}.valid", None, "missing_field", remedy)
        return kinds[0] if kinds else None

    def _multiplied(self) -> str:
        code = self.part.of or self.multiplied
        if code is not None and code not in self.vocabulary.points:
            remedy = f"Write {one_of(self.vocabulary.points)}."
            self.faults.add(f"{self.path}.of", code, "unknown_points", remedy)
        if code is None and any(tier.multiply is not None for tier in self.part.tiers.values()):
            remedy = f"Say which points a tier multiplies: {one_of(self.vocabulary.points)}."
            self.faults.add(f"{self.path}.of", None, "missing_field", remedy)
        return code or min(self.vocabulary.points, default="")


def _metric_rank(name: str) -> tuple[int, str]:
    return (_METRICS.index(name.partition(".")[0]), name)


def _metric_word(name: str) -> Literal["spend", "visits", "purchases", "tenure"]:
    words: dict[str, Literal["spend", "visits", "purchases", "tenure"]] = {
        "spend": "spend",
        "visits": "visits",
        "purchases": "purchases",
        "tenure": "tenure",
    }
    return words[name]


def _default_validity(window: Window) -> Validity:
    if window.kind == "rolling":
        return window.period
    return {
        "calendar_year": "calendar_year",
        "membership_year": "membership_year",
        "lifetime": None,
    }[window.kind]


def build_tiers(
    part: TiersPart,
    *,
    vocabulary: Vocabulary,
    multiplied: str | None,
    faults: Faults,
    path: str = "tiers",
) -> Tiers:
    """One structure of tiers as the engine reads it.

    ``multiplied`` is the currency of points that is meant where the document names none; ``path``
    is where the document says the structure.
    """
    return _Builder(part, vocabulary, multiplied, faults, path).build()
