"""What an import has done, in numbers.

Every line that was read is in exactly one of the counters ``lines_purchases``, ``lines_returns``,
``lines_receipts_anonymous``, ``lines_returns_anonymous``, ``lines_write_off``,
``lines_adjustment``, ``lines_already_known`` and ``lines_rejected``.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, fields
from typing import Literal, TypeAlias

from habitue.services.importing.receipts import Receipt, Sort
from habitue.services.importing.recording import Matching

Kind: TypeAlias = Literal[
    "purchases",
    "returns",
    "receipts_anonymous",
    "returns_anonymous",
    "write_offs",
    "adjustments",
]

_KINDS: dict[tuple[Sort, bool], Kind] = {
    (Sort.PURCHASE, False): "purchases",
    (Sort.PURCHASE, True): "receipts_anonymous",
    (Sort.RETURN, False): "returns",
    # A return that names an anonymous purchase follows it.
    (Sort.RETURN, True): "returns",
    (Sort.RETURN_ANONYMOUS, True): "returns_anonymous",
    (Sort.WRITE_OFF, True): "write_offs",
    (Sort.ADJUSTMENT, True): "adjustments",
}
_LINES: dict[Kind, str] = {
    "purchases": "lines_purchases",
    "receipts_anonymous": "lines_receipts_anonymous",
    "returns": "lines_returns",
    "returns_anonymous": "lines_returns_anonymous",
    "write_offs": "lines_write_off",
    "adjustments": "lines_adjustment",
}


@dataclass(slots=True)
class Counts:
    """The counters of an import; ``files_already_known`` were not read again."""

    lines_read: int = 0
    lines_already_known: int = 0
    lines_rejected: int = 0
    invoices_already_known: int = 0
    invoices_rejected: int = 0
    returns_matched: int = 0
    returns_partly_matched: int = 0
    returns_unlinked: int = 0
    returns_rejected: int = 0
    members_created: int = 0
    files_already_known: int = 0
    by_kind: Counter[Kind] = field(default_factory=Counter)
    lines_by_kind: Counter[Kind] = field(default_factory=Counter)

    def recorded(self, receipt: Receipt) -> None:
        """A receipt is in the ledger now, or set aside."""
        kind = _KINDS[receipt.sort, receipt.anonymous]
        self.by_kind[kind] += 1
        self.lines_by_kind[kind] += len(receipt.lines)

    def known(self, receipt: Receipt) -> None:
        """A receipt was there before."""
        self.invoices_already_known += 1
        self.lines_already_known += len(receipt.lines)

    def rejected(self, *, lines: int, receipts: int) -> None:
        """Lines were not taken."""
        self.lines_rejected += lines
        self.invoices_rejected += receipts

    def returned(self, matching: Matching | None) -> None:
        """A return was recorded; ``matching`` is absent where it named its purchase, or where
        nothing was to be taken back."""
        self.returns_matched += matching == "matched"
        self.returns_partly_matched += matching == "partly"
        self.returns_unlinked += matching in ("partly", "unlinked")

    def add(self, other: Counts) -> None:
        """Count in what was counted elsewhere."""
        for each in fields(self):
            ours, theirs = getattr(self, each.name), getattr(other, each.name)
            setattr(self, each.name, ours + theirs)

    @property
    def lines(self) -> int:
        """Lines that were not known before, rejected ones among them."""
        return self.lines_read - self.lines_already_known

    @property
    def invoices(self) -> int:
        """Receipts that were not known before, rejected ones among them."""
        return sum(self.by_kind.values()) + self.invoices_rejected

    @property
    def invoices_read(self) -> int:
        """Receipts, whatever became of them."""
        return self.invoices + self.invoices_already_known

    def as_json(self) -> dict[str, int]:
        """The counters as plain data."""
        plain = {
            "lines": self.lines,
            "invoices": self.invoices,
            **{kind: self.by_kind[kind] for kind in _LINES},
            **{name: self.lines_by_kind[kind] for kind, name in _LINES.items()},
        }
        rest = asdict(self)
        del rest["by_kind"], rest["lines_by_kind"]
        return plain | rest
