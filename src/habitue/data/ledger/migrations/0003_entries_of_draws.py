from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_member_merge"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("currency__startswith", "draw:")),
                fields=["programme_id", "currency"],
                name="entry_of_draw",
            ),
        ),
    ]
