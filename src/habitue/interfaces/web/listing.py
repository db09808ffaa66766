"""Lists: what is asked for in the address, and the links that sort, filter and turn pages.

Everything that a list shows is said by its address, so that it can be bookmarked, sent to a
colleague and gone back to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from django.http import HttpRequest, QueryDict

Direction: TypeAlias = Literal["ascending", "descending"]

PAGE: Final = 25
PAGE_SIZES: Final = (25, 50, 100)
_LONGEST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.  ``sort`` is empty where the list cannot be sorted by it; ``first`` is
    the direction that a first press gives; ``kind`` aligns numbers."""

    key: str
    heading: str
    sort: str = ""
    first: Direction = "ascending"
    kind: Literal["text", "number", "action"] = "text"


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's heading as it is shown: its link, and how the list is sorted by it now."""

    column: Column
    link: str
    sorted: Direction | Literal["none"]


@dataclass(frozen=True, slots=True)
class Listing:
    """What the address asks of a list.

    ``cursor`` is empty on the first page.  ``filters`` holds the raw texts of the filters that the
    list knows; what does not parse is the form's to refuse.
    """

    path: str
    query: str
    sort: str
    direction: Direction
    cursor: str
    size: int
    filters: Mapping[str, str]

    def link(self, **changes: str) -> str:
        """The address of the same list with some things changed; empty values are left out."""
        values = {
            "q": self.query,
            **self.filters,
            "sort": self.sort,
            "direction": "" if self.direction == "ascending" else self.direction,
            "size": "" if self.size == PAGE else str(self.size),
            "cursor": self.cursor,
            **changes,
        }
        query = QueryDict(mutable=True)
        for name, value in values.items():
            if value:
                query[name] = value
        encoded = query.urlencode()
        return f"{self.path}?{encoded}" if encoded else self.path

    def headings(self, columns: Sequence[Column]) -> list[Heading]:
        """The headings with their links; sorting anew begins at the first page."""
        headings = []
        for column in columns:
            shown: Direction | Literal["none"] = "none"
            direction = column.first
            if column.sort and column.sort == self.sort:
                shown = self.direction
                direction = "descending" if shown == "ascending" else "ascending"
            link = self.link(
                sort=column.sort,
                direction="" if direction == "ascending" else direction,
                cursor="",
            )
            headings.append(Heading(column, link if column.sort else "", shown))
        return headings

    def export_link(self, path: str) -> str:
        """The address of the export of what the list shows, all pages of it."""
        return self.link(cursor="", size="").replace(self.path, path, 1)


def read_listing(
    request: HttpRequest,
    *,
    sorts: Sequence[str],
    filters: Sequence[str] = (),
    sort: str = "",
    direction: Direction = "ascending",
) -> Listing:
    """What the address asks for.  What a list does not know is as if it were not there: an address
    that was typed wrong shows the list, not an error."""
    given = request.GET
    asked = given.get("sort", "")
    known = asked in sorts
    wanted: Direction = "descending" if given.get("direction") == "descending" else "ascending"
    size = given.get("size", "")
    return Listing(
        path=request.path,
        query=_text(given, "q"),
        sort=asked if known else (sort or sorts[0]),
        direction=wanted if known else direction,
        cursor=given.get("cursor", "")[:_LONGEST],
        size=int(size) if size in map(str, PAGE_SIZES) else PAGE,
        filters={name: value for name in filters if (value := _text(given, name))},
    )


def _text(given: QueryDict, name: str) -> str:
    return given.get(name, "").replace("\x00", "").strip()[:200]
