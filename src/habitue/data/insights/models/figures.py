"""Figures beside the ledger: sums and rows that pages read, made again from the ledger at will."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from habitue.data.scope import Scope


class FigureWatermark(models.Model):
    """Up to when the ledger's recordings are in the figures; there is one row, or none yet."""

    scope: ClassVar[Scope] = Scope.SMALL

    watermark_id = models.SmallIntegerField(primary_key=True)
    settled_until = models.DateTimeField()

    class Meta:
        db_table = "figure_watermark"

    def __str__(self) -> str:
        return f"settled until {self.settled_until}"


class ProgrammeFigure(models.Model):
    """By which version of a programme the rows of its members were made."""

    scope: ClassVar[Scope] = Scope.SMALL

    programme_id = models.UUIDField(primary_key=True)
    latest_number = models.IntegerField()

    class Meta:
        db_table = "programme_figure"

    def __str__(self) -> str:
        return f"{self.programme_id} by version {self.latest_number}"


class DailyFigure(models.Model):
    """One sum of one local day.

    ``store`` is a store's code, empty where there was none, or ``ALL_STORES``.  ``measure`` is one
    of ``habitue.data.insights.figures``; ``currency`` is that of points, else empty.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "store", "measure", "currency", "day")
    programme_id = models.UUIDField()
    store = models.TextField(db_collation="C")
    measure = models.TextField(db_collation="C")
    currency = models.TextField(db_collation="C")
    day = models.DateField()
    value = models.BigIntegerField()

    class Meta:
        db_table = "daily_figure"

    def __str__(self) -> str:
        return f"{self.measure} {self.day}: {self.value}"


class Activity(models.Model):
    """Who bought something in a month or on a day: a set of the members' places as bits.

    A union of sets counts members of any stretch of days once, which sums of days cannot.  Place 0
    is the lowest bit of the first byte; zero bytes at the end are left out.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "store", "unit", "first_day")
    programme_id = models.UUIDField()
    store = models.TextField(db_collation="C")
    unit = models.TextField(db_collation="C")
    first_day = models.DateField()
    members = models.BinaryField()

    class Meta:
        db_table = "activity"
        verbose_name_plural = "activity"
        constraints = (
            models.CheckConstraint(
                name="activity_unit_known", condition=models.Q(unit__in=("day", "month"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.unit} {self.first_day}"


class MemberFigure(models.Model):
    """A member as lists show them, in one programme.

    Instants are microseconds; 0 in ``latest_purchase_at`` means never.  ``place`` is the member's
    bit in ``Activity``.  ``birthday`` is month × 100 + day.  ``own_purchase_at`` leaves out what
    merged duplicates bought.  ``balance`` is that of the programme's first currency of points.
    ``tier`` is that of the main structure of tiers, ``tiers_beside`` those of the further ones.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "programme_id")
    member_id = models.UUIDField()
    programme_id = models.UUIDField()
    place = models.IntegerField()
    number = models.TextField(db_collation="C")
    name = models.TextField()
    folded_name = models.TextField(db_collation="C")
    status = models.TextField()
    merged_into = models.UUIDField(null=True)
    store = models.TextField(db_collation="C")
    joined_at = models.BigIntegerField()
    joined_day = models.DateField()
    birthday = models.SmallIntegerField(null=True)
    tier = models.TextField()
    tier_rank = models.SmallIntegerField()
    own_purchase_at = models.BigIntegerField()
    latest_purchase_at = models.BigIntegerField()
    purchases = models.BigIntegerField()
    visits = models.BigIntegerField()
    spend = models.BigIntegerField()
    balance = models.BigIntegerField()
    balances = models.JSONField()
    tiers_beside = ArrayField(models.TextField(), db_default=[])

    class Meta:
        db_table = "member_figure"
        indexes = (
            models.Index(
                fields=["programme_id", "folded_name", "member_id"], name="member_figure_name"
            ),
            models.Index(
                fields=["programme_id", "number", "member_id"], name="member_figure_number"
            ),
            models.Index(
                fields=["programme_id", "joined_at", "member_id"], name="member_figure_joined"
            ),
            models.Index(
                fields=["programme_id", "latest_purchase_at", "member_id"],
                name="member_figure_latest",
            ),
            models.Index(fields=["programme_id", "spend", "member_id"], name="member_figure_spend"),
            models.Index(
                fields=["programme_id", "balance", "member_id"], name="member_figure_balance"
            ),
            models.Index(
                fields=["programme_id", "tier_rank", "member_id"], name="member_figure_tier"
            ),
            # Few have a high tier, and counting them should not mean looking at everybody.
            models.Index(fields=["programme_id", "tier"], name="member_figure_tier_code"),
            GinIndex(
                fields=["tiers_beside"],
                name="member_figure_tiers_beside",
                condition=~models.Q(tiers_beside=[]),
            ),
            models.Index(fields=["programme_id", "place"], name="member_figure_place"),
            models.Index(
                fields=["programme_id", "birthday"],
                name="member_figure_birthday",
                condition=models.Q(birthday__isnull=False),
            ),
            models.Index(
                fields=["programme_id", "status"],
                name="member_figure_former",
                condition=~models.Q(status="active"),
            ),
            models.Index(
                fields=["merged_into"],
                name="member_figure_merged",
                condition=models.Q(merged_into__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.number


class MemberChange(models.Model):
    """A member whose own row was made or changed since figures were settled; a trigger notes it,
    in the transaction of the change."""

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "changed_at")
    member_id = models.UUIDField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "member_change"

    def __str__(self) -> str:
        return str(self.member_id)
