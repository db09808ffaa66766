"""Budgets that all members share."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class Budget(models.Model):
    """What has been taken from one budget, over all versions of its programme.

    The cap stands in the programme document.  ``latest_recorded_at`` keeps the order of recording
    strict among those who locked the row.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "key")
    programme_id = models.UUIDField()
    key = models.TextField()
    units_taken = models.BigIntegerField(default=0)
    times_taken = models.BigIntegerField(default=0)
    latest_recorded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "budget"

    def __str__(self) -> str:
        return self.key
