"""Moves between tiers name their structure; those recorded before are of the main one."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column."""

    dependencies: ClassVar = [("ledger", "0003_entries_of_draws")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="tiermove",
            name="structure",
            field=models.TextField(db_default=""),
        ),
    ]
