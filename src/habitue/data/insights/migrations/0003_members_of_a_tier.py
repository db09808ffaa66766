"""Finding the members of a tier by its code."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add the index."""

    dependencies: ClassVar = [("insights", "0002_figures")]
    operations: ClassVar = [
        migrations.AddIndex(
            model_name="memberfigure",
            index=models.Index(fields=["programme_id", "tier"], name="member_figure_tier_code"),
        ),
    ]
