"""The rules at the till: what is new, a confirmation that one has read it, and the whole sheet.

Nobody is kept from serving: new rules are mentioned on the first page, until they are confirmed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from habitue.domain.access import Permission
from habitue.domain.access.actors import Kind
from habitue.domain.errors import Refusal
from habitue.interfaces.terminal.pages import Shift, serving_page
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.changes import Told, new_to_staff
from habitue.interfaces.web.words.sheet import rule_sheet
from habitue.selectors.readings import Reading, get_reading
from habitue.services.readings import confirm_reading


@dataclass(frozen=True, slots=True)
class NewRules:
    """Rules that the colleague has not confirmed: from which day they are in force."""

    number: int
    day: str
    is_to_come: bool


def new_rules(shift: Shift) -> NewRules | None:
    """What is to be read; ``None`` where everything was, nobody in particular serves, or there is
    no programme yet."""
    try:
        reading = _reading(shift)
    except Refusal:
        return None
    if reading is None or not reading.is_due:
        return None
    words, number = shift.words, reading.to_read
    programme = words.of(number).programme
    at = programme.effective_at
    day = formats.day_of(at, zone=programme.zone, language=words.language)
    return NewRules(number, day, at > shift.visit.now)


@require_safe
@serving_page(Permission.PROGRAMME_READ)
def rules(shift: Shift) -> HttpResponse:
    """What changed since the colleague read them last, and the rules as the staff need them."""
    visit, words = shift.visit, shift.words
    reading = _reading(shift)
    shown = words.of(reading.to_read) if reading is not None else words.current
    context = {
        "new": new_rules(shift),
        "reading": reading,
        "changes": _changes(shift, reading),
        "sheet": rule_sheet(shown, audience="staff", now=visit.now),
    }
    return shift.render("rules.html", context)


@require_POST
@serving_page(Permission.PROGRAMME_READ)
def confirm(shift: Shift) -> HttpResponse:
    """Note that the colleague has read the version that the page showed."""
    visit = shift.visit
    text = visit.request.POST.get("number", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
    confirm_reading(
        visit.connection,
        actor=visit.actor,
        programme=shift.programme.code,
        number=number,
        now=visit.now,
    )
    messages.success(visit.request, _("Thank you. It is noted that you have read the rules."))
    return HttpResponseRedirect(reverse("terminal:home"))


def _reading(shift: Shift) -> Reading | None:
    visit = shift.visit
    if visit.actor.kind is not Kind.STAFF or visit.actor.id is None:
        return None
    return get_reading(
        visit.connection, compiled=shift.words.compiled, staff_id=visit.actor.id, now=visit.now
    )


def _changes(shift: Shift, reading: Reading | None) -> tuple[Told, ...]:
    """What is new to whoever has read an earlier version; to somebody new, everything is."""
    if reading is None or not reading.is_due or not reading.read:
        return ()
    words = shift.words
    old, new = words.of(reading.read), words.of(reading.to_read)
    return new_to_staff(old, new, now=shift.visit.now)
