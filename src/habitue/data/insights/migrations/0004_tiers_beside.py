"""The tiers that members have in further structures, and finding those members."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the column and its index."""

    dependencies: ClassVar = [("insights", "0003_members_of_a_tier")]
    operations: ClassVar = [
        migrations.AddField(
            model_name="memberfigure",
            name="tiers_beside",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(), db_default=[]
            ),
        ),
        migrations.AddIndex(
            model_name="memberfigure",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("tiers_beside", []), _negated=True),
                fields=["tiers_beside"],
                name="member_figure_tiers_beside",
            ),
        ),
    ]
