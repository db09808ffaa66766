from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0004_people"),
    ]

    operations = [
        # PINs were salted one by one; what they are is not known, so they are chosen anew.
        migrations.RunSQL(
            sql="UPDATE staff SET pin_hash = '' WHERE pin_hash <> ''",
            reverse_sql="UPDATE staff SET pin_hash = '' WHERE pin_hash <> ''",
        ),
        # Codes live for ten minutes: whoever waits for one asks again.
        migrations.RunSQL(sql="DELETE FROM sign_in_code", reverse_sql=migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="staff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("pin_hash", ""), _negated=True),
                fields=("pin_hash",),
                name="staff_pin_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="signincode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("used_at__isnull", True)),
                fields=("email", "purpose"),
                name="sign_in_code_open_once",
            ),
        ),
        migrations.AddIndex(
            model_name="trailentry",
            index=models.Index(fields=["action", "-at"], name="trail_action"),
        ),
    ]
