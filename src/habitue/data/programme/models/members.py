"""Members, what identifies them, and the words by which they are found."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from habitue.data.scope import Scope


class Member(models.Model):
    """A customer whom the organisation knows.

    ``number`` is the public member number; that no two members share one is kept by the
    identifier of kind ``card`` that goes with it.  ``folded_name`` is the name as searches
    compare it, each word behind a space.  ``merged_into`` is set while the status is ``merged``.
    """

    scope: ClassVar[Scope] = Scope.MEMBER

    member_id = models.UUIDField(primary_key=True)
    number = models.TextField(db_collation="C")
    given_name = models.TextField(db_default="")
    family_name = models.TextField(db_default="")
    display_name = models.TextField(db_default="")
    folded_name = models.TextField(db_collation="C", db_default="")
    language = models.TextField(db_default="")
    birth_date = models.DateField(null=True)
    joined_at = models.DateTimeField()
    status = models.TextField(db_default="active")
    merged_into = models.UUIDField(null=True)
    store = models.TextField(null=True)
    attributes = models.JSONField(db_default=models.Value({}, models.JSONField()))
    revision = models.BigIntegerField(db_default=0)

    class Meta:
        db_table = "member"
        constraints = (
            models.CheckConstraint(
                name="member_status_known",
                condition=Q(status__in=("active", "closed", "merged")),
            ),
            models.CheckConstraint(
                name="member_merged_into_another",
                condition=Q(status="merged", merged_into__isnull=False)
                | (~Q(status="merged") & Q(merged_into__isnull=True)),
            ),
        )

    def __str__(self) -> str:
        return self.number


class Identifier(models.Model):
    """Something that identifies a member; one value is active for one member at a time.

    ``comparable`` is a looser form (of e-mail addresses) for the review of duplicates; it is no
    identity.  A revoked identifier stays as a record, and its value may be given out again.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    identifier_id = models.UUIDField(primary_key=True)
    kind = models.TextField(db_collation="C")
    value = models.TextField(db_collation="C")
    comparable = models.TextField(db_collation="C", null=True)
    member_id = models.UUIDField()
    trust = models.SmallIntegerField()
    added_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "identifier"
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "value"],
                condition=Q(revoked_at__isnull=True),
                name="identifier_active_once",
            ),
            models.CheckConstraint(
                name="identifier_trust_known", condition=Q(trust__gte=1, trust__lte=3)
            ),
        )
        indexes = (
            models.Index(fields=["member_id"], name="identifier_member"),
            models.Index(
                fields=["comparable"],
                condition=Q(comparable__isnull=False, revoked_at__isnull=True),
                name="identifier_comparable",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class MemberSearch(models.Model):
    """A key under which an active member is found by name; made anew from the name at will.

    How keys are built stands in ``habitue.domain.identity.search``.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("key", "member_id")
    key = models.TextField(db_collation="C")
    member_id = models.UUIDField()

    class Meta:
        db_table = "member_search"

    def __str__(self) -> str:
        return self.key
