"""Keys that make every write happen once."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class EventKey(models.Model):
    """The natural key of an event: it never expires, and only one event ever holds it.

    ``member_id`` is null while the event belongs to nobody; ``anonymous`` tells that the first
    answer is kept with the receipt (a later claim does not change it).
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("source", "external_id")
    source = models.TextField(db_collation="C")
    external_id = models.TextField(db_collation="C")
    body_hash = models.BinaryField()
    programme_id = models.UUIDField()
    member_id = models.UUIDField(null=True)
    event_id = models.UUIDField()
    kind = models.TextField()
    anonymous = models.BooleanField()
    claimed_at = models.DateTimeField()

    class Meta:
        db_table = "event_key"

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}"


class Idempotency(models.Model):
    """What was answered to a request that carried an idempotency key.

    ``answer`` is null while the first request is still being worked on.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("key_scope", "key")
    key_scope = models.TextField()
    key = models.TextField()
    body_hash = models.BinaryField()
    status = models.IntegerField(null=True)
    answer = PlainJson(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "idempotency"
        indexes = (models.Index(fields=["created_at"], name="idempotency_created_at"),)

    def __str__(self) -> str:
        return f"{self.key_scope} {self.key}"
