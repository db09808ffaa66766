from django.db import migrations, models

import habitue.data.plain_json
from habitue.data.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0005_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="DraftRevision",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "draft_id",
                        "revision",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("draft_id", models.UUIDField()),
                ("revision", models.IntegerField()),
                ("document", habitue.data.plain_json.PlainJson()),
                ("saved_at", models.DateTimeField()),
                ("author_id", models.UUIDField(null=True)),
                ("author_name", models.TextField()),
            ],
            options={
                "db_table": "draft_revision",
            },
        ),
        migrations.AddField(
            model_name="programme",
            name="needs_review",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.CreateModel(
            name="ProgrammeDraft",
            fields=[
                ("draft_id", models.UUIDField(primary_key=True, serialize=False)),
                ("programme", models.TextField()),
                ("name", models.TextField()),
                ("base_number", models.IntegerField()),
                ("revision", models.IntegerField()),
                ("state", models.TextField()),
                ("notes", models.TextField(default="")),
                ("author_id", models.UUIDField(null=True)),
                ("author_name", models.TextField()),
                ("created_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("reviewer_id", models.UUIDField(null=True)),
                ("reviewer_name", models.TextField(default="")),
                ("remark", models.TextField(default="")),
                ("published_number", models.IntegerField(null=True)),
            ],
            options={
                "db_table": "programme_draft",
                "indexes": [
                    models.Index(fields=["programme", "-changed_at"], name="programme_draft_list")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("revision__gt", 0)),
                        name="programme_draft_revision_positive",
                    )
                ],
            },
        ),
        *append_only("draft_revision"),
    ]
