"""People who work here, the devices on the counter, and how all of them sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from habitue.data.scope import Scope


class StaffManager(BaseUserManager["Staff"]):
    """What Django and allauth ask for: a colleague by e-mail address."""

    def get_by_natural_key(self, username: str | None) -> Staff:
        """The colleague with this address, whatever its case."""
        return self.get(email=(username or "").strip().casefold())


class Staff(AbstractBaseUser):
    """Somebody who works here; empty ``stores`` or ``programmes``: not restricted.

    ``pin_hash`` is keyed by the installation's secret and the same for the same PIN, which alone
    says at a till who serves: so no two colleagues have one.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    staff_id = models.UUIDField(primary_key=True)
    email = models.EmailField(max_length=254, unique=True, db_collation="C")
    name = models.TextField()
    language = models.TextField(default="")
    roles = ArrayField(models.TextField())
    stores = ArrayField(models.TextField(), default=list)
    programmes = ArrayField(models.TextField(), default=list)
    is_active = models.BooleanField(default=True)
    pin_hash = models.TextField(default="")
    joined_at = models.DateTimeField()

    objects = StaffManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "staff"
        verbose_name_plural = "staff"
        constraints = (
            models.UniqueConstraint(
                fields=["pin_hash"], name="staff_pin_once", condition=~models.Q(pin_hash="")
            ),
        )

    def __str__(self) -> str:
        return self.name

    def has_perm(self, permission: str, obj: Any = None) -> bool:
        """Nobody has Django's permissions; rights stand in ``domain.access``."""
        del permission, obj
        return False


class WebSession(AbstractBaseSession):
    """A session of a browser, with whose it is, so that sessions can be listed and ended."""

    scope: ClassVar[Scope] = Scope.SMALL

    staff_id = models.UUIDField(null=True)
    member_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    user_agent = models.TextField(default="")
    address = models.TextField(default="")

    class Meta:
        db_table = "web_session"
        indexes = (
            models.Index(
                fields=["staff_id"],
                name="session_staff",
                condition=models.Q(staff_id__isnull=False),
            ),
            models.Index(
                fields=["member_id"],
                name="session_member",
                condition=models.Q(member_id__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"session since {self.created_at}"


class Device(models.Model):
    """A till.  It is paired once, with a code or a link that runs out, and then has a secret."""

    scope: ClassVar[Scope] = Scope.SMALL

    device_id = models.UUIDField(primary_key=True)
    name = models.TextField()
    store = models.TextField()
    pairing_hash = models.BinaryField(null=True)
    pairing_expires_at = models.DateTimeField(null=True)
    secret_hash = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    created_by = models.TextField()
    paired_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "device"
        constraints = (
            models.UniqueConstraint(
                fields=["pairing_hash"],
                name="device_pairing_once",
                condition=models.Q(pairing_hash__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name


class SignInCode(models.Model):
    """A code that was asked for by e-mail; the newest of an address takes the place of the others.

    ``member_id`` is null where nobody has the address: a stranger must not learn that by any
    difference.
    """

    scope: ClassVar[Scope] = Scope.SMALL

    code_id = models.UUIDField(primary_key=True)
    email = models.TextField(db_collation="C")
    purpose = models.TextField(default="sign_in")
    member_id = models.UUIDField(null=True)
    code_hash = models.BinaryField()
    attempts = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_in_code"
        constraints = (
            models.UniqueConstraint(
                fields=["email", "purpose"],
                name="sign_in_code_open_once",
                condition=models.Q(used_at__isnull=True),
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="sign_in_code_expires"),)

    def __str__(self) -> str:
        return f"code of {self.created_at}"


class SignInLink(models.Model):
    """A link that lets somebody in; of its token only a hash is kept."""

    scope: ClassVar[Scope] = Scope.SMALL

    token_hash = models.BinaryField(primary_key=True)
    kind = models.TextField()
    subject_id = models.UUIDField()
    purpose = models.TextField()
    single_use = models.BooleanField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_in_link"

    def __str__(self) -> str:
        return f"{self.purpose} of {self.kind}"


class Attempt(models.Model):
    """How often something was tried in a span of time; the key is a hash, so no address is kept."""

    scope: ClassVar[Scope] = Scope.SMALL

    pk = models.CompositePrimaryKey("key_hash", "window_starts_at")
    key_hash = models.BinaryField()
    window_starts_at = models.DateTimeField()
    count = models.IntegerField()

    class Meta:
        db_table = "attempt"
        indexes = (models.Index(fields=["window_starts_at"], name="attempt_window"),)

    def __str__(self) -> str:
        return f"{self.count} attempts"
