"""Models of the application ``ledger``: what happened to each member, for ever."""

from habitue.data.ledger.models.events import LedgerEvent
from habitue.data.ledger.models.lines import BudgetDraw, Entry, Lot, TierMove
from habitue.data.ledger.models.members import MemberState
from habitue.data.ledger.models.merges import MemberMerge

__all__ = ["BudgetDraw", "Entry", "LedgerEvent", "Lot", "MemberMerge", "MemberState", "TierMove"]
