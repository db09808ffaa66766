from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0002_api_key"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberSearch",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "key",
                        "member_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("key", models.TextField(db_collation="C")),
                ("member_id", models.UUIDField()),
            ],
            options={
                "db_table": "member_search",
            },
        ),
        migrations.CreateModel(
            name="Identifier",
            fields=[
                ("identifier_id", models.UUIDField(primary_key=True, serialize=False)),
                ("kind", models.TextField(db_collation="C")),
                ("value", models.TextField(db_collation="C")),
                ("comparable", models.TextField(db_collation="C", null=True)),
                ("member_id", models.UUIDField()),
                ("trust", models.SmallIntegerField()),
                ("added_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "identifier",
                "indexes": [
                    models.Index(fields=["member_id"], name="identifier_member"),
                    models.Index(
                        condition=models.Q(
                            ("comparable__isnull", False), ("revoked_at__isnull", True)
                        ),
                        fields=["comparable"],
                        name="identifier_comparable",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("revoked_at__isnull", True)),
                        fields=("kind", "value"),
                        name="identifier_active_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("trust__gte", 1), ("trust__lte", 3)),
                        name="identifier_trust_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("member_id", models.UUIDField(primary_key=True, serialize=False)),
                ("number", models.TextField(db_collation="C")),
                ("given_name", models.TextField(db_default="")),
                ("family_name", models.TextField(db_default="")),
                ("display_name", models.TextField(db_default="")),
                ("folded_name", models.TextField(db_collation="C", db_default="")),
                ("language", models.TextField(db_default="")),
                ("birth_date", models.DateField(null=True)),
                ("joined_at", models.DateTimeField()),
                ("status", models.TextField(db_default="active")),
                ("merged_into", models.UUIDField(null=True)),
                ("store", models.TextField(null=True)),
                ("attributes", models.JSONField(db_default=models.Value({}, models.JSONField()))),
                ("revision", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "member",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ("active", "closed", "merged"))),
                        name="member_status_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("merged_into__isnull", False), ("status", "merged")),
                            models.Q(
                                models.Q(("status", "merged"), _negated=True),
                                ("merged_into__isnull", True),
                            ),
                            _connector="OR",
                        ),
                        name="member_merged_into_another",
                    ),
                ],
            },
        ),
    ]
