"""What tests of figures have in common: who asks, random business, and figures laid open."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from habitue.domain.access import Actor, Kind, Role
from habitue.domain.activity import bits_from
from habitue.domain.overview import Overview
from habitue.kit.instants import DAY, HOUR, MINUTE, Instant, datetime_of
from habitue.selectors.member_list import MemberRow, iterate_member_rows
from habitue.selectors.overview import get_overview
from habitue.services.bookings import book_due
from habitue.services.figures import settle_figures
from habitue.services.intake import Envelope
from habitue.services.members import close_member, update_member
from habitue.services.stores import put_store
from tests.services.till import CORNER, Till, key_of

OWNER = Actor(kind=Kind.STAFF, roles=frozenset({Role.OWNER}))

DOCUMENT: dict[str, Any] = CORNER | {
    "programme": "figures",
    "zone": "Europe/Paris",
    "points": {
        "points": {"expires": {"after": "2 months"}, "pending": "3 days"},
        "stars": {"decimals": 2, "expires": {"inactive": "1 month"}},
    },
    "earn": {
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
        "stars": {"on": "purchase", "give": {"stars": "0.07", "per": "1.00"}},
        "come": {"on": "visit", "give": {"points": 2}},
        "treat": {"on": "visit", "give": {"voucher": "tea"}, "limit": {"per_member": 1}},
    },
    "rewards": {"tea": {"cost": {"points": 50}, "gives": {"free_product": "tea"}}},
    "tiers": {
        "by": {"spend": "rolling 2 months"},
        "silver": {"enter": "80.00", "keep": "40.00", "multiply": "1.5"},
        "gold": {"enter": "200.00", "keep": "150.00", "multiply": 2},
    },
    "returns": {"without_purchase": "match_or_average"},
}
STORES = {"paris": "Europe/Paris", "tokyo": "Asia/Tokyo"}


def staff(role: Role, *stores: str, programmes: frozenset[str] = frozenset()) -> Actor:
    """A colleague."""
    return Actor(
        kind=Kind.STAFF, roles=frozenset({role}), stores=frozenset(stores), programmes=programmes
    )


def open_stores(till: Till) -> None:
    """The programme of these tests, and its stores."""
    till.programme = "figures"
    till.publish(DOCUMENT)
    for code, zone in STORES.items():
        put_store(till.connection, code=code, zone=zone)


def settle(till: Till, *, later: Instant = MINUTE) -> None:
    """Let time pass, and settle everything."""
    till.clock.advance(later)
    assert settle_figures(till.connection, now=till.clock.now()) is not None


def overview(
    till: Till, *, until: date, days: int, actor: Actor = OWNER, **options: Any
) -> Overview:
    """The overview of the till's programme."""
    return get_overview(
        till.connection,
        actor=actor,
        programme=till.programme,
        until_day=until,
        days=days,
        now=till.clock.now(),
        **options,
    )


def rows(till: Till, *, actor: Actor = OWNER, **options: Any) -> list[MemberRow]:
    """All rows of the list."""
    return list(
        iterate_member_rows(
            till.connection,
            actor=actor,
            programme=till.programme,
            now=till.clock.now(),
            **options,
        )
    )


def laid_open(till: Till) -> dict[str, Any]:
    """All figures, with members by their ids, whatever their places are."""
    places = {
        (programme, place): member
        for programme, place, member in till.rows(
            "SELECT programme_id, place, member_id FROM member_figure"
        )
    }
    sets = {
        (programme, store, unit, day): {
            places[(programme, place)]
            for place in range(len(members) * 8)
            if bits_from(members) >> place & 1
        }
        for programme, store, unit, day, members in till.rows(
            "SELECT programme_id, store, unit, first_day, members FROM activity"
        )
    }
    columns = [
        name
        for (name,) in till.rows(
            "SELECT column_name::text FROM information_schema.columns"
            " WHERE table_name = 'member_figure' AND column_name <> 'place' ORDER BY 1"
        )
    ]
    return {
        "sets": sets,
        "sums": set(
            till.rows(
                "SELECT programme_id, store, measure, currency, day, value FROM daily_figure"
                " WHERE value <> 0"
            )
        ),
        "rows": till.rows(
            f"SELECT {', '.join(columns)} FROM member_figure"  # noqa: S608  # read from the catalogue
            " ORDER BY member_id, programme_id"
        ),
    }


@dataclass
class Business:
    """A random business: everything that a till and a colleague may do, early, late and back."""

    till: Till
    choose: random.Random
    cards: dict[str, UUID] = field(default_factory=dict)
    bought: list[tuple[str, Envelope]] = field(default_factory=list)
    spent: list[tuple[str, Envelope]] = field(default_factory=list)

    def happen(self) -> None:
        """One thing."""
        self.till.clock.advance(self.choose.randrange(1, 5 * HOUR))
        deeds = [self._buy] * 8 + [self._return] * 3 + [self._spend, self._visit, self._adjust]
        deeds += [self._undo, self._rename, self._close, self._book, self._wait, self._merge]
        self.choose.choice(deeds)()

    def _card(self) -> str:
        if len(self.cards) < 4 or self.choose.random() < 0.1:
            card = f"CARD{len(self.cards):04d}"
            self.cards[card] = self.till.enrol(card)
            return card
        return self.choose.choice(sorted(self.cards))

    def _fields(self) -> dict[str, Any]:
        late = self.choose.choice((0, 0, 0, self.choose.randrange(70 * DAY)))
        at = datetime_of(self.till.clock.now() - late).isoformat()
        store = self.choose.choice(("paris", "tokyo", None))
        return {"occurred_at": at} | ({"store": store} if store else {})

    def _amount(self) -> str:
        return f"{self.choose.randrange(1, 9000) / 100:.2f}"

    def _buy(self) -> None:
        card = self._card()
        amounts = [self._amount() for _ in range(self.choose.randrange(1, 4))]
        one = self.till.purchase(card, *amounts, **self._fields())
        assert isinstance(one.content, dict)
        for line in one.content["lines"]:
            line["quantity"] = self.choose.randrange(1, 4)
            line["role"] = self.choose.choice(("goods", "goods", "delivery", "tip"))
        if self.choose.random() < 0.2:
            one.content["order_discount"] = "0.33"
        (answer,) = self.till.send(one)
        if answer.refusal is None:
            self.bought.append((card, one))

    def _return(self) -> None:
        if not self.bought:
            return
        card, purchase = self.choose.choice(self.bought)
        fields = self._fields()
        way = self.choose.randrange(4)
        if way == 0:
            envelope = self.till.give_back(card, purchase, **fields)
        elif way == 1:
            lines: list[dict[str, Any]] = [{"line": "1", "quantity": 1}]
            envelope = self.till.give_back(card, purchase, lines=lines, **fields)
        elif way == 2:
            lines = [{"line": "1", "amount": "0.50"}]
            envelope = self.till.give_back(card, purchase, lines=lines, **fields)
        else:
            lines = [{"product": "p1", "quantity": 1, "amount": self._amount()}]
            if self.choose.random() < 0.5:
                del lines[0]["amount"]
            envelope = self.till.give_back(card, None, lines=lines, **fields)
        self.till.send(envelope)

    def _spend(self) -> None:
        card = self._card()
        one = self.till.other(
            "redemption", card, currency="points", units=self.choose.randrange(1, 30)
        )
        (answer,) = self.till.send(one)
        if answer.refusal is None:
            self.spent.append((card, one))

    def _undo(self) -> None:
        if self.spent:
            card, one = self.choose.choice(self.spent)
            self.till.send(self.till.other("undo", card, redemption=key_of(one)))

    def _visit(self) -> None:
        self.till.send(self.till.other("visit", self._card(), **self._fields()))

    def _adjust(self) -> None:
        units = self.choose.choice((-5, 3, 40))
        self.till.send(
            self.till.other(
                "adjustment", self._card(), currency="points", units=units, reason="kindness"
            )
        )

    def _rename(self) -> None:
        member_id = self.cards[self._card()]
        (status,) = self.till.rows("SELECT status FROM member WHERE member_id = %s", [member_id])[0]
        if status == "active":
            changes = {
                "family_name": self.choose.choice(("Ödön", "Ionescu", "Lefèvre")),
                "store": self.choose.choice(("paris", "tokyo", None)),
                "birth_date": "1990-02-28",
            }
            update_member(
                self.till.connection,
                member_id=member_id,
                changes=changes,
                now=self.till.clock.now(),
            )

    def _close(self) -> None:
        if self.choose.random() < 0.2:
            card = self._card()
            close_member(
                self.till.connection, member_id=self.cards[card], now=self.till.clock.now()
            )

    def _book(self) -> None:
        while book_due(self.till.connection, clock=self.till.clock):
            pass

    def _wait(self) -> None:
        """Nothing sooner than the next day: what is pending becomes spendable."""
        self.till.clock.advance(DAY)

    def _merge(self) -> None:
        """A duplicate is found, or found to be none."""
        if len(self.cards) < 3:
            return
        duplicate, other = self.choose.sample(sorted(self.cards.values()), 2)
        self.till.connection.execute(
            "UPDATE member SET"
            " status = CASE WHEN status = 'merged' THEN 'active' ELSE 'merged' END,"
            " merged_into = CASE WHEN status = 'merged' THEN NULL ELSE %(into)s::uuid END"
            " WHERE member_id = %(duplicate)s AND status <> 'closed'"
            " AND NOT EXISTS (SELECT 1 FROM member o WHERE o.merged_into = %(duplicate)s)"
            " AND EXISTS (SELECT 1 FROM member o WHERE o.member_id = %(into)s"
            " AND o.status = 'active')",
            {"into": other, "duplicate": duplicate},
        )
