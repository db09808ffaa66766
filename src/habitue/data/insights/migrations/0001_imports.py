from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ImportedFile",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "source",
                        "file_digest",
                        "mapping_digest",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("source", models.TextField()),
                ("file_digest", models.TextField()),
                ("mapping_digest", models.TextField()),
                ("name", models.TextField()),
                ("lines", models.BigIntegerField()),
                ("receipts", models.BigIntegerField()),
                ("finished_at", models.DateTimeField()),
            ],
            options={
                "db_table": "imported_file",
            },
        ),
        migrations.CreateModel(
            name="SetAside",
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
                ("source", models.TextField()),
                ("external_id", models.TextField()),
                ("programme_id", models.UUIDField()),
                ("sort", models.TextField()),
                ("digest", models.BinaryField()),
                ("lines", models.IntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "import_set_aside",
            },
        ),
    ]
