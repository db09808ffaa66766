"""Who brought whom, and the codes with which friends say so."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from habitue.data.scope import Scope


class ReferralCode(models.Model):
    """The code that a member gives to friends; a member has one."""

    scope: ClassVar[Scope] = Scope.SMALL

    code = models.TextField(primary_key=True)
    member_id = models.UUIDField(unique=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "referral_code"

    def __str__(self) -> str:
        return self.code


class Referral(models.Model):
    """A member, the friend, was brought into a programme by another one: once, for ever.

    ``referred_at`` is when the friend joined.  ``signs`` are why both may be one person, ``review``
    what came of that, with who decided and the reason.  ``look_at`` is when the worker looks at it
    next; it is null once there is an ``outcome`` (or a refusal), which came at ``settled_at``.
    Where a referral stands between is computed from what the friend bought.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("programme_id", "member_id")
    programme_id = models.UUIDField()
    member_id = models.UUIDField()
    referral_id = models.UUIDField(unique=True)
    referrer_id = models.UUIDField()
    referred_at = models.DateTimeField()
    channel = models.TextField(default="")
    signs = models.TextField(default="")
    review = models.TextField(default="none")
    reviewed_by = models.TextField(default="")
    reviewed_at = models.DateTimeField(null=True)
    reason = models.TextField(default="")
    look_at = models.DateTimeField(null=True)
    outcome = models.TextField(default="")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "referral"
        constraints = (
            models.CheckConstraint(
                name="referral_review_known",
                condition=Q(review__in=("none", "open", "approved", "refused")),
            ),
            models.CheckConstraint(
                name="referral_outcome_known",
                condition=Q(outcome__in=("", "vested", "lapsed", "same_person", "left")),
            ),
            models.CheckConstraint(
                name="referral_not_of_oneself", condition=~Q(member_id=models.F("referrer_id"))
            ),
        )
        indexes = (
            models.Index(fields=["referrer_id"], name="referral_referrer"),
            models.Index(
                fields=["programme_id", "look_at"],
                name="referral_look_at",
                condition=Q(look_at__isnull=False),
            ),
            models.Index(fields=["programme_id", "referred_at"], name="referral_referred_at"),
        )

    def __str__(self) -> str:
        return f"{self.referrer_id} brought {self.member_id}"
