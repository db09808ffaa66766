"""Tables to which lines are only ever added, enforced by the database itself.

Twice: by privilege (the application's role may neither change nor remove lines) and by a trigger
that raises whoever tries, the owner and the superuser included.
"""

from typing import Any

from django.db import migrations

FUNCTION = migrations.RunSQL(
    sql="""
    CREATE FUNCTION habitue_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
    BEGIN
        RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'integrity_constraint_violation',
                  HINT = 'A correction is a new line.';
    END
    $body$
    """,
    reverse_sql="DROP FUNCTION habitue_append_only()",
)


def append_only(*tables: str) -> list[Any]:
    """Operations of a migration that make the tables append-only; reversible."""
    return [
        migrations.RunSQL(
            sql=[
                (
                    f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                    " FOR EACH STATEMENT EXECUTE FUNCTION habitue_append_only()"
                ),
                f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM CURRENT_USER, PUBLIC",
            ],
            reverse_sql=[
                f"GRANT UPDATE, DELETE, TRUNCATE ON {table} TO CURRENT_USER",
                f"DROP TRIGGER append_only ON {table}",
            ],
        )
        for table in tables
    ]
