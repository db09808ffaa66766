"""Where a member stands: the one mutable table of the ledger, rebuilt from its lines at will."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class MemberState(models.Model):
    """The folded state of one member in one programme; its row is the member's lock.

    ``next_due_at`` is when something next becomes true by itself (an expiry, an activation, the
    end of a tier); ``latest_recorded_at`` keeps the order of recording strict for the member.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "programme_id")
    member_id = models.UUIDField()
    programme_id = models.UUIDField()
    state = PlainJson(null=True)
    revision = models.BigIntegerField(default=0)
    horizon_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)
    tier = models.TextField(default="")
    latest_recorded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "member_state"
        indexes = (
            models.Index(
                fields=["next_due_at"],
                name="member_state_due",
                condition=models.Q(next_due_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.member_id} in {self.programme_id}"
