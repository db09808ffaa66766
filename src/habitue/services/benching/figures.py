"""A café with a great many members and years of purchases, with figures; never a real one.

The engine decides what some members do, and their ledger is copied under other members' ids; so
every number on a page is as consistent as that of a small house.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any, Final

from psycopg import Connection

from habitue.domain.identity.normal import PhoneReader
from habitue.domain.identity.search import folded_name
from habitue.kit.clock import Clock
from habitue.kit.instants import DAY, Instant
from habitue.services.benching.ballast import TABLES, add_copies, keep_template
from habitue.services.benching.members import fill_members, make_members
from habitue.services.benching.names import make_name
from habitue.services.benching.programme import PROGRAMME, UNSHARED_DOCUMENT, prepare_programme
from habitue.services.benching.purchases import make_purchases
from habitue.services.figures import rebuild_figures
from habitue.services.intake import Envelope, record

_BATCH: Final = 1_000
_NAMES_AT_ONCE: Final = 20_000
_OLDEST: Final = date(1950, 1, 1)
_DAYS: Final = 50 * 365
# Everybody's purchases lie in this stretch.
PAST: Final[Instant] = 730 * DAY

_RENAME: Final = """
UPDATE member m SET given_name = u.given, family_name = u.family, folded_name = u.folded,
    birth_date = u.born::date
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[])
    AS u(member_id, given, family, folded, born)
WHERE m.member_id = u.member_id
"""


def fill_business(
    connection: Connection[Any],
    *,
    members: int,
    purchases_each: int,
    clock: Clock,
    phones: PhoneReader,
    seed: int,
    template: int = 1_000,
) -> str:
    """Fill an empty database with ``members`` and their purchases of two years, and figures.

    Answers the programme's code.  The members are ``template`` ones whose purchases the engine
    decides, and copies of these with names and birthdays of their own.  Commits.
    """
    now = clock.now()
    template = min(template, members)
    prepare_programme(connection, now=now, document=UNSHARED_DOCUMENT)
    fill_members(connection, template, seed)
    connection.autocommit = True
    _record(connection, template, purchases_each, clock=clock, phones=phones, seed=seed)
    connection.autocommit = False
    keep_template(connection)
    add_copies(connection, first=1, latest=-(-members // template) - 1)
    _rename(connection, seed=seed)
    connection.autocommit = True
    connection.execute("SET statement_timeout = 0")
    connection.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")  # constants
    rebuild_figures(connection, now=clock.now())
    connection.execute("VACUUM (ANALYZE) member_figure, daily_figure, activity")
    connection.execute("RESET statement_timeout")
    return PROGRAMME


def _record(
    connection: Connection[Any],
    members: int,
    each: int,
    *,
    clock: Clock,
    phones: PhoneReader,
    seed: int,
) -> None:
    cards = [made.number for made in make_members(members, seed=seed)]
    now = clock.now()
    made = make_purchases(
        cards, members * each, seed=seed, source="template", begin=now - PAST, end=now - DAY
    )
    envelopes = [Envelope(PROGRAMME, "purchase", content) for content in made]
    for place in range(0, len(envelopes), _BATCH):
        record(
            connection,
            envelopes[place : place + _BATCH],
            clock=clock,
            phones=phones,
            announce=False,
        )


def _rename(connection: Connection[Any], *, seed: int) -> None:
    """Give everybody a name and a birthday, so that lists are as varied as they really are."""
    random = Random(seed)  # noqa: S311  # Data for measuring must be repeatable, not secret.
    ids = [row[0] for row in connection.execute("SELECT member_id FROM member ORDER BY 1")]
    for place in range(0, len(ids), _NAMES_AT_ONCE):
        some = ids[place : place + _NAMES_AT_ONCE]
        names = [make_name(random) for _ in some]
        connection.execute(
            _RENAME,
            [
                some,
                [name.given for name in names],
                [name.family for name in names],
                [folded_name(name.given, name.family, "") for name in names],
                [(_OLDEST + timedelta(random.randrange(_DAYS))).isoformat() for _ in names],
            ],
        )
        connection.commit()
