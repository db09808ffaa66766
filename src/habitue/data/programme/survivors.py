"""Who stands for a member who was merged into another one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import psycopg

from habitue.data.bulk import array

_SURVIVORS: Final = """
WITH RECURSIVE chain AS (
    SELECT m.member_id AS first, m.member_id, m.merged_into
    FROM member m JOIN unnest(%s::uuid[]) AS u(member_id) ON m.member_id = u.member_id
    UNION
    SELECT c.first, m.member_id, m.merged_into
    FROM chain c JOIN member m ON m.member_id = c.merged_into
)
SELECT first, member_id FROM chain WHERE merged_into IS NULL AND first <> member_id
"""


def find_survivors(cursor: psycopg.Cursor[Any], members: Iterable[str]) -> dict[str, str]:
    """The survivor of each of these members who was merged, along whole chains of merges.

    Ids are 32 hexadecimal digits.  One statement; none where nobody is asked about.
    """
    asked = sorted(set(members))
    if not asked:
        return {}
    cursor.execute(_SURVIVORS, [array("uuid", asked)], prepare=True)
    return {first.hex: survivor.hex for first, survivor in cursor.fetchall()}
