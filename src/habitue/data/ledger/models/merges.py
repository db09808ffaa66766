"""Merges of members, and their undoing."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope

STEPS = ("merged", "undone")


class MemberMerge(models.Model):
    """A duplicate became one with this member, or (``undone``) was made a member again.

    A merge that was undone has two rows.  ``moved`` says what the merge took from the duplicate,
    so that its undoing gives back exactly that: identifiers and details.  The index on the merge
    alone serves the undoing, the one question that does not know the member.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    pk = models.CompositePrimaryKey("member_id", "merge_id", "step")
    member_id = models.UUIDField()
    merge_id = models.UUIDField()
    step = models.TextField()
    duplicate_id = models.UUIDField()
    at = models.DateTimeField()
    actor_kind = models.TextField()
    actor_id = models.UUIDField(null=True)
    actor_name = models.TextField()
    moved = PlainJson()

    class Meta:
        db_table = "member_merge"
        constraints = (
            models.CheckConstraint(
                name="member_merge_step_known", condition=models.Q(step__in=STEPS)
            ),
            models.CheckConstraint(
                name="member_merge_of_two",
                condition=~models.Q(duplicate_id=models.F("member_id")),
            ),
        )
        indexes = (models.Index(fields=["merge_id"], name="member_merge_merge"),)

    def __str__(self) -> str:
        return f"{self.step} {self.merge_id}"
