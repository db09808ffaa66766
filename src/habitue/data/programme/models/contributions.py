"""Contributions of members as they were sent in: the texts and pictures that the ledger leaves
out, and what became of them."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class Contribution(models.Model):
    """A review, a post, a story, a photo, a survey: waiting, approved, refused, or withdrawn.

    ``kind`` is one that the programme declares.  What it is about may be a ``product`` or a
    purchase by its natural key.  ``sent_by`` is the colleague who entered it, empty for the member.
    Only ``state`` and what stands after it ever changes; ``gave`` is what it earned when it was
    approved, in smallest units by currency of points.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "contribution_id")
    member_id = models.UUIDField()
    contribution_id = models.UUIDField()
    programme_id = models.UUIDField()
    kind = models.TextField()
    product = models.TextField(default="")
    product_name = models.TextField(default="")
    purchase_source = models.TextField(default="")
    purchase_external_id = models.TextField(default="")
    body = models.TextField(default="")
    link = models.TextField(default="")
    picture_type = models.TextField(default="")
    picture = models.BinaryField(null=True)
    sent_at = models.DateTimeField()
    sent_by = models.TextField(default="")
    state = models.TextField(default="waiting")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.TextField(default="")
    reason = models.TextField(default="")
    gave = PlainJson(null=True)

    class Meta:
        db_table = "contribution"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(state__in=("waiting", "approved", "refused", "withdrawn")),
                name="contribution_state",
            ),
        )
        indexes = (
            models.Index(
                fields=["programme_id", "state", "-sent_at", "contribution_id"],
                name="contribution_queue",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}, {self.state}"
