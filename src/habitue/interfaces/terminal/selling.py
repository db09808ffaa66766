"""What is recorded at the counter: purchases, visits, points spent, and all of it undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.terminal.member import currencies, has_discounts, member_page, new_sale
from habitue.interfaces.terminal.pages import Shift, serving_page, to_member
from habitue.interfaces.terminal.receipts import RedeemForm, SaleForm
from habitue.interfaces.terminal.showing import may_spend
from habitue.interfaces.web.forms import OnceForm
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.words.lines import total_text
from habitue.interfaces.web.words.prices import told_prices
from habitue.services.counter.pricing import price_sale, record_priced_sale
from habitue.services.counter.serving import (
    foresee_sale,
    record_sale,
    record_visit,
    redeem_points,
    undo_redemption,
    undo_sale,
)
from habitue.services.intake import Answer


class _Sale(TypedDict):
    programme: str
    external_id: str
    currency: str
    lines: list[dict[str, str]]


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.PURCHASES_WRITE)
def sale(shift: Shift, member_id: UUID) -> HttpResponse:
    """Record a purchase of this member.

    Whoever comes back to this address (with another language, say) is led to the member.
    """
    if shift.visit.request.method != "POST":
        return to_member(member_id)
    form = _sent(shift)
    if form.is_valid() and _sold(shift, form, member_id):
        return to_member(member_id, done=form.external_id)
    return member_page(shift, member_id, sale_form=form, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.PURCHASES_WRITE)
def sale_of_nobody(shift: Shift) -> HttpResponse:
    """Record a purchase of a guest who is no member; it can be claimed later by its receipt."""
    visit = shift.visit
    currency = shift.programme.currency
    form = new_sale(shift, of_member=False)
    if visit.request.method == "POST":
        form = SaleForm(visit.request.POST, currency=currency)
        if form.is_valid() and _sold(shift, form, None):
            messages.success(visit.request, _("The purchase was recorded, for nobody yet."))
            return HttpResponseRedirect(reverse("terminal:home"))
    context = {"form": form, "currency": currency}
    return shift.render("nobody.html", context, status=422 if form.errors else 200)


def _sent(shift: Shift) -> SaleForm:
    return SaleForm(
        shift.visit.request.POST,
        currency=shift.programme.currency,
        with_discounts=has_discounts(shift),
    )


def _sold(shift: Shift, form: SaleForm, member_id: UUID | None) -> bool:
    sale: _Sale = {
        "programme": shift.programme.code,
        "external_id": form.external_id,
        "currency": shift.programme.currency,
        "lines": form.lines(),
    }
    try:
        if member_id is not None and form.takes_discounts:
            shown = form.cleaned_data["shown"]
            record_priced_sale(shift.counter, **sale, member_id=member_id, shown=shown)
        else:
            record_sale(shift.counter, **sale, member_id=member_id)
    except Refusal as refusal:
        refuse_form(form, refusal, language=shift.visit.language, places={"lines": "amount"})
        return False
    return True


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def foresee(shift: Shift, member_id: UUID) -> HttpResponse:
    """What the purchase that is being typed would earn; nothing is recorded."""
    form = _sent(shift)
    if not form.is_valid():
        return shift.visit.render("terminal/_foreseen.html", {})
    sale: _Sale = {
        "programme": shift.programme.code,
        "external_id": form.external_id,
        "currency": shift.programme.currency,
        "lines": form.lines(),
    }
    if not form.takes_discounts:
        answer = foresee_sale(shift.counter, **sale, member_id=member_id)
        return shift.visit.render("terminal/_foreseen.html", _foreseen(shift, answer))
    priced = price_sale(shift.counter, **sale, member_id=member_id)
    prices = None if priced.prices is None else told_prices(priced.prices, shift.words.current)
    context = {**_foreseen(shift, priced.answer), "prices": prices}
    return shift.visit.render("terminal/_foreseen.html", context)


def _foreseen(shift: Shift, answer: Answer) -> dict[str, object]:
    current = shift.words.current
    points = answer.content.get("points", {})
    gains = [
        total_text(int(each["change"]), code, current)
        for code, each in points.items()
        if each.get("change")
    ]
    reached = _reached(answer.content)
    return {"foreseen": True, "gains": gains, "tiers": [current.tier(tier) for tier in reached]}


def _reached(content: Mapping[str, Any]) -> list[str]:
    """The tiers to which an event leads, in whichever structure."""
    if "tiers" in content:
        before = content.get("tiers_before", content["tiers"])
        return [tier for name, tier in content["tiers"].items() if tier and tier != before[name]]
    return [content["tier"]] if "tier_before" in content and content["tier"] else []


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def came(shift: Shift, member_id: UUID) -> HttpResponse:
    """Record that the member came."""
    form = OnceForm(shift.visit.request.POST)
    if not form.is_valid():
        return to_member(member_id)
    record_visit(
        shift.counter,
        programme=shift.programme.code,
        external_id=form.external_id,
        member_id=member_id,
    )
    return to_member(member_id, done=form.external_id)


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.PURCHASES_WRITE)
def redeem(shift: Shift, member_id: UUID) -> HttpResponse:
    """Spend points of a member who has shown who they are; as ``sale``."""
    if shift.visit.request.method != "POST":
        return to_member(member_id)
    if not may_spend(shift.visit, member_id):
        return member_page(shift, member_id, status=403)
    form = RedeemForm(shift.visit.request.POST, currencies=currencies(shift))
    if form.is_valid():
        try:
            redeem_points(
                shift.counter,
                programme=shift.programme.code,
                external_id=form.external_id,
                member_id=member_id,
                currency=form.cleaned_data["currency"],
                units=f"{form.cleaned_data['units']:f}",
                purpose=form.cleaned_data["purpose"],
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=shift.visit.language)
        else:
            return to_member(member_id, done=form.external_id)
    return member_page(shift, member_id, redeem_form=form, status=422)


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def undo(shift: Shift, kind: str, external_id: str) -> HttpResponse:
    """Undo what was done here: a purchase, or points that were spent."""
    code = shift.programme.code
    if kind == "purchase":
        currency = shift.programme.currency
        answer = undo_sale(
            shift.counter, programme=code, currency=currency, external_id=external_id
        )
    else:
        answer = undo_redemption(shift.counter, programme=code, external_id=external_id)
    messages.success(shift.visit.request, _("It was undone: everything is as it was before."))
    member_id = answer.content.get("member")
    if member_id:
        return to_member(UUID(str(member_id)), done=f"undo-{external_id}")
    return HttpResponseRedirect(reverse("terminal:home"))
