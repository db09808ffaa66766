"""The lines of the ledger: lots, entries, moves of tier, draws on budgets.  All append-only."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope
from habitue.domain.programme.draw_model import ENTRIES

ENTRY_KINDS = (
    "earn",
    "reverse",
    "redeem",
    "restore",
    "expire",
    "activate",
    "settle",
    "adjust",
    "transfer_out",
    "transfer_in",
    "write_off",
)
MOVE_CAUSES = ("qualified", "returned", "lapsed", "by_hand")


class Lot(models.Model):
    """A lot as it was opened; what is left of it is the sum of its entries.

    ``activates_at`` is null where a confirmation is awaited, ``expires_at`` where no date is set.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "lot_id")
    member_id = models.UUIDField()
    lot_id = models.UUIDField()
    programme_id = models.UUIDField()
    currency = models.TextField()
    opened_at = models.DateTimeField()
    activates_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    event_id = models.UUIDField(null=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.UUIDField()

    class Meta:
        db_table = "lot"
        indexes = (BrinIndex(fields=["recorded_at"], name="lot_recorded"),)

    def __str__(self) -> str:
        return f"{self.currency} {self.lot_id}"


class Entry(models.Model):
    """One line of the ledger.

    ``event_id`` is the event that the line is about (null where only time passed), ``recorded_by``
    the one whose recording posted it.  ``lot_id`` is null where the line changes the member's debt.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "entry_id")
    member_id = models.UUIDField()
    entry_id = models.UUIDField()
    programme_id = models.UUIDField()
    currency = models.TextField()
    lot_id = models.UUIDField(null=True)
    kind = models.TextField()
    amount = models.BigIntegerField()
    effective_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    event_id = models.UUIDField(null=True)
    recorded_by = models.UUIDField()
    version_number = models.IntegerField()
    rule = models.TextField(null=True)
    against = models.UUIDField(null=True)
    reason = PlainJson()

    class Meta:
        db_table = "entry"
        verbose_name_plural = "entries"
        constraints = (
            models.CheckConstraint(name="entry_amount_not_zero", condition=~models.Q(amount=0)),
            models.CheckConstraint(
                name="entry_kind_known", condition=models.Q(kind__in=ENTRY_KINDS)
            ),
        )
        indexes = (
            models.Index(
                fields=["member_id", "programme_id", "currency", "effective_at"],
                name="entry_effective",
            ),
            BrinIndex(fields=["recorded_at"], name="entry_recorded"),
            # Few lines are of draws; the list of a draw is asked for without knowing its members.
            models.Index(
                fields=["programme_id", "currency"],
                name="entry_of_draw",
                condition=models.Q(currency__startswith=ENTRIES),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.currency}"


class TierMove(models.Model):
    """A change of tier; ``sign`` is -1 where a correction takes an earlier line back, and
    ``event_id`` is null where only time passed.  ``structure`` is the key of the structure of
    tiers, empty for the main one."""

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "move_id")
    member_id = models.UUIDField()
    move_id = models.UUIDField()
    programme_id = models.UUIDField()
    at = models.DateTimeField()
    from_tier = models.TextField()
    to_tier = models.TextField()
    cause = models.TextField()
    event_id = models.UUIDField(null=True)
    recorded_by = models.UUIDField()
    valid_until = models.DateTimeField(null=True)
    sign = models.SmallIntegerField()
    recorded_at = models.DateTimeField()
    structure = models.TextField(db_default="")

    class Meta:
        db_table = "tier_move"
        constraints = (
            models.CheckConstraint(
                name="tier_move_sign_is_one", condition=models.Q(sign__in=(-1, 1))
            ),
            models.CheckConstraint(
                name="tier_move_cause_known", condition=models.Q(cause__in=MOVE_CAUSES)
            ),
        )
        indexes = (
            models.Index(fields=["member_id", "programme_id", "at"], name="tier_move_at"),
            BrinIndex(fields=["recorded_at"], name="tier_move_recorded"),
        )

    def __str__(self) -> str:
        return f"{self.from_tier} to {self.to_tier}"


class BudgetDraw(models.Model):
    """What an event took from a shared budget, or gave back.

    ``units_before`` and ``times_before`` are the budget's books just before this line, so that
    each line proves the next one.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "draw_id")
    member_id = models.UUIDField()
    draw_id = models.UUIDField()
    programme_id = models.UUIDField()
    budget = models.TextField()
    event_id = models.UUIDField()
    recorded_by = models.UUIDField()
    wanted = models.BigIntegerField()
    granted = models.BigIntegerField()
    granted_times = models.BigIntegerField()
    taken = models.BigIntegerField()
    times = models.BigIntegerField()
    units_before = models.BigIntegerField()
    times_before = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    batch_id = models.UUIDField()
    position = models.IntegerField()

    class Meta:
        db_table = "budget_draw"
        indexes = (
            models.Index(fields=["member_id", "programme_id"], name="budget_draw_member"),
            BrinIndex(fields=["recorded_at"], name="budget_draw_recorded"),
        )

    def __str__(self) -> str:
        return f"{self.taken} of {self.budget}"
