from django.db import migrations, models

# Statement-level: whoever makes or changes many members at once pays for one more insert.
_NOTE = """
CREATE FUNCTION habitue_note_member_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    INSERT INTO member_change (member_id, changed_at)
    SELECT member_id, clock_timestamp() FROM changed
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$body$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0001_imports"),
        ("ledger", "0001_ledger"),
        ("programme", "0003_members"),
    ]

    operations = [
        migrations.CreateModel(
            name="DailyFigure",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "store",
                        "measure",
                        "currency",
                        "day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("store", models.TextField(db_collation="C")),
                ("measure", models.TextField(db_collation="C")),
                ("currency", models.TextField(db_collation="C")),
                ("day", models.DateField()),
                ("value", models.BigIntegerField()),
            ],
            options={
                "db_table": "daily_figure",
            },
        ),
        migrations.CreateModel(
            name="FigureWatermark",
            fields=[
                ("watermark_id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("settled_until", models.DateTimeField()),
            ],
            options={
                "db_table": "figure_watermark",
            },
        ),
        migrations.CreateModel(
            name="MemberChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "changed_at",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "member_change",
            },
        ),
        migrations.CreateModel(
            name="ProgrammeFigure",
            fields=[
                ("programme_id", models.UUIDField(primary_key=True, serialize=False)),
                ("latest_number", models.IntegerField()),
            ],
            options={
                "db_table": "programme_figure",
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "programme_id",
                        "store",
                        "unit",
                        "first_day",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("programme_id", models.UUIDField()),
                ("store", models.TextField(db_collation="C")),
                ("unit", models.TextField(db_collation="C")),
                ("first_day", models.DateField()),
                ("members", models.BinaryField()),
            ],
            options={
                "verbose_name_plural": "activity",
                "db_table": "activity",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("unit__in", ("day", "month"))),
                        name="activity_unit_known",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberFigure",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "programme_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("place", models.IntegerField()),
                ("number", models.TextField(db_collation="C")),
                ("name", models.TextField()),
                ("folded_name", models.TextField(db_collation="C")),
                ("status", models.TextField()),
                ("merged_into", models.UUIDField(null=True)),
                ("store", models.TextField(db_collation="C")),
                ("joined_at", models.BigIntegerField()),
                ("joined_day", models.DateField()),
                ("birthday", models.SmallIntegerField(null=True)),
                ("tier", models.TextField()),
                ("tier_rank", models.SmallIntegerField()),
                ("own_purchase_at", models.BigIntegerField()),
                ("latest_purchase_at", models.BigIntegerField()),
                ("purchases", models.BigIntegerField()),
                ("visits", models.BigIntegerField()),
                ("spend", models.BigIntegerField()),
                ("balance", models.BigIntegerField()),
                ("balances", models.JSONField()),
            ],
            options={
                "db_table": "member_figure",
                "indexes": [
                    models.Index(
                        fields=["programme_id", "folded_name", "member_id"],
                        name="member_figure_name",
                    ),
                    models.Index(
                        fields=["programme_id", "number", "member_id"], name="member_figure_number"
                    ),
                    models.Index(
                        fields=["programme_id", "joined_at", "member_id"],
                        name="member_figure_joined",
                    ),
                    models.Index(
                        fields=["programme_id", "latest_purchase_at", "member_id"],
                        name="member_figure_latest",
                    ),
                    models.Index(
                        fields=["programme_id", "spend", "member_id"], name="member_figure_spend"
                    ),
                    models.Index(
                        fields=["programme_id", "balance", "member_id"],
                        name="member_figure_balance",
                    ),
                    models.Index(
                        fields=["programme_id", "tier_rank", "member_id"], name="member_figure_tier"
                    ),
                    models.Index(fields=["programme_id", "place"], name="member_figure_place"),
                    models.Index(
                        condition=models.Q(("birthday__isnull", False)),
                        fields=["programme_id", "birthday"],
                        name="member_figure_birthday",
                    ),
                    models.Index(
                        condition=models.Q(("status", "active"), _negated=True),
                        fields=["programme_id", "status"],
                        name="member_figure_former",
                    ),
                    models.Index(
                        condition=models.Q(("merged_into__isnull", False)),
                        fields=["merged_into"],
                        name="member_figure_merged",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            # Bits are read as often as they are written, and hardly shrink: kept as they are.
            sql="ALTER TABLE activity ALTER COLUMN members SET STORAGE EXTERNAL",
            reverse_sql="ALTER TABLE activity ALTER COLUMN members SET STORAGE EXTENDED",
        ),
        migrations.RunSQL(
            # What was recorded lately is found by these, whether or not the table was vacuumed.
            sql=[
                "ALTER INDEX ledger_event_recorded SET (autosummarize = on)",
                "ALTER INDEX entry_recorded SET (autosummarize = on)",
            ],
            reverse_sql=[
                "ALTER INDEX ledger_event_recorded RESET (autosummarize)",
                "ALTER INDEX entry_recorded RESET (autosummarize)",
            ],
        ),
        migrations.RunSQL(sql=_NOTE, reverse_sql="DROP FUNCTION habitue_note_member_change()"),
        migrations.RunSQL(
            sql=[
                (
                    "CREATE TRIGGER note_new AFTER INSERT ON member REFERENCING NEW TABLE AS changed"
                    " FOR EACH STATEMENT EXECUTE FUNCTION habitue_note_member_change()"
                ),
                (
                    "CREATE TRIGGER note_changed AFTER UPDATE ON member REFERENCING NEW TABLE AS changed"
                    " FOR EACH STATEMENT EXECUTE FUNCTION habitue_note_member_change()"
                ),
            ],
            reverse_sql=[
                "DROP TRIGGER note_changed ON member",
                "DROP TRIGGER note_new ON member",
            ],
        ),
    ]
