"""Who did what, and what members agreed to: both are only ever added to."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class TrailEntry(models.Model):
    """One thing that somebody did.  Names are kept as they were then."""

    scope: ClassVar[Scope] = Scope.SMALL

    trail_id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField()
    device_id = models.UUIDField(null=True)
    action = models.TextField()
    subject_kind = models.TextField(default="")
    subject_id = models.TextField(default="")
    subject_name = models.TextField(default="")
    member_id = models.UUIDField(null=True)
    store = models.TextField(null=True)
    details = PlainJson()

    class Meta:
        db_table = "trail"
        verbose_name_plural = "trail entries"
        indexes = (
            models.Index(fields=["-at", "-trail_id"], name="trail_at"),
            models.Index(
                fields=["member_id", "-at"],
                name="trail_member",
                condition=models.Q(member_id__isnull=False),
            ),
            models.Index(fields=["actor_id", "-at"], name="trail_actor"),
            models.Index(fields=["action", "-at"], name="trail_action"),
        )

    def __str__(self) -> str:
        return f"{self.action} by {self.actor_name}"


class Consent(models.Model):
    """A member agreed to something, or took it back; the newest line of a purpose and a channel
    counts."""

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "consent_id")
    member_id = models.UUIDField()
    consent_id = models.UUIDField()
    purpose = models.TextField()
    channel = models.TextField()
    given = models.BooleanField()
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_name = models.TextField()
    wording = models.TextField(default="")

    class Meta:
        db_table = "consent"

    def __str__(self) -> str:
        return f"{self.purpose} by {self.channel}: {self.given}"
