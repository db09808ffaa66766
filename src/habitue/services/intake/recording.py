"""Recording events: the one path for a single call, a bulk call and an import (DESIGN §1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial

from psycopg.pq import TransactionStatus

from habitue.data.ledger.history import read_answers
from habitue.data.programme.anonymous import read_anonymous_answers
from habitue.data.programme.claiming import (
    KeyPair,
    KnownKey,
    claim_keys,
    fetch_keys,
    find_keys,
)
from habitue.data.programme.sharing import find_zones
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.normal import PhoneReader
from habitue.kit.clock import Clock, FixedClock
from habitue.kit.instants import Instant
from habitue.selectors.programmes import get_compiled
from habitue.services.intake.batch import Batch, claim_of
from habitue.services.intake.envelopes import Answer, Envelope, refused
from habitue.services.intake.items import Item, make_items, read_envelopes
from habitue.services.intake.newcomers import enrol_newcomers
from habitue.services.intake.resolving import look_up, settle_members
from habitue.services.intake.transacting import Connection, Cursor, transact


def record(
    connection: Connection,
    envelopes: Sequence[Envelope],
    *,
    clock: Clock,
    phones: PhoneReader,
    country: str = "",
    enrol_unknown: bool = False,
    announce: bool = True,
) -> list[Answer]:
    """Record a batch of events in one transaction; one answer for each, in the same order.

    An event that is refused changes nothing and does not disturb the others.  One that is known
    already is answered as it was the first time.  With ``enrol_unknown`` identifiers that nobody
    has become new members; without ``announce`` nothing is put into the outbox.

    Locks new identifiers, natural keys, receipts, members by id and budgets by key, in this order,
    each kind sorted.  Raises
    ``Refusal`` (``BUSY``) where the locks were not to be had; then nothing was recorded.
    """
    settled: dict[int, Answer] = {}
    recorder = _Recorder(
        envelopes, clock, phones, country, enrol_unknown=enrol_unknown, announce=announce
    )
    committing = connection.info.transaction_status == TransactionStatus.IDLE
    while True:
        try:
            answers = transact(
                connection,
                partial(recorder.run, connection, settled),
                programmes=(envelope.programme for envelope in envelopes),
            )
        except _BarrenError as barren:
            # Someone was enrolled for events that were then all refused: refusals change nothing,
            # so the batch runs again without those events.
            settled |= barren.refused
        else:
            if committing and recorder.batch is not None:
                recorder.batch.remember()
            return answers


class _BarrenError(Exception):
    """Newcomers were made for nothing; ``refused`` are the answers to their events."""

    def __init__(self, refused_answers: dict[int, Answer]) -> None:
        super().__init__("newcomers without events")
        self.refused = refused_answers


class _Recorder:
    """Records one batch, in as many attempts as it takes."""

    def __init__(
        self,
        envelopes: Sequence[Envelope],
        clock: Clock,
        phones: PhoneReader,
        country: str,
        *,
        enrol_unknown: bool,
        announce: bool,
    ) -> None:
        self._envelopes = envelopes
        self._clock = clock
        self._phones = phones
        self._country = country
        self._enrol_unknown = enrol_unknown
        self._announce = announce
        self.batch: Batch | None = None

    def run(
        self, connection: Connection, settled: dict[int, Answer], cursor: Cursor
    ) -> list[Answer]:
        """Everything between the beginning of the transaction and its commit."""
        now = self._clock.now()
        answers: list[Answer | None] = [settled.get(place) for place in range(len(self._envelopes))]
        items = prepare(connection, cursor, self._envelopes, now=now, answers=answers)
        if items:
            directory = look_up(cursor, items, phones=self._phones, country=self._country)
            newcomers = settle_members(items, directory, enrol_unknown=self._enrol_unknown)
            made = enrol_newcomers(cursor, newcomers, now=now)
            claimed = self._claim(cursor, items, now)
            fresh = [item for item in items if item.key in claimed]
            answer_known(cursor, [item for item in items if item.key not in claimed])
            self.batch = batch = Batch(cursor, fresh, claimed, announce=self._announce)
            batch.run(self._clock)
            _check_newcomers(made)
            batch.write()
            _mark_enrolled(made)
        for item in items:
            assert item.answer is not None, "every item was answered"
            answers[item.place] = item.answer
        return [answer for answer in answers if answer is not None]

    def _claim(
        self, cursor: Cursor, items: Iterable[Item], now: Instant
    ) -> dict[KeyPair, KnownKey]:
        """Claim the keys; answers those that were free, with what was noted about them."""
        wanted: dict[KeyPair, KnownKey] = {}
        for item in items:
            wanted.setdefault(item.key, claim_of(item))
        free = claim_keys(cursor, list(wanted.items()), now=now)
        return {key: claim for key, claim in wanted.items() if key in free}


def prepare(
    connection: Connection,
    cursor: Cursor,
    envelopes: Sequence[Envelope],
    *,
    now: Instant,
    answers: list[Answer | None],
) -> list[Item]:
    """Check the contents and settle zones and versions; refusals are answered in their places."""
    codes = {envelope.programme for envelope in envelopes}
    programmes = get_compiled(connection, codes=codes)
    read = read_envelopes(envelopes, programmes=programmes, now=now, answers=answers)
    stores = {found.store for _, _, found in read if found.store is not None}
    zones = find_zones(cursor, stores) if stores else {}
    return make_items(read, zones=zones, now=now, answers=answers)


def answer_known(cursor: Cursor, items: Sequence[Item]) -> None:
    """Answer repetitions as the first time, and refuse keys that came with another body."""
    if not items:
        return
    find_keys(cursor, sorted({item.key for item in items}))
    known = fetch_keys(cursor)
    same: list[tuple[Item, KnownKey]] = []
    for item in items:
        first = known[item.key]
        if first.body_hash == item.body_hash:
            same.append((item, first))
        else:
            item.answer = refused(reused(item))
    of_members = {
        (first.member, first.event) for _, first in same if first.member and not first.anonymous
    }
    contents = dict(read_answers(cursor, sorted(of_members))) if of_members else {}
    anonymous = {first.event for _, first in same if first.anonymous}
    if anonymous:
        contents |= read_anonymous_answers(cursor, sorted(anonymous))
    for item, first in same:
        item.answer = Answer("known", contents[first.event])


def reused(item: Item) -> Refusal:
    """The refusal of a key that came with another body."""
    return Refusal(Code.KEY_REUSED, "external_id", value=item.key[1][:80])


def _check_newcomers(made: Mapping[str, Sequence[Item]]) -> None:
    barren = {
        item.place: item.answer
        for items in made.values()
        if not any(item.answer and item.answer.status == "recorded" for item in items)
        for item in items
        if item.answer is not None
    }
    if barren:
        raise _BarrenError(barren)


def _mark_enrolled(made: Mapping[str, Sequence[Item]]) -> None:
    """The first recorded event of a newcomer says that it made a member."""
    for items in made.values():
        for item in items:
            if item.answer is not None and item.answer.status == "recorded":
                item.answer = replace(item.answer, enrolled=True)
                break


def evaluate(
    connection: Connection,
    envelope: Envelope,
    *,
    now: Instant,
    phones: PhoneReader,
    country: str = "",
) -> Answer:
    """What ``record`` would answer now, without locks and without changing anything.

    Chances do not fall to it: nobody shall try until one does.
    """

    def work(cursor: Cursor) -> Answer:
        answers: list[Answer | None] = [None]
        items = prepare(connection, cursor, [envelope], now=now, answers=answers)
        for item in items:
            item.event.drawn = False
            directory = look_up(cursor, items, phones=phones, country=country)
            settle_members(items, directory, enrol_unknown=False)
            find_keys(cursor, [item.key])
            if fetch_keys(cursor):
                answer_known(cursor, items)
            else:
                batch = Batch(cursor, items, {item.key: claim_of(item)}, announce=False)
                batch.run(FixedClock(now), lock=False)
            answer = item.answer
            assert answer is not None, "the item was answered"
            if answer.status == "recorded":
                answer = Answer("evaluated", answer.content)
            answers[0] = answer
        assert answers[0] is not None, "the envelope was answered"
        return answers[0]

    return transact(connection, work, programmes=[envelope.programme])
