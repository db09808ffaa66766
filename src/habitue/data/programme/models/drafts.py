"""Drafts of programme documents, and what each of their revisions said."""

from typing import ClassVar

from django.db import models

from habitue.data.plain_json import PlainJson
from habitue.data.scope import Scope


class ProgrammeDraft(models.Model):
    """A document that is being written, until it takes effect or is given up.

    ``revision`` counts its saves: whoever saves names the one that they saw.  ``base_number`` is
    the version that it began as, 0 for a programme that is new.  Names of people are kept as they
    were then, as in the trail.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    draft_id = models.UUIDField(primary_key=True)
    programme = models.TextField()
    name = models.TextField()
    base_number = models.IntegerField()
    revision = models.IntegerField()
    state = models.TextField()
    notes = models.TextField(default="")
    author_id = models.UUIDField(null=True)
    author_name = models.TextField()
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    reviewer_id = models.UUIDField(null=True)
    reviewer_name = models.TextField(default="")
    remark = models.TextField(default="")
    published_number = models.IntegerField(null=True)

    class Meta:
        db_table = "programme_draft"
        indexes = (models.Index(fields=["programme", "-changed_at"], name="programme_draft_list"),)
        constraints = (
            models.CheckConstraint(
                name="programme_draft_revision_positive", condition=models.Q(revision__gt=0)
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.programme})"


class DraftRevision(models.Model):
    """What a draft said after one save, and who saved it; it never changes.

    The document is kept as it was written: the order of its names helps whoever reads it.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("draft_id", "revision")
    draft_id = models.UUIDField()
    revision = models.IntegerField()
    document = PlainJson()
    saved_at = models.DateTimeField()
    author_id = models.UUIDField(null=True)
    author_name = models.TextField()

    class Meta:
        db_table = "draft_revision"

    def __str__(self) -> str:
        return f"{self.draft_id} revision {self.revision}"
