"""Sending in: a contribution waits until a colleague has looked at it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from habitue.domain.access import Permission
from habitue.domain.engine.contributing import kind_of
from habitue.domain.errors import Code, Refusal
from habitue.domain.events import EventKey
from habitue.domain.pictures import Picture
from habitue.domain.programme.contributions import LONGEST_CONTRIBUTION, ContributionKind
from habitue.kit.instants import datetime_of, format_instant
from habitue.selectors.contributions import (
    ContributionRecord,
    get_own_contribution,
    list_own_contributions,
)
from habitue.selectors.programmes import get_one_compiled, get_programme
from habitue.services.contributing.events import contribution_event
from habitue.services.counter.counter import Counter
from habitue.services.intake import evaluate

LONGEST_LINK: Final = 500
# Whoever sends more than anybody reads has to wait for the answers.
MOST_WAITING: Final = 20

_LOCK: Final = "SELECT 1 FROM member WHERE member_id = %s FOR UPDATE"
_INSERT: Final = """
INSERT INTO contribution (member_id, contribution_id, programme_id, kind, product, product_name,
    purchase_source, purchase_external_id, body, link, picture_type, picture, sent_at, sent_by,
    state, decided_by, reason)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'waiting', '', '')
ON CONFLICT DO NOTHING
"""
_TAKE_BACK: Final = """
DELETE FROM contribution WHERE member_id = %s AND contribution_id = %s AND state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent in; whoever sends it makes the ``contribution_id``, so that a retry is known."""

    contribution_id: UUID
    programme: str
    kind: str
    product: str = ""
    product_name: str = ""
    purchase: EventKey | None = None
    body: str = ""
    link: str = ""
    picture: Picture | None = field(default=None, repr=False)


def send_contribution(counter: Counter, *, member_id: UUID, sent: Sent) -> ContributionRecord:
    """Let a contribution wait for a decision; one that is sent again is answered as it stands.

    At the portal the member sends it; elsewhere somebody who may decide about contributions.
    Refuses ``TOO_LONG``, ``INVALID_TEXT`` a link that is none, ``NOT_PERMITTED``,
    ``UNKNOWN_MEMBER``, ``MEMBER_CLOSED``, ``ALREADY_CONTRIBUTED`` where the same waits,
    ``KEY_REUSED`` where another one was sent under the same id, ``TOO_MANY`` that wait, and what
    the intake would refuse now.  Locks the member.
    """
    if counter.source != "portal":
        counter.require(Permission.CONTRIBUTIONS_DECIDE)
    body, link = read_body(sent.body), read_link(sent.link)
    connection = counter.connection
    with connection.transaction():
        connection.execute(_LOCK, [member_id])
        member = counter.member(member_id)
        own = list_own_contributions(connection, member_id=member_id, programme=sent.programme)
        for one in own:
            if one.contribution_id == sent.contribution_id:
                return _as_it_stands(one, sent, body, link)
        waiting = [one for one in own if one.state == "waiting"]
        if len(waiting) >= MOST_WAITING:
            raise Refusal(Code.TOO_MANY, "contribution", value=len(waiting), limit=MOST_WAITING)
        programme = get_programme(connection, code=sent.programme)
        record = ContributionRecord(
            member_id=member.member_id,
            contribution_id=sent.contribution_id,
            programme=programme.code,
            kind=sent.kind,
            product=sent.product,
            product_name=sent.product_name,
            purchase=sent.purchase,
            body=body,
            link=link,
            picture_type="" if sent.picture is None else sent.picture.media_type,
            sent_at=counter.clock.now(),
            sent_by="" if counter.source == "portal" else counter.actor.name,
            state="waiting",
            decided_at=None,
            decided_by="",
            reason="",
            gave={},
            member_number=member.number,
            member_name=member.shown_name,
            store=member.store,
        )
        _refuse_what_could_not_count(counter, record, waiting)
        content = None if sent.picture is None else sent.picture.content
        connection.execute(_INSERT, _row(record, programme.programme_id, content))
    return record


def take_back_contribution(counter: Counter, *, member_id: UUID, contribution_id: UUID) -> None:
    """The member takes back what still waits; nothing of it is kept.

    Refuses ``UNKNOWN_CONTRIBUTION``, and ``ALREADY_DECIDED`` where it no longer waits.
    """
    connection = counter.connection
    with connection.transaction():
        record = get_own_contribution(
            connection, member_id=member_id, contribution_id=contribution_id
        )
        gone = connection.execute(_TAKE_BACK, [record.member_id, contribution_id])
        if gone.rowcount != 1:
            raise Refusal(Code.ALREADY_DECIDED, "contribution", value=record.state)


def _as_it_stands(one: ContributionRecord, sent: Sent, body: str, link: str) -> ContributionRecord:
    """What was sent in before under the same key, if it was the same."""
    said = (sent.kind, sent.product, sent.purchase, body, link)
    if said != (one.kind, one.product, one.purchase, one.body, one.link):
        raise Refusal(Code.KEY_REUSED, "external_id", value=str(sent.contribution_id))
    return one


def read_body(text: str) -> str:
    """A text of several lines, without characters that show nothing; refuses ``TOO_LONG``."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(
        one for one in lines if one in "\n\t" or unicodedata.category(one) not in ("Cc", "Cs")
    ).strip()
    if len(plain) > LONGEST_CONTRIBUTION:
        raise Refusal(Code.TOO_LONG, "body", value=plain[:40], limit=LONGEST_CONTRIBUTION)
    return plain


def read_link(text: str) -> str:
    """An address of the web, or the empty text; refuses ``TOO_LONG`` and ``INVALID_TEXT``."""
    text = text.strip()
    if not text:
        return ""
    if len(text) > LONGEST_LINK:
        raise Refusal(Code.TOO_LONG, "link", value=text[:40], limit=LONGEST_LINK)
    if not _is_address(text):
        raise Refusal(Code.INVALID_TEXT, "link", value=text[:80])
    return text


def _is_address(text: str) -> bool:
    """Whether a text is an address of the web that says nobody's name or password."""
    if not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and "." in host and not parts.username


def _refuse_what_could_not_count(
    counter: Counter, record: ContributionRecord, waiting: list[ContributionRecord]
) -> None:
    """What would be refused if it were approved now, and what waits already."""
    compiled = get_one_compiled(counter.connection, code=record.programme)
    number = compiled.number_at(record.sent_at)
    if number is None:
        at = format_instant(record.sent_at)
        raise Refusal(Code.PROGRAMME_NOT_IN_EFFECT, "programme", value=record.programme, at=at)
    kind = kind_of(compiled.versions[number], record.kind)
    answer = evaluate(
        counter.connection,
        contribution_event(record),
        now=counter.clock.now(),
        phones=counter.phones,
        country=counter.country,
    )
    if answer.refusal is not None:
        raise answer.refusal
    if any(_is_same(kind, one, record) for one in waiting):
        raise Refusal(Code.ALREADY_CONTRIBUTED, "contribution", value=record.kind, about=kind.about)


def _is_same(
    kind: ContributionKind, earlier: ContributionRecord, record: ContributionRecord
) -> bool:
    """Whether only one of two contributions could count."""
    if not kind.once or earlier.kind != record.kind:
        return False
    if kind.about == "product":
        return earlier.product.casefold() == record.product.casefold()
    return kind.about == "anything" or earlier.purchase == record.purchase


def _row(record: ContributionRecord, programme_id: UUID, picture: bytes | None) -> list[Any]:
    purchase = record.purchase
    return [
        record.member_id,
        record.contribution_id,
        programme_id,
        record.kind,
        record.product,
        record.product_name,
        "" if purchase is None else purchase.source,
        "" if purchase is None else purchase.external_id,
        record.body,
        record.link,
        record.picture_type,
        picture,
        datetime_of(record.sent_at),
        record.sent_by,
    ]
