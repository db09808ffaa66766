"""What is shown and typed at a till: queries about members that a database really holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Final

from psycopg import Connection

IDENTIFIERS: Final = ("card", "phone", "email", "external")
"""Kinds of query that show a whole identifier."""

_SAMPLED_FROM: Final = 10_000
_SAMPLE: Final = """
SELECT m.given_name, m.family_name, m.folded_name,
    (SELECT i.value FROM identifier i WHERE i.member_id = m.member_id AND i.kind = 'card'),
    (SELECT i.value FROM identifier i WHERE i.member_id = m.member_id AND i.kind = 'phone'),
    (SELECT i.value FROM identifier i WHERE i.member_id = m.member_id AND i.kind = 'email'),
    (SELECT i.value FROM identifier i WHERE i.member_id = m.member_id AND i.kind = 'external')
FROM member m TABLESAMPLE SYSTEM (%s) REPEATABLE (%s)
"""


def make_queries(
    connection: Connection[Any], *, count: int, members: int, seed: int
) -> Mapping[str, Sequence[str]]:
    """``count`` texts of each kind: whole identifiers, and beginnings as somebody types them.

    The members they are about are taken evenly from all ``members`` of the database.
    """
    # Pages are what is sampled: of few members, all, or the sample may be of empty pages.
    share = 100.0 if members < _SAMPLED_FROM else min(100.0, 400.0 * count / members)
    rows = connection.execute(_SAMPLE, [share, seed]).fetchall()
    connection.commit()
    random = Random(seed)  # noqa: S311  # Data for measuring must be repeatable, not secret.
    random.shuffle(rows)
    queries: dict[str, list[str]] = {}
    for given, family, folded, card, phone, email, external in rows:
        words = folded.split()
        texts = {
            "card": card,
            "phone": phone,
            "email": email,
            "external": f"external:{external}",
            "customer's id in a shop": external.partition(":")[2],
            "start of a customer's id": external.partition(":")[2][:-3],
            "one letter": family[:1],
            "two letters": family[:2],
            "three letters": family[:3],
            "family name": family,
            "given name": given,
            "both names": f"{given} {family[:3]}",
            "both names turned": f"{family[:4]} {given[:2]}",
            "words without accents": " ".join(word[:4] for word in words[:2]),
            "start of a phone number": None if phone is None else phone[:8],
            "end of typing a phone number": None if phone is None else phone[:-1],
            "start of an e-mail address": None if email is None else email[:6],
            "start of a card": card[:5],
            "name and number": None if phone is None else f"{family[:4]} {phone[:7]}",
            "nobody": f"{family[:3]}zqx",
        }
        for kind, text in texts.items():
            kept = queries.setdefault(kind, [])
            if text and len(kept) < count:
                kept.append(text)
    return queries
