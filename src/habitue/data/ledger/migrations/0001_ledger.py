import django.contrib.postgres.indexes
from django.db import migrations, models

from habitue.data.append_only import FUNCTION, append_only
from habitue.data.plain_json import PlainJson


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="BudgetDraw",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "draw_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("draw_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("budget", models.TextField()),
                ("event_id", models.UUIDField()),
                ("recorded_by", models.UUIDField()),
                ("wanted", models.BigIntegerField()),
                ("granted", models.BigIntegerField()),
                ("granted_times", models.BigIntegerField()),
                ("taken", models.BigIntegerField()),
                ("times", models.BigIntegerField()),
                ("units_before", models.BigIntegerField()),
                ("times_before", models.BigIntegerField()),
                ("recorded_at", models.DateTimeField()),
                ("batch_id", models.UUIDField()),
                ("position", models.IntegerField()),
            ],
            options={
                "db_table": "budget_draw",
                "indexes": [
                    models.Index(fields=["member_id", "programme_id"], name="budget_draw_member"),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["recorded_at"], name="budget_draw_recorded"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "entry_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("entry_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("currency", models.TextField()),
                ("lot_id", models.UUIDField(null=True)),
                ("kind", models.TextField()),
                ("amount", models.BigIntegerField()),
                ("effective_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("event_id", models.UUIDField(null=True)),
                ("recorded_by", models.UUIDField()),
                ("version_number", models.IntegerField()),
                ("rule", models.TextField(null=True)),
                ("against", models.UUIDField(null=True)),
                ("reason", PlainJson()),
            ],
            options={
                "verbose_name_plural": "entries",
                "db_table": "entry",
                "indexes": [
                    models.Index(
                        fields=["member_id", "programme_id", "currency", "effective_at"],
                        name="entry_effective",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["recorded_at"], name="entry_recorded"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount", 0), _negated=True),
                        name="entry_amount_not_zero",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "kind__in",
                                (
                                    "earn",
                                    "reverse",
                                    "redeem",
                                    "restore",
                                    "expire",
                                    "activate",
                                    "settle",
                                    "adjust",
                                    "transfer_out",
                                    "transfer_in",
                                    "write_off",
                                ),
                            )
                        ),
                        name="entry_kind_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LedgerEvent",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "event_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("event_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("version_number", models.IntegerField()),
                ("kind", models.TextField()),
                ("source", models.TextField()),
                ("external_id", models.TextField()),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("batch_id", models.UUIDField()),
                ("position", models.IntegerField()),
                ("payload", PlainJson()),
                ("answer", PlainJson()),
            ],
            options={
                "db_table": "ledger_event",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["recorded_at"], name="ledger_event_recorded"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "lot_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("lot_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("currency", models.TextField()),
                ("opened_at", models.DateTimeField()),
                ("activates_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("event_id", models.UUIDField(null=True)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.UUIDField()),
            ],
            options={
                "db_table": "lot",
                "indexes": [
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["recorded_at"], name="lot_recorded"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MemberState",
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
                ("state", PlainJson(null=True)),
                ("revision", models.BigIntegerField(default=0)),
                ("horizon_at", models.DateTimeField(null=True)),
                ("next_due_at", models.DateTimeField(null=True)),
                ("tier", models.TextField(default="")),
                ("latest_recorded_at", models.DateTimeField(null=True)),
            ],
            options={
                "db_table": "member_state",
                "indexes": [
                    models.Index(
                        condition=models.Q(("next_due_at__isnull", False)),
                        fields=["next_due_at"],
                        name="member_state_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="TierMove",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "member_id",
                        "move_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField()),
                ("move_id", models.UUIDField()),
                ("programme_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("from_tier", models.TextField()),
                ("to_tier", models.TextField()),
                ("cause", models.TextField()),
                ("event_id", models.UUIDField(null=True)),
                ("recorded_by", models.UUIDField()),
                ("valid_until", models.DateTimeField(null=True)),
                ("sign", models.SmallIntegerField()),
                ("recorded_at", models.DateTimeField()),
            ],
            options={
                "db_table": "tier_move",
                "indexes": [
                    models.Index(fields=["member_id", "programme_id", "at"], name="tier_move_at"),
                    django.contrib.postgres.indexes.BrinIndex(
                        fields=["recorded_at"], name="tier_move_recorded"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sign__in", (-1, 1))), name="tier_move_sign_is_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ("qualified", "returned", "lapsed", "by_hand"))
                        ),
                        name="tier_move_cause_known",
                    ),
                ],
            },
        ),
        FUNCTION,
        *append_only("ledger_event", "lot", "entry", "tier_move", "budget_draw"),
        migrations.RunSQL(
            # Rows are rewritten in place with every event: room on each page keeps them there.
            sql="ALTER TABLE member_state SET (fillfactor = 70)",
            reverse_sql="ALTER TABLE member_state RESET (fillfactor)",
        ),
    ]
