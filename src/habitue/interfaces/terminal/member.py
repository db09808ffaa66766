"""The page of a member who stands there: who they are, what they hold, what can be done for them,
and what was done just now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.interfaces.terminal.pages import Shift, serving_page, to_member
from habitue.interfaces.terminal.receipts import RedeemForm, SaleForm
from habitue.interfaces.terminal.showing import may_spend
from habitue.interfaces.web.birthdays import birthday_note
from habitue.interfaces.web.forms import once
from habitue.interfaces.web.offering import offers_in_words
from habitue.interfaces.web.plan_words import plan_in_words
from habitue.interfaces.web.standings import BalanceInWords, balances_in_words, tiers_in_words
from habitue.interfaces.web.stories import Story, stories
from habitue.interfaces.web.words.challenges import challenge_in_words
from habitue.interfaces.web.words.identifying import spending_sentence
from habitue.selectors.doings import can_be_undone
from habitue.selectors.happenings import Happening, list_happenings
from habitue.selectors.members import get_member
from habitue.selectors.standing import get_standing

_LATEST: Final = 4


@dataclass(frozen=True, slots=True)
class Told:
    """Something that happened, in words; ``undo`` is where it can be undone, or empty, and
    ``held`` what the member holds now of the points that it changed."""

    story: Story
    undo: str
    held: tuple[BalanceInWords, ...]


@require_safe
@serving_page(Permission.MEMBERS_READ)
def member(shift: Shift, member_id: UUID) -> HttpResponse:
    """Who stands there, what they hold, and what can be done; ``done`` is told first."""
    return member_page(shift, member_id)


def member_page(
    shift: Shift,
    member_id: UUID,
    *,
    sale_form: SaleForm | None = None,
    redeem_form: RedeemForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with a form as it was sent where something is wrong with it."""
    visit = shift.visit
    found = get_member(visit.connection, member_id=member_id)
    if found.status == "merged" and found.merged_into is not None:
        return to_member(found.merged_into)
    current = shift.words.current
    standing = get_standing(
        visit.connection, member_id=member_id, programme=shift.programme.code, now=visit.now
    )
    balances = balances_in_words(standing, current) if standing else ()
    latest = _latest(shift, member_id, balances)
    done = visit.request.GET.get("done", "")
    fresh = once(visit.now)
    context = {
        "member": found,
        "balances": balances,
        "tiers": tiers_in_words(standing.progress, current) if standing else (),
        "challenges": [challenge_in_words(one, current) for one in standing.challenges]
        if standing
        else (),
        "plan": plan_in_words(standing, current, visit.now) if standing else None,
        "birthday": birthday_note(found.birth_date, current.programme.zone, visit),
        "done": next((one for one in latest if done and one.story.external_id == done), None),
        "latest": latest,
        "sale_form": sale_form or new_sale(shift),
        "redeem_form": redeem_form or RedeemForm(currencies=currencies(shift), initial=fresh),
        "once": fresh["once"],
        "offers": offers_in_words(standing, current) if standing else (),
        "may_spend": may_spend(visit, member_id),
        "to_spend": spending_sentence(identify) if (identify := current.programme.identify) else "",
        "currency": shift.programme.currency,
    }
    return shift.render("member.html", context, status=status)


def new_sale(shift: Shift, *, of_member: bool = True) -> SaleForm:
    """An empty form for a purchase, line by line where that is asked for."""
    visit = shift.visit
    return SaleForm(
        currency=shift.programme.currency,
        with_lines=bool(visit.request.GET.get("lines")),
        with_discounts=of_member and has_discounts(shift),
        initial=once(visit.now),
    )


def has_discounts(shift: Shift) -> bool:
    """Whether members of the programme may pay less."""
    return bool(shift.words.current.programme.discounts)


def currencies(shift: Shift) -> list[tuple[str, str]]:
    """The points of the programme, by their names; stamps last.  Vouchers are taken as rewards."""
    current = shift.words.current
    codes = sorted(current.programme.points, key=lambda code: (current.is_stamps(code), code))
    return [(code, current.currency(code)) for code in codes if not current.is_right(code)]


def _latest(shift: Shift, member_id: UUID, balances: tuple[BalanceInWords, ...]) -> list[Told]:
    found = list_happenings(
        shift.visit.connection,
        member_id=member_id,
        programme_id=shift.programme.programme_id,
        code=shift.programme.code,
        limit=_LATEST,
    ).items
    names = {store.code: store.name for store in shift.stores}
    undone = {one.external_id.removeprefix("undo-") for one in found if _undoes(one)}
    return [
        Told(
            story,
            _undo_link(shift, one, undone),
            tuple(held for held in balances if held.code in one.changes),
        )
        for one, story in zip(found, stories(found, shift.words, names), strict=True)
    ]


def _undoes(happening: Happening) -> bool:
    return happening.source == "terminal" and happening.kind in ("return", "undo")


def _undo_link(shift: Shift, happening: Happening, undone: set[str]) -> str:
    """Where it is undone: what was done in this store a short while ago, and is not undone yet."""
    if happening.external_id in undone:
        return ""
    if not can_be_undone(happening, store=shift.store_code, now=shift.visit.now):
        return ""
    return reverse("terminal:undo", args=[happening.kind, happening.external_id])
