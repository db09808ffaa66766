from django.db import migrations, models

import habitue.data.plain_json


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0010_referrals"),
    ]

    operations = [
        migrations.CreateModel(
            name="Contribution",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "contribution_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("contribution_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("kind", models.TextField()),
                ("product", models.TextField(default="")),
                ("product_name", models.TextField(default="")),
                ("purchase_source", models.TextField(default="")),
                ("purchase_external_id", models.TextField(default="")),
                ("body", models.TextField(default="")),
                ("link", models.TextField(default="")),
                ("picture_type", models.TextField(default="")),
                ("picture", models.BinaryField(null=True)),
                ("sent_at", models.DateTimeField()),
                ("sent_by", models.TextField(default="")),
                ("state", models.TextField(default="waiting")),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.TextField(default="")),
                ("reason", models.TextField(default="")),
                ("gave", habitue.data.plain_json.PlainJson(null=True)),
            ],
            options={
                "db_table": "contribution",
                "indexes": [
                    models.Index(
                        fields=["programme_id", "state", "-sent_at", "contribution_id"],
                        name="contribution_queue",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("waiting", "approved", "refused", "withdrawn"))
                        ),
                        name="contribution_state",
                    )
                ],
            },
        ),
    ]
