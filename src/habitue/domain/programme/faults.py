"""What is wrong with a programme document: where, with which value, and what to do about it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal, TypeAlias

from habitue.domain.errors import Code, Refusal

Severity: TypeAlias = Literal["error", "warning", "note"]
Location: TypeAlias = tuple[str | int, ...]

_LONGEST_VALUE = 80
_STEPS = re.compile(r"[.\[]")
_RANKS: dict[Severity, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, or worth a look.

    ``path`` names the place (``earn.friday.limit.every``), ``value`` shows what stands there,
    ``problem`` is a stable code, ``remedy`` an English sentence for whoever writes documents.
    An ``error`` keeps the document from being used; a ``warning`` or a ``note`` does not.
    ``example`` shows what happens, where there is something to show: plain data of events that the
    engine has really decided (``checks.trial``).
    """

    path: str
    value: str
    problem: str
    remedy: str
    severity: Severity = "error"
    example: Mapping[str, Any] | None = field(default=None, compare=False)

    def as_json(self) -> dict[str, Any]:
        """The fault as plain data."""
        plain: dict[str, Any] = {
            "path": self.path,
            "value": self.value,
            "problem": self.problem,
            "remedy": self.remedy,
            "severity": self.severity,
        }
        if self.example is not None:
            plain["example"] = self.example
        return plain


class InvalidDocument(Refusal):
    """The document cannot be used: ``faults`` lists everything that was found, errors first."""

    def __init__(self, faults: list[Fault]) -> None:
        ordered = in_order(faults)
        errors = sum(fault.severity == "error" for fault in ordered)
        super().__init__(
            Code.INVALID_DOCUMENT,
            ordered[0].path if ordered else "",
            errors=errors,
            problem=ordered[0].problem if ordered else "",
            remedy=ordered[0].remedy if ordered else "",
        )
        self.faults = ordered

    def as_json(self) -> dict[str, object]:
        """The refusal as plain data, with every fault."""
        return {**super().as_json(), "faults": [fault.as_json() for fault in self.faults]}


class Faults:
    """Collects faults while a document is read.

    A fault of a whole that merely echoes one of its parts is left out: where ``earn.base.give`` is
    already known to be wrong, nobody needs to hear that ``earn.base`` gives nothing.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        # The places of all errors, and of everything that holds them.
        self._spoiled: set[str] = set()

    def __iter__(self) -> Iterator[Fault]:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def has_errors(self) -> bool:
        """Whether one of them keeps the document from being used."""
        return bool(self._spoiled)

    def add(
        self,
        path: str,
        value: object,
        problem: str,
        remedy: str,
        *,
        severity: Severity = "error",
        example: Mapping[str, Any] | None = None,
    ) -> None:
        """Record a fault of the place ``path``."""
        self._faults.append(Fault(path, show_value(value), problem, remedy, severity, example))
        if severity == "error":
            self._spoiled.add(path)
            self._spoiled.update(path[: mark.start()] for mark in _STEPS.finditer(path))

    def echo(self, path: str, value: object, problem: str, remedy: str) -> None:
        """Record an error that may only be the consequence of one that is known already."""
        if not self.spoiled(path):
            self.add(path, value, problem, remedy)

    def spoiled(self, path: str) -> bool:
        """Whether an error is known at the place, or at one of its parts."""
        return path in self._spoiled


def in_order(faults: Iterable[Fault]) -> list[Fault]:
    """The faults, each once, errors first, then by place."""
    return sorted(
        dict.fromkeys(faults), key=lambda fault: (_RANKS[fault.severity], fault.path, fault.problem)
    )


def path_of(location: Location) -> str:
    """``("earn", "base", "limit", 0)`` as ``earn.base.limit[0]``."""
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        else:
            path += f".{step}" if path else step
    return path


def show_value(value: object) -> str:
    """A short one-line text of a value as it stands in the document."""
    if value is None:
        return "null"
    if isinstance(value, str | Decimal | date):
        text = str(value)
    else:
        try:
            text = json.dumps(value, default=str, ensure_ascii=False)
        except (TypeError, ValueError, RecursionError):
            text = type(value).__name__
    text = " ".join(text.split()).encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"
