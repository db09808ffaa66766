"""Anonymous purchases, which a member may claim later."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class Receipt(models.Model):
    """A purchase of nobody in particular.  A claim posts it to the member's ledger and notes here
    who claimed it; the purchase itself never changes."""

    scope: ClassVar[Scope] = Scope.SMALL

    event_id = models.UUIDField(primary_key=True)
    programme_id = models.UUIDField()
    version_number = models.IntegerField()
    source = models.TextField()
    external_id = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    payload = PlainJson()
    answer = PlainJson()
    claimed_by = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "receipt"

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class ReceiptReturn(models.Model):
    """A return of an anonymous purchase; it follows the receipt when that is claimed."""

    scope: ClassVar[Scope] = Scope.SMALL

    event_id = models.UUIDField(primary_key=True)
    receipt_id = models.UUIDField(db_index=True)
    programme_id = models.UUIDField()
    version_number = models.IntegerField()
    source = models.TextField()
    external_id = models.TextField()
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    payload = PlainJson()
    answer = PlainJson()

    class Meta:
        db_table = "receipt_return"

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"
