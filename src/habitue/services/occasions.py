"""Birthdays and anniversaries: noted by the house itself, so that rules can give something.

An occasion is an event of the member at the start of its local day in the programme's zone, or so
many days before as a rule says.  Its natural key names member, programme, year and days, so it is
noted once, however often and by however many workers it is looked for; whoever looks late notes it
as of its own time, and the rules are asked as if it had been noted then (SEMANTICS 1, 2).  Noted is
what some rule asks for, for members who take part, and nothing that lies before they joined or more
than ``LOOKED_BACK_DAYS`` ago, or twice the days that it is given ahead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from hashlib import sha256
from typing import Final, TypeAlias

import orjson

from habitue.data.ledger.states import StateKey
from habitue.data.programme.claiming import KnownKey, claim_keys
from habitue.domain.events import Anniversary, Birthday, Event, EventKey
from habitue.domain.payloads import to_payload
from habitue.domain.received.normalising import RESERVED_SOURCE
from habitue.kit.clock import Clock
from habitue.kit.instants import Instant, datetime_of, day_start, local_day
from habitue.selectors.programmes import Compiled, get_one_compiled, list_programmes
from habitue.services.intake.desk import Desk
from habitue.services.intake.items import event_id_of
from habitue.services.intake.transacting import Connection, Cursor, transact

OCCASIONS: Final = f"{RESERVED_SOURCE}occasion"
LOOKED_BACK_DAYS: Final = 3

Kind: TypeAlias = type[Birthday] | type[Anniversary]
_KINDS: Final[tuple[Kind, ...]] = (Birthday, Anniversary)

_DAYS: Final[dict[Kind, str]] = {
    Birthday: "m.birth_date",
    Anniversary: "(m.joined_at AT TIME ZONE %(zone)s)::date",
}
_WHO: Final = """
SELECT m.member_id FROM member m
JOIN member_state s ON s.member_id = m.member_id AND s.programme_id = %(programme)s
WHERE m.status = 'active' AND m.joined_at <= %(at)s
    AND extract(year FROM {day}) < %(year)s
    AND to_char({day}, 'MM-DD') = ANY (%(days)s)
    AND NOT EXISTS (SELECT FROM event_key k WHERE k.source = %(source)s
        AND k.external_id = %(before)s || replace(m.member_id::text, '-', '') || %(after)s)
ORDER BY m.member_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Occasion:
    """A day that some rule asks for: ``celebrated`` is ``days_before`` days after the local day
    that begins at ``at``."""

    kind: Kind
    days_before: int
    at: Instant
    celebrated: date

    def key(self, programme: str, member: str) -> EventKey:
        """The natural key of the occasion of one member."""
        return EventKey(OCCASIONS, f"{programme}:{member}{self.name}")

    @property
    def name(self) -> str:
        """What tells it from others of one member."""
        return f":{self.kind.kind}:{self.celebrated.year}:{self.days_before}"

    @property
    def days(self) -> list[str]:
        """Month and day of those whose day it is; 29 February is kept on the 28th of other years
        (SEMANTICS 3)."""
        year, own = self.celebrated.year, self.celebrated.strftime("%m-%d")
        has_leap_day = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return [own, "02-29"] if own == "02-28" and not has_leap_day else [own]


def note_occasions(connection: Connection, *, clock: Clock, limit: int = 200) -> int:
    """Note the birthdays and anniversaries that have come, of up to ``limit`` members.

    Answers how many were noted; call it until that is 0.  One transaction for each programme and
    occasion; locks the members in the order of their ids, then budgets.
    """
    with connection.transaction():
        codes = [record.code for record in list_programmes(connection) if record.latest_number]
    noted = 0
    for code in codes:
        compiled = get_one_compiled(connection, code=code)
        for occasion in _occasions(compiled, clock.now()):
            if noted >= limit:
                return noted
            work = partial(_note, clock, compiled, occasion, limit - noted)
            noted += transact(connection, work, programmes=[code])
    return noted


def _occasions(compiled: Compiled, now: Instant) -> Iterator[Occasion]:
    """What the versions that were in force ask for, the oldest day first."""
    number = compiled.number_at(now)
    if number is None:
        return
    zone = compiled.versions[number].zone
    today = local_day(now, zone)
    longest = max(
        (rule.days_before for version in compiled.versions.values() for rule in version.rules),
        default=0,
    )
    for day in range(today - _looked_back(longest), today + 1):
        at = day_start(day, zone)
        then = compiled.number_at(at)
        rules = () if then is None else compiled.versions[then].rules
        for kind in _KINDS:
            asked = {rule.days_before for rule in rules if rule.enabled and rule.on == kind.kind}
            for days_before in sorted(asked):
                if day >= today - _looked_back(days_before):
                    yield Occasion(kind, days_before, at, date.fromordinal(day + days_before))


def _looked_back(days_before: int) -> int:
    """How many days ago an occasion may have begun: a few, or as long as its gift is of use."""
    return max(LOOKED_BACK_DAYS, 2 * days_before)


def _note(clock: Clock, compiled: Compiled, occasion: Occasion, limit: int, cursor: Cursor) -> int:
    number = compiled.number_at(occasion.at)
    assert number is not None, "a version asks for the occasion"
    zone = compiled.versions[number].zone
    programme = compiled.programme_id
    cursor.execute(
        _WHO.format(day=_DAYS[occasion.kind]).encode(),
        {
            "programme": programme,
            "zone": zone,
            "at": datetime_of(occasion.at),
            "year": occasion.celebrated.year,
            "days": occasion.days,
            "source": OCCASIONS,
            "before": f"{programme}:",
            "after": occasion.name,
            "limit": limit,
        },
    )
    members: dict[StateKey, Compiled] = {
        (row[0].hex, programme): compiled for row in cursor.fetchall()
    }
    if not members:
        return 0
    events = {key: _event(occasion, programme, key[0], zone, number) for key in members}
    free = _claim(cursor, events, clock.now())
    desk = Desk(cursor)
    desk.open(dict.fromkeys(free, compiled), now=clock.now)
    desk.expect((key, events[key]) for key in free)
    for key in free:
        decision, content = desk.decide(key, events[key])
        payload = orjson.dumps(to_payload(events[key]))
        desk.keep(key, events[key], decision, payload=payload, content=content)
    desk.write()
    return len(free)


def _event(occasion: Occasion, programme: str, member: str, zone: str, number: int) -> Event:
    key = occasion.key(programme, member)
    body = occasion.kind(occasion.days_before)
    return Event(event_id_of(key), key, occasion.at, zone, number, body)


def _claim(cursor: Cursor, events: dict[StateKey, Event], now: Instant) -> list[StateKey]:
    claims = [
        (
            (event.key.source, event.key.external_id),
            KnownKey(
                sha256(event.key.external_id.encode()).digest(),
                account[1],
                account[0],
                event.event_id,
                event.kind,
                False,  # noqa: FBT003  # the columns of one row
            ),
        )
        for account, event in events.items()
    ]
    free = claim_keys(cursor, claims, now=now)
    return [
        account
        for account, event in events.items()
        if (event.key.source, event.key.external_id) in free
    ]
