from django.db import migrations, models

import habitue.data.plain_json
from habitue.data.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0001_ledger"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberMerge",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "merge_id",
                        "step",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("merge_id", models.UUIDField()),
                ("step", models.TextField()),
                ("duplicate_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("actor_kind", models.TextField()),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_name", models.TextField()),
                ("moved", habitue.data.plain_json.PlainJson()),
            ],
            options={
                "db_table": "member_merge",
                "indexes": [models.Index(fields=["merge_id"], name="member_merge_merge")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("step__in", ("merged", "undone"))),
                        name="member_merge_step_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("duplicate_id", models.F("member_id")), _negated=True),
                        name="member_merge_of_two",
                    ),
                ],
            },
        ),
        *append_only("member_merge"),
    ]
