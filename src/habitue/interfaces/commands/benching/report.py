"""What a benchmark answers, as a table for people and as one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Protocol

from rich.table import Table

from habitue.interfaces.commands.output import console


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; ``met`` is ``None`` where there is no budget for it."""

    name: str
    value: float
    unit: str
    budget: str = ""
    met: bool | None = None


@dataclass(slots=True)
class Result:
    """All that one benchmark found, with what it takes to repeat it."""

    name: str
    what: str
    sizes: dict[str, Any]
    figures: list[Figure] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)
    """Rounds, splits and profiles: what explains the figures."""

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> None:
        """Add a figure, with its budget where it has one."""
        if at_least is not None:
            self.figures.append(Figure(name, value, unit, f"≥ {at_least:g}", value >= at_least))
        elif at_most is not None:
            self.figures.append(Figure(name, value, unit, f"≤ {at_most:g}", value <= at_most))
        else:
            self.figures.append(Figure(name, value, unit))

    def as_json(self) -> dict[str, Any]:
        """The result as plain data."""
        return {
            "what": self.what,
            "sizes": self.sizes,
            "figures": {
                figure.name: {
                    "value": round(figure.value, 4),
                    "unit": figure.unit,
                    **({} if figure.met is None else {"budget": figure.budget, "met": figure.met}),
                }
                for figure in self.figures
            },
            "details": self.details,
        }


def show(result: Result) -> None:
    """Show a result to the person, on standard error."""
    sizes = ", ".join(f"{name} {value}" for name, value in result.sizes.items())
    table = Table("Figure", "Value", "Unit", "Budget", "", title=f"{result.name}: {result.what}")
    table.caption = sizes
    for figure in result.figures:
        sign = {True: "met", False: "[bold]missed[/]", None: ""}[figure.met]
        table.add_row(figure.name, shown(figure.value), figure.unit, figure.budget, sign)
    console.print(table)


def shown(value: float) -> str:
    """A number with as many digits as mean something."""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def middle(values: Sequence[float]) -> float:
    """The median of the rounds."""
    return float(median(values))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value below which a share of the sorted values lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Round(Protocol):
    """One round of the floor or of what is measured against it."""

    @property
    def per_second(self) -> float:
        """How many events a second."""

    @property
    def cores(self) -> Mapping[str, float]:
        """CPU seconds per second of each party."""


def add_costs(
    result: Result, floors: Sequence[Round], rounds: Sequence[Round], *, what: str
) -> None:
    """Add what one event costs each party, in CPU time.

    Unlike rates, these hardly depend on what else the machine is doing.
    """
    for name, each in ((what, rounds), ("pgbench transaction", floors)):
        for party in each[0].cores:
            costs = [one.cores[party] / one.per_second * 1_000_000 for one in each]
            result.add(f"{name}, CPU of {party}", middle(costs), "µs")
        totals = [sum(one.cores.values()) / one.per_second * 1_000_000 for one in each]
        result.add(f"{name}, CPU in all", middle(totals), "µs")


def split(cores: Mapping[str, float]) -> dict[str, float]:
    """Who used how many cores, rounded."""
    return {name: round(value, 2) for name, value in cores.items()}
