"""Invitations into closed clubs."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class Invitation(models.Model):
    """A code with which so many people let themselves into a programme that is closed.

    The code is kept as it is, because the house prints and sends it again; it opens a club, and
    nobody's account.  ``key`` is the natural key of whoever made it, so that a form or a call that
    is sent again makes no second one.  Names of people are kept as they were then, as in the trail.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    invitation_id = models.UUIDField(primary_key=True)
    programme = models.TextField()
    code = models.TextField(unique=True)
    key = models.TextField(unique=True)
    note = models.TextField(default="")
    people = models.IntegerField()
    joined = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    author_name = models.TextField()

    class Meta:
        db_table = "invitation"
        indexes = (models.Index(fields=["programme", "-created_at"], name="invitation_list"),)
        constraints = (
            models.CheckConstraint(
                name="invitation_people_within",
                condition=models.Q(joined__gte=0, joined__lte=models.F("people")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} ({self.programme})"
