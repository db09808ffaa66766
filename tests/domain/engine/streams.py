"""Random streams of one member's events, for the properties.

Instants cluster around local midnights and both daylight-saving days, and around each other, so
that boundaries and ties are met often.  A stream is made from one number and nothing else.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from hypothesis import strategies as st

from habitue.domain.events import Event, Line, PointsPayment, Portion, Purchase, ReturnedLine
from habitue.domain.programme.model import Programme
from habitue.kit.instants import DAY, HOUR, MINUTE, Instant, day_start
from tests.domain.engine.building import (
    adjusted,
    confirmed,
    day,
    enrolled,
    event,
    passed,
    received,
    redeemed,
    returned,
    sent,
    undone,
    visited,
)
from tests.domain.engine.random_programmes import SECOND_VERSION, Shape, random_versions

ZONES = ("Europe/Paris", "America/New_York", "Asia/Tokyo", "Pacific/Auckland", "UTC")
FIRST_DAY = day("2026-02-25")


@dataclass(frozen=True)
class Stream:
    """Versions of one programme, and the events of one member in no particular order."""

    versions: tuple[Programme, ...]
    events: tuple[Event, ...]


def streams(shape: Shape) -> st.SearchStrategy[Stream]:
    """Streams, each from a number of its own."""
    return st.integers(0, 2**62).map(partial(stream_of, shape))


def stream_of(shape: Shape, number: int) -> Stream:
    """The stream of a number; returns, undos and confirmations refer to events of the stream."""
    choose = random.Random(number)
    zone = choose.choice(ZONES)
    versions = random_versions(choose, shape, zone)
    kinds = ["purchase"] * 6 + ["return"] * 4 + ["visit", "enrolment", "advance", "confirmation"]
    if shape.spending:
        kinds += ["redemption"] * 4 + ["undo"] * 3
        kinds += ["adjustment", "transfer_out", "transfer_in", "floor"]
    zones = (zone,) if choose.random() < 0.7 else (zone, choose.choice(ZONES))
    making = _Making(choose, zones, versions[0], [])
    for place in range(choose.randint(3, shape.most_events)):
        kind = "purchase" if not making.events else choose.choice(kinds)
        for one in making.events_of(kind, f"{place:02}"):
            second = len(versions) == 2 and one.occurred_at >= SECOND_VERSION
            making.events.append(replace(one, version_number=2 if second else 1))
    return Stream(versions, tuple(making.events))


@dataclass
class _Making:
    choose: random.Random
    zones: tuple[str, ...]
    version: Programme
    events: list[Event]

    def when(self) -> Instant:
        """Near an earlier event, or near midnight or at noon of some day in spring."""
        choose = self.choose
        if self.events and choose.random() < 0.5:
            near = choose.choice(self.events).occurred_at
            return near + choose.choice((0, MINUTE, HOUR, DAY, 3 * DAY, 9 * DAY))
        start = day_start(FIRST_DAY + choose.randint(0, 75), choose.choice(self.zones))
        return start + choose.choice((0, -1, 1, 2 * HOUR, 12 * HOUR, 23 * HOUR))

    def events_of(self, kind: str, name: str) -> list[Event]:
        """An event of a kind, or none where it would have nothing to refer to."""
        choose, when = self.choose, self.when()
        common: dict[str, Any] = {"name": name, "zone": choose.choice(self.zones)}
        units = choose.choice((1, 3, 8, 15))
        plain: dict[str, Callable[[], Event]] = {
            "visit": lambda: visited(when, **common),
            "enrolment": lambda: enrolled(when, **common),
            "advance": lambda: passed(when, **common),
            "redemption": lambda: redeemed(when, units, **common),
            "transfer_out": lambda: sent(when, units, **common),
            "transfer_in": lambda: received(when, *self._portions(when), **common),
            "adjustment": lambda: self._adjustment(when, units, common),
            "purchase": lambda: event(when, self._purchase(), **common),
        }
        if kind in plain:
            return [plain[kind]()]
        if kind == "floor":
            return self._floor(when, common)
        if kind == "return" and choose.random() < 0.2:
            return [returned(when, None, *self._unlinked(), **common)]
        referred = "redemption" if kind == "undo" else "purchase"
        candidates = [one for one in self.events if one.kind == referred]
        if not candidates:
            return []
        return [self._referring(kind, choose.choice(candidates), when, common)]

    def _floor(self, when: Instant, common: dict[str, Any]) -> list[Event]:
        """A tier set by hand in some structure, or lifted there."""
        if not self.version.structures:
            return []
        tiers = self.choose.choice(self.version.structures)
        code = self.choose.choice(["", *(tier.code for tier in tiers.tiers)])
        structure = tiers.name if tiers.key and not code else None
        return [adjusted(when, tier=code, structure=structure, **common)]

    def _referring(self, kind: str, to: Event, when: Instant, common: dict[str, Any]) -> Event:
        choose = self.choose
        when = max(when, to.occurred_at + choose.choice((0, 1, 13 * HOUR)))
        if kind == "undo":
            return undone(when, to, choose.choice((None, 1, 5)), **common)
        if kind == "confirmation":
            return confirmed(when, to, **common)
        return returned(when, to, *self._linked(to), **common)

    def _purchase(self) -> Purchase:
        choose = self.choose
        lines = tuple(self._line(str(number)) for number in range(choose.randint(1, 3)))
        total = sum(line.amount for line in lines)
        return Purchase(
            currency="EUR",
            lines=lines,
            order_discount=choose.choice((0, 0, 0, total // 10)),
            points_paid=choose.choice(((), (), (), (PointsPayment("points", 4, total // 4),))),
            gift_card_amount=choose.choice((0, 0, 0, total // 3)),
        )

    def _line(self, number: str) -> Line:
        choose = self.choose
        amount = choose.choice((0, 1, 99, 333, 500, 1000, 1500, 1999, 2600))
        return Line(
            line=number,
            product=choose.choice(("tea", "cake")),
            quantity=choose.choice((500, 1000, 2000, 3000)),
            amount=amount,
            tax=amount // 6,
            discount=choose.choice((0, 0, 100)),
            role=choose.choice(("goods", "goods", "goods", "goods", "delivery", "gift_card")),
            category=choose.choice(("drink", "food", None)),
        )

    def _adjustment(self, when: Instant, units: int, common: dict[str, Any]) -> Event:
        if self.choose.random() < 0.3:
            return adjusted(when, -units, **common)
        return adjusted(
            when, 3 * units, expires_at=self.choose.choice((None, when + 30 * DAY)), **common
        )

    def _portions(self, when: Instant) -> tuple[Portion, ...]:
        ends = (None, when - HOUR, when + 2 * DAY, when + 20 * DAY)
        return tuple(
            Portion(self.choose.choice((2, 9)), when - DAY, self.choose.choice(ends))
            for _ in range(self.choose.randint(1, 2))
        )

    def _linked(self, sale: Event) -> tuple[ReturnedLine, ...]:
        choose = self.choose
        assert isinstance(sale.body, Purchase)
        if choose.random() < 0.3:
            return ()
        line = choose.choice(sale.body.lines)
        quantity = choose.choice((None, 250, 500, 1000, line.quantity))
        if quantity is None and line.amount:
            return (ReturnedLine(line=line.line, amount=choose.randint(1, line.amount)),)
        amount = choose.choice((None, None, 1, 100))
        return (ReturnedLine(line=line.line, quantity=quantity or 500, amount=amount),)

    def _unlinked(self) -> tuple[ReturnedLine, ...]:
        choose = self.choose
        return tuple(
            ReturnedLine(
                product=choose.choice(("tea", "cake", "hat")),
                quantity=choose.choice((None, 500, 1000, 2500)),
                amount=choose.choice((300, 900)),
            )
            for _ in range(choose.randint(1, 2))
        )
