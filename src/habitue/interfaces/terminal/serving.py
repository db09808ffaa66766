"""Serving a member: the page of somebody who stands there, and what can be done for them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from habitue.domain.access import Permission
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.kinds import Trust
from habitue.interfaces.terminal.finding import trust_of_visit
from habitue.interfaces.terminal.pages import counter_of, programme_of, render, serving_page
from habitue.interfaces.web.birthdays import birthday_note
from habitue.interfaces.web.forms import OnceForm, once
from habitue.interfaces.web.lexicons import Lexicons, lexicons
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.standings import balances_in_words, tier_in_words
from habitue.interfaces.web.stories import Story, stories
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lines import total_text
from habitue.kit.money import currency_exponent
from habitue.selectors.happenings import list_happenings
from habitue.selectors.members import MemberRecord, get_member
from habitue.selectors.programmes import get_programme
from habitue.selectors.standing import get_standing
from habitue.services.counter.serving import (
    foresee_sale,
    record_sale,
    record_visit,
    redeem_points,
    undo_redemption,
    undo_sale,
)
from habitue.services.intake import Answer

LINES: Final = 4
UNDONE: Final = ("purchase", "redemption")
_LATEST: Final = 3


class SaleForm(OnceForm):
    """A purchase: an amount, or the lines of the receipt."""

    amount = forms.DecimalField(
        label=gettext_lazy("Amount"),
        required=False,
        min_value=Decimal(0),
        max_digits=12,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        decimals = currency_exponent(currency)
        amount = self.fields["amount"]
        assert isinstance(amount, forms.DecimalField), "amounts are decimals"
        amount.decimal_places = decimals
        for place in range(1, LINES + 1):
            self.fields[f"name_{place}"] = forms.CharField(
                label=pgettext_lazy("line of a receipt", "What"), required=False, max_length=100
            )
            self.fields[f"category_{place}"] = forms.CharField(
                label=gettext_lazy("Category"), required=False, max_length=60
            )
            self.fields[f"pieces_{place}"] = forms.IntegerField(
                label=gettext_lazy("Pieces"), required=False, min_value=1, max_value=999
            )
            self.fields[f"amount_{place}"] = forms.DecimalField(
                label=gettext_lazy("Amount"),
                required=False,
                min_value=Decimal(0),
                max_digits=12,
                decimal_places=decimals,
                localize=True,
                widget=forms.TextInput(attrs={"inputmode": "decimal"}),
            )

    @property
    def line_fields(self) -> list[list[forms.BoundField]]:
        """The fields of the lines, row by row."""
        names = ("name", "category", "pieces", "amount")
        return [[self[f"{name}_{place}"] for name in names] for place in range(1, LINES + 1)]

    def clean(self) -> dict[str, Any]:
        """An amount, or lines with an amount each."""
        cleaned: dict[str, Any] = super().clean() or {}
        places = range(1, LINES + 1)
        rows = [place for place in places if cleaned.get(f"amount_{place}") is not None]
        for place in range(1, LINES + 1):
            if cleaned.get(f"name_{place}") and place not in rows:
                self.add_error(f"amount_{place}", _("What did it cost? Add the amount."))
        if not self.errors and not rows and cleaned.get("amount") is None:
            self.add_error("amount", _("How much was it? Type the amount of the receipt."))
        if rows and cleaned.get("amount") is not None:
            total = sum(cleaned[f"amount_{place}"] for place in rows)
            if total != cleaned["amount"]:
                self.add_error(
                    "amount", _("The lines add up to another amount. Correct one of them.")
                )
        return cleaned

    def lines(self) -> list[dict[str, str]]:
        """The lines as the intake takes them."""
        chosen = self.cleaned_data
        found = []
        for place in range(1, LINES + 1):
            amount = chosen.get(f"amount_{place}")
            if amount is None:
                continue
            name = chosen.get(f"name_{place}") or "goods"
            line = {"product": name, "name": name, "amount": str(amount)}
            line["quantity"] = str(chosen.get(f"pieces_{place}") or 1)
            if chosen.get(f"category_{place}"):
                line["category"] = chosen[f"category_{place}"].strip().lower()
            found.append(line)
        return found or [{"product": "goods", "amount": str(chosen["amount"])}]


class RedeemForm(OnceForm):
    """Points to be spent."""

    currency = forms.ChoiceField(label=pgettext_lazy("which points", "Which"))
    units = forms.CharField(
        label=gettext_lazy("How many"),
        max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    purpose = forms.CharField(label=gettext_lazy("What for"), max_length=100, required=False)

    def __init__(self, *args: Any, currencies: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField), "the currency is chosen"
        field.choices = currencies


@require_safe
@serving_page(Permission.MEMBERS_READ)
def member(visit: Visit, member_id: UUID) -> HttpResponse:
    """Who stands there, what they hold, and what can be done."""
    return _member_page(visit, member_id)


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def sale(visit: Visit, member_id: UUID) -> HttpResponse:
    """Record a purchase of this member."""
    code, currency = programme_of(visit)
    form = SaleForm(visit.request.POST, currency=currency)
    if form.is_valid():
        try:
            answer = record_sale(
                counter_of(visit),
                programme=code,
                external_id=form.external_id,
                currency=currency,
                lines=form.lines(),
                member_id=member_id,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places={"lines": "amount"})
        else:
            _say(visit, code, answer)
            return HttpResponseRedirect(reverse("terminal:member", args=[member_id]))
    return _member_page(visit, member_id, sale_form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.PURCHASES_WRITE)
def sale_of_nobody(visit: Visit) -> HttpResponse:
    """Record a purchase of a guest who is no member; it can be claimed later by its receipt."""
    code, currency = programme_of(visit)
    form = SaleForm(visit.request.POST or None, currency=currency, initial=once(visit.now))
    if visit.request.method == "POST" and form.is_valid():
        try:
            record_sale(
                counter_of(visit),
                programme=code,
                external_id=form.external_id,
                currency=currency,
                lines=form.lines(),
                member_id=None,
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language, places={"lines": "amount"})
        else:
            messages.success(visit.request, _("The purchase was recorded, for nobody yet."))
            return HttpResponseRedirect(reverse("terminal:home"))
    context = {"form": form, "currency": currency}
    return render(visit, "nobody.html", context, status=422 if form.errors else 200)


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def foresee(visit: Visit, member_id: UUID) -> HttpResponse:
    """What the purchase that is being typed would earn; nothing is recorded."""
    code, currency = programme_of(visit)
    form = SaleForm(visit.request.POST, currency=currency)
    gains: list[str] = []
    if form.is_valid():
        words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
        answer = foresee_sale(
            counter_of(visit),
            programme=code,
            external_id=form.external_id,
            currency=currency,
            lines=form.lines(),
            member_id=member_id,
        )
        gains = _gains(answer, words)
    return visit.render("terminal/_foreseen.html", {"gains": gains})


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def came(visit: Visit, member_id: UUID) -> HttpResponse:
    """Record that the member came."""
    code, _currency = programme_of(visit)
    form = OnceForm(visit.request.POST)
    if form.is_valid():
        answer = record_visit(
            counter_of(visit), programme=code, external_id=form.external_id, member_id=member_id
        )
        _say(visit, code, answer)
    return HttpResponseRedirect(reverse("terminal:member", args=[member_id]))


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def redeem(visit: Visit, member_id: UUID) -> HttpResponse:
    """Spend points of a member who has shown who they are."""
    code, _currency = programme_of(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    form = RedeemForm(visit.request.POST, currencies=_currencies(words))
    if form.is_valid():
        try:
            _require_trust(visit, member_id)
            answer = redeem_points(
                counter_of(visit),
                programme=code,
                external_id=form.external_id,
                member_id=member_id,
                currency=form.cleaned_data["currency"],
                units=form.cleaned_data["units"].replace(",", "."),
                purpose=form.cleaned_data["purpose"],
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            _say(visit, code, answer)
            return HttpResponseRedirect(reverse("terminal:member", args=[member_id]))
    return _member_page(visit, member_id, redeem_form=form)


@require_POST
@serving_page(Permission.PURCHASES_WRITE)
def undo(visit: Visit, kind: str, external_id: str) -> HttpResponse:
    """Undo what was done at a till: a purchase, or points that were spent."""
    code, currency = programme_of(visit)
    counter = counter_of(visit)
    if kind == "purchase":
        answer = undo_sale(counter, programme=code, currency=currency, external_id=external_id)
    else:
        answer = undo_redemption(counter, programme=code, external_id=external_id)
    messages.success(visit.request, _("It was undone: everything is as it was before."))
    member_id = answer.content.get("member")
    if member_id:
        return HttpResponseRedirect(reverse("terminal:member", args=[UUID(str(member_id))]))
    return HttpResponseRedirect(reverse("terminal:home"))


def _member_page(
    visit: Visit,
    member_id: UUID,
    *,
    sale_form: SaleForm | None = None,
    redeem_form: RedeemForm | None = None,
) -> HttpResponse:
    found: MemberRecord = get_member(visit.connection, member_id=member_id)
    if found.status == "merged" and found.merged_into is not None:
        return HttpResponseRedirect(reverse("terminal:member", args=[found.merged_into]))
    code, currency = programme_of(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    standing = get_standing(visit.connection, member_id=member_id, programme=code, now=visit.now)
    programme = get_programme(visit.connection, code=code)
    latest = list_happenings(
        visit.connection,
        member_id=member_id,
        programme_id=programme.programme_id,
        code=code,
        limit=_LATEST,
    )
    told = stories(latest.items, words, {})
    context = {
        "member": found,
        "balances": balances_in_words(standing, words.current) if standing else (),
        "tier": tier_in_words(standing.progress, words.current) if standing else None,
        "birthday": birthday_note(found.birth_date, words.current.programme.zone, visit),
        "sale_form": sale_form or SaleForm(currency=currency, initial=once(visit.now)),
        "redeem_form": redeem_form
        or RedeemForm(currencies=_currencies(words), initial=once(visit.now)),
        "once": once(visit.now)["once"],
        "may_spend": trust_of_visit(visit, member_id) >= Trust.SPEND,
        "currency": currency,
        "latest": _with_undo(told),
    }
    wrong = bool((sale_form and sale_form.errors) or (redeem_form and redeem_form.errors))
    return render(visit, "member.html", context, status=422 if wrong else 200)


def _require_trust(visit: Visit, member_id: UUID) -> None:
    """Showing a plate, or being found by name, greets and earns; spending needs more."""
    if trust_of_visit(visit, member_id) < Trust.SPEND:
        raise Refusal(Code.IDENTIFIER_NOT_TRUSTED, "member", value="", kind="member")


def _with_undo(told: list[Story]) -> list[tuple[Story, str]]:
    """What happened, with the link that undoes it; an undoing is newer, so it stands there too."""
    undone = {story.external_id.removeprefix("undo-") for story in told if story.kind not in UNDONE}
    return [(story, _undo_of(story, undone)) for story in told]


def _undo_of(story: Story, undone: set[str]) -> str:
    if story.source != "terminal" or story.kind not in UNDONE or story.external_id in undone:
        return ""
    return reverse("terminal:undo", args=[story.kind, story.external_id])


def _currencies(words: Lexicons) -> list[tuple[str, str]]:
    return [(code, words.current.currency(code)) for code in words.current.programme.points]


def _gains(answer: Answer, words: Lexicons) -> list[str]:
    return [
        total_text(int(points["change"]), code, words.current)
        for code, points in answer.content.get("points", {}).items()
        if points.get("change")
    ]


def _say(visit: Visit, code: str, answer: Answer) -> None:
    """Say at once what was earned, and whether a tier was reached."""
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    gains = _gains(answer, words)
    said = _("Recorded: %(points)s.") % {"points": ", ".join(gains)} if gains else _("Recorded.")
    if "tier_before" in answer.content and answer.content["tier"]:
        tier = words.current.tier(answer.content["tier"])
        said = f"{said} {_('New tier: %(tier)s.') % {'tier': tier}}"
    messages.success(visit.request, said)
