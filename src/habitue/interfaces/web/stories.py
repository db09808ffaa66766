"""What happened, in words: a purchase, a return, points that expired, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from habitue.domain.consents import Channel, Purpose
from habitue.domain.engine.rewarding import reward_of
from habitue.domain.events import (
    QUANTITY_SCALE,
    Adjustment,
    Contribution,
    Purchase,
    Redemption,
    Return,
    Withdrawal,
)
from habitue.domain.events import Line as BoughtLine
from habitue.interfaces.texts import formats
from habitue.interfaces.web.consents import CHANNELS, PURPOSES
from habitue.interfaces.web.lexicons import Lexicons
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.lines import Explained, explain, total_text
from habitue.interfaces.web.words.misses import why_not
from habitue.kit.instants import datetime_of
from habitue.selectors.happenings import Happening

TITLES: Final[dict[str, Promise]] = {
    "purchase": pgettext_lazy("what happened", "Purchase"),
    "return": pgettext_lazy("what happened", "Return"),
    "visit": pgettext_lazy("what happened", "Visit"),
    "enrolment": pgettext_lazy("what happened", "Joined"),
    "profile": pgettext_lazy("what happened", "Details noted"),
    "membership": pgettext_lazy("what happened", "Paid membership"),
    "contribution": pgettext_lazy("what happened", "Contribution"),
    "withdrawal": pgettext_lazy("what happened", "Contribution withdrawn"),
    "birthday": pgettext_lazy("what happened", "Birthday"),
    "anniversary": pgettext_lazy("what happened", "Anniversary of joining"),
    "referred": pgettext_lazy("what happened", "Brought by a member"),
    "referral": pgettext_lazy("what happened", "Brought a friend"),
    "adjustment": pgettext_lazy("what happened", "Correction"),
    "redemption": pgettext_lazy("what happened", "Points spent"),
    "undo": pgettext_lazy("what happened", "Points given back"),
    "confirmation": pgettext_lazy("what happened", "Purchase confirmed"),
    "transfer_out": pgettext_lazy("what happened", "Points sent"),
    "transfer_in": pgettext_lazy("what happened", "Points received"),
    "merge_out": pgettext_lazy("what happened", "Membership merged into another"),
    "merge_in": pgettext_lazy("what happened", "Membership merged with this one"),
    "unmerge": pgettext_lazy("what happened", "Merge undone"),
    "time": pgettext_lazy("what happened", "Time passed"),
}
WHOLE_DAYS: Final = ("birthday", "anniversary")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one balance: what it says, and whether it is a gain."""

    text: str
    gain: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a receipt."""

    name: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True)
class Reason:
    """A ledger line with its reasons."""

    change: str
    gain: bool
    explained: Explained


@dataclass(frozen=True, slots=True)
class Story:
    """One thing that happened."""

    kind: str
    title: str
    when: str
    month: str
    store: str
    staff: str
    amount: str
    note: str
    changes: tuple[Change, ...]
    lines: tuple[Line, ...]
    reasons: tuple[Reason, ...]
    not_applied: tuple[tuple[str, str], ...]
    tiers: tuple[str, ...]
    source: str
    external_id: str


def stories(
    happenings: Iterable[Happening], words: Lexicons, stores: dict[str, str]
) -> list[Story]:
    """The happenings of a page in words; ``stores`` are names by code."""
    return [_story(one, words, stores) for one in happenings]


def _story(happening: Happening, words: Lexicons, stores: dict[str, str]) -> Story:
    lexicon = words.of(happening.version)
    body = happening.body
    zone = happening.zone if happening.body is not None else lexicon.programme.zone
    return Story(
        kind=happening.kind,
        title=_title(happening, lexicon),
        when=_when(happening, zone, words.language),
        month=formats.month(datetime_of(happening.at, zone).date(), language=words.language),
        store=stores.get(happening.store, happening.store),
        staff=happening.staff,
        amount=lexicon.money(_paid(body)) if isinstance(body, Purchase) else "",
        note=_note(body),
        changes=tuple(
            Change(total_text(units, code, lexicon), units > 0)
            for code, units in happening.changes.items()
        ),
        lines=_lines(happening, lexicon),
        reasons=tuple(
            Reason(
                total_text(entry.amount, entry.currency, words.of(entry.version)),
                entry.amount > 0,
                explain(entry, words.of(entry.version)),
            )
            for entry in happening.entries
            if entry.kind != "activate"
        ),
        not_applied=tuple(why_not(happening.outcomes, lexicon)),
        tiers=tuple(_move(move.from_tier, move.to_tier, lexicon) for move in happening.moves),
        source=happening.source,
        external_id=happening.external_id,
    )


def _when(happening: Happening, zone: str, language: str) -> str:
    """The moment; of what happens on a day as a whole, the day."""
    if happening.kind in WHOLE_DAYS:
        return formats.short_day(datetime_of(happening.at, zone).date(), language=language)
    return formats.moment(happening.at, zone=zone, language=language)


def _move(before: str, after: str, lexicon: Lexicon) -> str:
    if not before:
        return _("New tier: %(tier)s") % {"tier": lexicon.tier(after)}
    if not after:
        return _("No longer %(tier)s") % {"tier": lexicon.tier(before)}
    return _("From %(before)s to %(after)s") % {
        "before": lexicon.tier(before),
        "after": lexicon.tier(after),
    }


def _title(happening: Happening, lexicon: Lexicon) -> str:
    body = happening.body
    if isinstance(body, Redemption) and (code := reward_of(body)):
        return _("Reward: %(reward)s") % {"reward": lexicon.reward(code)}
    if isinstance(body, Contribution):
        kind = lexicon.contribution(body.contribution)
        return _("Contribution: %(kind)s") % {"kind": kind}
    if happening.kind == "time" and any(one.kind == "expire" for one in happening.entries):
        return _("Points expired")
    if happening.kind == "consent":
        return _consent(happening.attributes)
    if happening.kind == "time" and happening.moves:
        return _("The tier changed")
    return str(TITLES.get(happening.kind, TITLES["time"]))


def _consent(said: dict[str, Any]) -> str:
    what = {
        "purpose": PURPOSES[Purpose(said["purpose"])],
        "channel": CHANNELS[Channel(said["channel"])],
    }
    if said["given"]:
        return _("Agreed to: %(purpose)s, %(channel)s") % what
    return _("No longer agreed to: %(purpose)s, %(channel)s") % what


def _paid(body: Purchase) -> int:
    return sum(line.amount for line in body.lines) - body.order_discount


def _note(body: Any) -> str:
    if isinstance(body, Adjustment):
        return body.reason
    if isinstance(body, Redemption):
        return body.purpose
    if isinstance(body, Withdrawal):
        return body.reason
    return ""


def _lines(happening: Happening, lexicon: Lexicon) -> tuple[Line, ...]:
    """What was bought; of a return, what came back of it."""
    body = happening.body
    if isinstance(body, Purchase):
        return tuple(_line(line, line.quantity, line.amount, lexicon) for line in body.lines)
    if isinstance(body, Return):
        return tuple(_returned(body, happening.answered, lexicon))
    return ()


def _line(line: BoughtLine, quantity: int | None, amount: int | None, lexicon: Lexicon) -> Line:
    return Line(
        line.name or line.product,
        "" if quantity is None else _quantity(quantity, lexicon.language),
        "" if amount is None else lexicon.money(amount),
    )


def _returned(body: Return, answered: Any, lexicon: Lexicon) -> Iterator[Line]:
    """The lines that a return names, as the purchase names them; all of it where it names none."""
    bought = answered.lines if isinstance(answered, Purchase) else ()
    if not body.lines:
        for line in bought:
            yield _line(line, line.quantity, None, lexicon)
    for back in body.lines:
        named = [one for one in bought if back.line == one.line or back.product == one.product]
        if named:
            yield _line(named[0], back.quantity, back.amount, lexicon)
        elif back.product:
            yield _line(BoughtLine("", back.product, 0, 0), back.quantity, back.amount, lexicon)


def _quantity(thousandths: int, language: str) -> str:
    whole, rest = divmod(thousandths, QUANTITY_SCALE)
    if not rest:
        return formats.units(whole, language=language)
    return formats.units(thousandths, decimals=3, language=language)
