from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0008_readings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Draw",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "code",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("code", models.TextField()),
                ("secret", models.BinaryField()),
                ("salt", models.BinaryField()),
                ("commitment", models.TextField()),
                ("committed_at", models.DateTimeField()),
                ("closes_at", models.DateTimeField(null=True)),
                ("held_at", models.DateTimeField(null=True)),
                ("places", models.IntegerField(default=0)),
                ("list", models.TextField(default="")),
                ("digest", models.TextField(default="")),
            ],
            options={
                "db_table": "draw",
            },
        ),
        migrations.CreateModel(
            name="DrawWinner",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "code",
                        "place",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("code", models.TextField()),
                ("place", models.IntegerField()),
                ("prize", models.IntegerField()),
                ("member_id", models.UUIDField()),
                ("entrant", models.TextField(default="")),
                ("ticket", models.BigIntegerField(null=True)),
                ("reason", models.TextField(default="")),
                ("named_by", models.TextField(default="")),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "draw_winner",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("programme_id", "code", "member_id"), name="draw_winner_once"
                    )
                ],
            },
        ),
    ]
