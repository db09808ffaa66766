from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("programme", "0009_draws"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferralCode",
            fields=[
                ("code", models.TextField(primary_key=True, serialize=False)),
                ("member_id", models.UUIDField(unique=True)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "db_table": "referral_code",
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "member_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("member_id", models.UUIDField()),
                ("referral_id", models.UUIDField(unique=True)),
                ("referrer_id", models.UUIDField()),
                ("referred_at", models.DateTimeField()),
                ("channel", models.TextField(default="")),
                ("signs", models.TextField(default="")),
                ("review", models.TextField(default="none")),
                ("reviewed_by", models.TextField(default="")),
                ("reviewed_at", models.DateTimeField(null=True)),
                ("reason", models.TextField(default="")),
                ("look_at", models.DateTimeField(null=True)),
                ("outcome", models.TextField(default="")),
                ("settled_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "referral",
                "indexes": [
                    models.Index(fields=["referrer_id"], name="referral_referrer"),
                    models.Index(
                        condition=models.Q(("look_at__isnull", False)),
                        fields=["programme_id", "look_at"],
                        name="referral_look_at",
                    ),
                    models.Index(
                        fields=["programme_id", "referred_at"], name="referral_referred_at"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("review__in", ("none", "open", "approved", "refused"))),
                        name="referral_review_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ("", "vested", "lapsed", "same_person", "left"))
                        ),
                        name="referral_outcome_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("member_id", models.F("referrer_id")), _negated=True),
                        name="referral_not_of_oneself",
                    ),
                ],
            },
        ),
    ]
