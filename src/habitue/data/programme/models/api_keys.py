"""Keys with which machines (tills, shops, scripts) use the API."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from habitue.data.scope import Scope


class ApiKey(models.Model):
    """One key; of its secret only a hash is kept.

    Empty ``programmes`` or ``stores``: not restricted.  ``requests_per_minute`` 0: no limit.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    key_id = models.TextField(primary_key=True)
    name = models.TextField()
    secret_hash = models.BinaryField()
    scopes = ArrayField(models.TextField())
    programmes = ArrayField(models.TextField())
    stores = ArrayField(models.TextField())
    requests_per_minute = models.IntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    latest_used_on = models.DateField(null=True)

    class Meta:
        db_table = "api_key"
        constraints = (
            models.CheckConstraint(
                name="api_key_rate_not_negative",
                condition=models.Q(requests_per_minute__gte=0),
            ),
        )

    def __str__(self) -> str:
        return self.name
