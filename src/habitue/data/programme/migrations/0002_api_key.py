import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0001_programme"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("key_id", models.TextField(primary_key=True, serialize=False)),
                ("name", models.TextField()),
                ("secret_hash", models.BinaryField()),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "programmes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                (
                    "stores",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), size=None
                    ),
                ),
                ("requests_per_minute", models.IntegerField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("latest_used_on", models.DateField(null=True)),
            ],
            options={
                "db_table": "api_key",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("requests_per_minute__gte", 0)),
                        name="api_key_rate_not_negative",
                    ),
                ],
            },
        ),
    ]
