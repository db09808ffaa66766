"""Events as they were recorded."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class LedgerEvent(models.Model):
    """One recorded event with the answer that was given to it; never changed, never deleted.

    The order of recording is (``recorded_at``, ``batch_id``, ``position``).
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "event_id")
    member_id = models.UUIDField()
    event_id = models.UUIDField()
    programme_id = models.UUIDField()
    version_number = models.IntegerField()
    kind = models.TextField()
    source = models.TextField()
    external_id = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    batch_id = models.UUIDField()
    position = models.IntegerField()
    payload = PlainJson()
    answer = PlainJson()

    class Meta:
        db_table = "ledger_event"
        indexes = (BrinIndex(fields=["recorded_at"], name="ledger_event_recorded"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"
