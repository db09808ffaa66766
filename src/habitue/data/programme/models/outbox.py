"""What is to be told to the world once a transaction has been committed."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class Outbox(models.Model):
    """One thing to tell; ``published_at`` is null until the pump has passed it on."""

    scope: ClassVar[Scope] = Scope.SMALL

    outbox_id = models.UUIDField(primary_key=True)
    topic = models.TextField()
    member_id = models.UUIDField(null=True)
    payload = PlainJson()
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "outbox"
        verbose_name_plural = "outbox"
        indexes = (
            models.Index(
                fields=["outbox_id"],
                name="outbox_unpublished",
                condition=models.Q(published_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return f"{self.topic} {self.outbox_id}"
