from django.db import migrations, models

from habitue.data.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0007_chance_secret"),
    ]

    operations = [
        migrations.AddField(
            model_name="programmeversion",
            name="written",
            field=models.TextField(null=True),
        ),
        migrations.CreateModel(
            name="RulesReading",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "staff_id",
                        "number",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("staff_id", models.UUIDField()),
                ("number", models.IntegerField()),
                ("read_at", models.DateTimeField()),
                ("device_id", models.UUIDField(null=True)),
            ],
            options={
                "db_table": "rules_reading",
            },
        ),
        *append_only("rules_reading"),
    ]
