from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0012_members_moved"),
    ]

    operations = [
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("invitation_id", models.UUIDField(primary_key=True, serialize=False)),
                ("programme", models.TextField()),
                ("code", models.TextField(unique=True)),
                ("key", models.TextField(unique=True)),
                ("note", models.TextField(default="")),
                ("people", models.IntegerField()),
                ("joined", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("author_name", models.TextField()),
            ],
            options={
                "db_table": "invitation",
                "indexes": [
                    models.Index(fields=["programme", "-created_at"], name="invitation_list")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("joined__gte", 0), ("joined__lte", models.F("people"))),
                        name="invitation_people_within",
                    )
                ],
            },
        ),
    ]
