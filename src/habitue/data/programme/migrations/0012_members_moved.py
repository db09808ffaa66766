from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0011_contributions"),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="moved_number",
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
