"""Programmes and their versions."""

from typing import ClassVar

from django.db import models

from habitue.data.scope import Scope


class Programme(models.Model):
    """One programme (a brand); its code is what the world calls it.

    ``latest_number`` is the number of its newest version, 0 before the first: by it a process
    sees that its compiled versions are out of date.  ``currency`` never changes: amounts of money
    in the ledger are in it.  ``needs_review``: a second person approves a draft before it takes
    effect.  ``chance_secret`` is what the seeds of chances are made of; it is set once, with the
    first version that is published, and never told.  ``moved_number`` is the latest version
    by which members were moved between tiers: a newer one in effect has yet to move them.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    programme_id = models.UUIDField(primary_key=True)
    code = models.TextField(unique=True)
    currency = models.TextField()
    latest_number = models.IntegerField(default=0)
    moved_number = models.IntegerField(default=0, db_default=0)
    needs_review = models.BooleanField(default=False, db_default=False)
    chance_secret = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "programme"

    def __str__(self) -> str:
        return self.code


class ProgrammeVersion(models.Model):
    """One published version of the programme document; it never changes.

    ``written`` is the text that it was published from, with its comments and its order, where it
    came as a text; it says the same as ``document``.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "number")
    programme_id = models.UUIDField()
    number = models.IntegerField()
    document = models.JSONField()
    document_hash = models.BinaryField()
    effective_at = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.TextField()
    written = models.TextField(null=True)

    class Meta:
        db_table = "programme_version"
        constraints = (
            models.CheckConstraint(
                name="programme_version_number_positive", condition=models.Q(number__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.programme_id} version {self.number}"
