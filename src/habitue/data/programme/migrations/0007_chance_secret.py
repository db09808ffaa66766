from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0006_drafts"),
    ]

    operations = [
        migrations.AddField(
            model_name="programme",
            name="chance_secret",
            field=models.BinaryField(null=True),
        ),
    ]
