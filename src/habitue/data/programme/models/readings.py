"""Who has read which rules."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class RulesReading(models.Model):
    """A colleague confirmed to have read a version of a programme; it is never taken back.

    ``device_id`` is the till at which it was read, if it was one.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "staff_id", "number")
    programme_id = models.UUIDField()
    staff_id = models.UUIDField()
    number = models.IntegerField()
    read_at = models.DateTimeField()
    device_id = models.UUIDField(null=True)

    class Meta:
        db_table = "rules_reading"

    def __str__(self) -> str:
        return f"{self.staff_id} read version {self.number}"
