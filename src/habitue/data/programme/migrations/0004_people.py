import django.contrib.postgres.fields
from django.db import migrations, models

import habitue.data.plain_json
from habitue.data.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0003_members"),
    ]
    # Their tables point at the staff.
    run_before = [
        ("account", "0001_initial"),
        ("mfa", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Staff",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                ("staff_id", models.UUIDField(primary_key=True, serialize=False)),
                ("email", models.EmailField(db_collation="C", max_length=254, unique=True)),
                ("name", models.TextField()),
                ("language", models.TextField(default="")),
                (
                    "roles",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                (
                    "programmes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), default=list, size=None
                    ),
                ),
                ("is_active", models.BooleanField(default=True)),
                ("pin_hash", models.TextField(default="")),
                ("joined_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "staff",
                "db_table": "staff",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "consent_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("consent_id", models.UUIDField()),
                ("purpose", models.TextField()),
                ("channel", models.TextField()),
                ("given", models.BooleanField()),
                ("at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("actor_name", models.TextField()),
                ("wording", models.TextField(default="")),
            ],
            options={
                "db_table": "consent",
            },
        ),
        migrations.CreateModel(
            name="SignInLink",
            fields=[
                ("token_hash", models.BinaryField(primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("subject_id", models.UUIDField()),
                ("purpose", models.TextField()),
                ("single_use", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "sign_in_link",
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_hash",
                        "window_starts_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_hash", models.BinaryField()),
                ("window_starts_at", models.DateTimeField()),
                ("count", models.IntegerField()),
            ],
            options={
                "db_table": "attempt",
                "indexes": [models.Index(fields=["window_starts_at"], name="attempt_window")],
            },
        ),
        migrations.CreateModel(
            name="Device",
            fields=[
                ("device_id", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("store", models.TextField()),
                ("pairing_hash", models.BinaryField(null=True)),
                ("pairing_expires_at", models.DateTimeField(null=True)),
                ("secret_hash", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField()),
                ("created_by", models.TextField()),
                ("paired_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "device",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("pairing_hash__isnull", False)),
                        fields=("pairing_hash",),
                        name="device_pairing_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SignInCode",
            fields=[
                ("code_id", models.UUIDField(primary_key=True, serialize=False)),
                ("email", models.TextField(db_collation="C")),
                ("purpose", models.TextField(default="sign_in")),
                ("member_id", models.UUIDField(null=True)),
                ("code_hash", models.BinaryField()),
                ("attempts", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "sign_in_code",
                "indexes": [models.Index(fields=["expires_at"], name="sign_in_code_expires")],
            },
        ),
        migrations.CreateModel(
            name="TrailEntry",
            fields=[
                ("trail_id", models.UUIDField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.TextField()),
                ("device_id", models.UUIDField(null=True)),
                ("action", models.TextField()),
                ("subject_kind", models.TextField(default="")),
                ("subject_id", models.TextField(default="")),
                ("subject_name", models.TextField(default="")),
                ("member_id", models.UUIDField(null=True)),
                ("store", models.TextField(null=True)),
                ("details", habitue.data.plain_json.PlainJson()),
            ],
            options={
                "verbose_name_plural": "trail entries",
                "db_table": "trail",
                "indexes": [
                    models.Index(fields=["-at", "-trail_id"], name="trail_at"),
                    models.Index(
                        condition=models.Q(("member_id__isnull", False)),
                        fields=["member_id", "-at"],
                        name="trail_member",
                    ),
                    models.Index(fields=["actor_id", "-at"], name="trail_actor"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WebSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("staff_id", models.UUIDField(null=True)),
                ("member_id", models.UUIDField(null=True)),
                ("device_id", models.UUIDField(null=True)),
                ("created_at", models.DateTimeField()),
                ("seen_at", models.DateTimeField()),
                ("user_agent", models.TextField(default="")),
                ("address", models.TextField(default="")),
            ],
            options={
                "db_table": "web_session",
                "indexes": [
                    models.Index(
                        condition=models.Q(("staff_id__isnull", False)),
                        fields=["staff_id"],
                        name="session_staff",
                    ),
                    models.Index(
                        condition=models.Q(("member_id__isnull", False)),
                        fields=["member_id"],
                        name="session_member",
                    ),
                ],
            },
        ),
        *append_only("trail", "consent"),
        # Django's cache in the database: what all server processes count together.
        migrations.RunSQL(
            sql=[
                (
                    "CREATE TABLE cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL,"
                    " expires timestamptz NOT NULL)"
                ),
                "CREATE INDEX cache_expires ON cache (expires)",
            ],
            reverse_sql="DROP TABLE cache",
        ),
    ]
