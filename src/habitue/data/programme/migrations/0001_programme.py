from django.db import migrations, models

from habitue.data.append_only import append_only
from habitue.data.plain_json import PlainJson


class Migration(migrations.Migration):
    initial = True

    # For the function behind append-only tables.
    dependencies = [
        ("ledger", "0001_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="Budget",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("key", models.TextField()),
                ("units_taken", models.BigIntegerField(default=0)),
                ("times_taken", models.BigIntegerField(default=0)),
                ("latest_recorded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "budget",
            },
        ),
        migrations.CreateModel(
            name="EventKey",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "source",
                        "external_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source", models.TextField(db_collation="C")),
                ("external_id", models.TextField(db_collation="C")),
                ("body_hash", models.BinaryField()),
                ("programme_id", models.UUIDField()),
                ("member_id", models.UUIDField(null=True)),
                ("event_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("anonymous", models.BooleanField()),
                ("claimed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "event_key",
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                ("programme_id", models.UUIDField(primary_key=True, serialize=False)),
                ("code", models.TextField(unique=True)),
                ("currency", models.TextField()),
                ("latest_number", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme",
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                ("programme_id", models.UUIDField()),
                ("version_number", models.IntegerField()),
                ("source", models.TextField()),
                ("external_id", models.TextField()),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("payload", PlainJson()),
                ("answer", PlainJson()),
                ("claimed_by", models.UUIDField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "receipt",
            },
        ),
        migrations.CreateModel(
            name="ReceiptReturn",
            fields=[
                ("event_id", models.UUIDField(primary_key=True, serialize=False)),
                ("receipt_id", models.UUIDField(db_index=True)),
                ("programme_id", models.UUIDField()),
                ("version_number", models.IntegerField()),
                ("source", models.TextField()),
                ("external_id", models.TextField()),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("payload", PlainJson()),
                ("answer", PlainJson()),
            ],
            options={
                "db_table": "receipt_return",
            },
        ),
        migrations.CreateModel(
            name="Store",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("zone", models.TextField()),
                ("name", models.TextField()),
            ],
            options={
                "db_table": "store",
            },
        ),
        migrations.CreateModel(
            name="Idempotency",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key_scope",
                        "key",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key_scope", models.TextField()),
                ("key", models.TextField()),
                ("body_hash", models.BinaryField()),
                ("status", models.IntegerField(null=True)),
                ("answer", PlainJson(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "db_table": "idempotency",
                "indexes": [models.Index(fields=["created_at"], name="idempotency_created_at")],
            },
        ),
        migrations.CreateModel(
            name="Outbox",
            fields=[
                ("outbox_id", models.UUIDField(primary_key=True, serialize=False)),
                ("topic", models.TextField()),
                ("member_id", models.UUIDField(null=True)),
                ("payload", PlainJson()),
                ("created_at", models.DateTimeField()),
                ("published_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "outbox",
                "db_table": "outbox",
                "indexes": [
                    models.Index(
                        condition=models.Q(("published_at__isnull", True)),
                        fields=["outbox_id"],
                        name="outbox_unpublished",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammeVersion",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("document", models.JSONField()),
                ("document_hash", models.BinaryField()),
                ("effective_at", models.DateTimeField()),
                ("published_at", models.DateTimeField()),
                ("published_by", models.TextField()),
            ],
            options={
                "db_table": "programme_version",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)),
                        name="programme_version_number_positive",
                    )
                ],
            },
        ),
        *append_only("programme_version"),
    ]
