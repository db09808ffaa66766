"""Corrections by hand: points, tiers, and the end of a membership."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.members.counter import back, counter_of, form_page
from habitue.interfaces.backoffice.members.frame import Frame, frame_of
from habitue.interfaces.backoffice.members.words import plain_number
from habitue.interfaces.web.forms import OnceForm, once
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.selectors.figures import main_currency
from habitue.services.counter.correcting import (
    LONGEST_REASON,
    adjust_points,
    foresee_adjustment,
    set_tier,
)
from habitue.services.counter.details import end_membership
from habitue.services.intake import Answer

# What was foreseen, as the form carries it: only that is done, and whoever changes the number is
# shown again what it leads to.
FORESEEN: Final = "foreseen"


class AdjustForm(OnceForm):
    """Points given or taken by hand."""

    currency = forms.ChoiceField(label=pgettext_lazy("which points", "Which"))
    units = forms.CharField(
        label=gettext_lazy("How many"),
        max_length=14,
        help_text=gettext_lazy("With a minus to take points away."),
        widget=forms.TextInput(attrs={"inputmode": "text", "autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The member can read it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, lexicon: Lexicon, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField), "the currency is chosen"
        field.choices = [(code, lexicon.currency(code)) for code in lexicon.programme.points]

    def clean_units(self) -> str:
        """Whoever corrects by nothing has forgotten the number."""
        units: str = self.cleaned_data["units"]
        if not plain_number(units).strip("+-.0"):
            raise forms.ValidationError(_("Say how many; 0 changes nothing."))
        return units

    def wanted(self) -> dict[str, str]:
        """What the service takes."""
        chosen = self.cleaned_data
        return {
            "currency": chosen["currency"],
            "units": plain_number(chosen["units"]),
            "reason": chosen["reason"],
        }

    @property
    def foreseen(self) -> str:
        """What the preview was of."""
        wanted = self.wanted()
        return f"{wanted['units']} {wanted['currency']}"


# How the form says that there shall be none in a further structure; no code of a tier begins so.
_NONE_OF: Final = "-"


class TierForm(OnceForm):
    """A tier set by hand."""

    tier = forms.ChoiceField(
        label=gettext_lazy("Tier"),
        required=False,
        help_text=gettext_lazy("The member does not fall below it until somebody lifts it."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, lexicon: Lexicon, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["tier"]
        assert isinstance(field, forms.ChoiceField), "the tier is chosen"
        nothing = _("None: what is deserved counts")
        structures = lexicon.programme.structures
        choices = [
            (
                (f"{_NONE_OF}{tiers.name}" if tiers.key else "", nothing),
                *((tier.code, lexicon.tier(tier.code)) for tier in tiers.tiers),
            )
            for tiers in structures
        ]
        if len(choices) < 2:
            field.choices = [*choices[0]] if choices else [("", nothing)]
        else:
            named = [lexicon.structure(tiers.name) for tiers in structures]
            field.choices = list(zip(named, choices, strict=True))

    @property
    def wanted(self) -> dict[str, Any]:
        """The tier, or no tier in which structure."""
        given: str = self.cleaned_data["tier"]
        if given.startswith(_NONE_OF):
            return {"tier": "", "structure": given.removeprefix(_NONE_OF)}
        return {"tier": given}


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.LEDGER_ADJUST)
def adjust(visit: Visit, member_id: UUID) -> HttpResponse:
    """Give or take points: first what it leads to is shown, then it is done."""
    frame = frame_of(visit, member_id)
    form = AdjustForm(
        visit.request.POST or None,
        lexicon=frame.words.current,
        initial={**once(visit.now), "currency": main_currency(frame.words.current.programme)},
    )
    context: dict[str, Any] = {"form": form}
    if visit.request.method == "POST" and form.is_valid():
        ask: dict[str, Any] = {
            "programme": frame.code,
            "external_id": form.external_id,
            "member_id": member_id,
            **form.wanted(),
        }
        try:
            if visit.request.POST.get(FORESEEN) == form.foreseen:
                adjust_points(counter_of(visit), **ask)
                return back(visit, member_id, _("The points were adjusted."))
            answer = foresee_adjustment(counter_of(visit), **ask)
            context |= _foreseen(answer, form, frame)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
    return frame.render("adjust.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.LEDGER_ADJUST)
def tier(visit: Visit, member_id: UUID) -> HttpResponse:
    """Set a tier by hand, or lift it again."""
    frame = frame_of(visit, member_id)
    form = TierForm(
        visit.request.POST or None, lexicon=frame.words.current, initial=once(visit.now)
    )
    if visit.request.method == "POST" and form.is_valid():
        try:
            set_tier(
                counter_of(visit),
                programme=frame.code,
                external_id=form.external_id,
                member_id=member_id,
                **form.wanted,
                reason=form.cleaned_data["reason"],
            )
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            return back(visit, member_id, _("The tier was set."))
    return form_page(frame, form, title=_("Set the tier by hand"), action=_("Set the tier"))


@require_http_methods(["GET", "HEAD", "POST"])
@BACKOFFICE.page(Permission.MEMBERS_MERGE)
def close(visit: Visit, member_id: UUID) -> HttpResponse:
    """Ask once more, then end the membership."""
    frame = frame_of(visit, member_id)
    if visit.request.method == "POST":
        end_membership(counter_of(visit), member_id=member_id)
        return back(visit, member_id, _("The membership has ended."))
    return frame.render("close.html", {})


def _foreseen(answer: Answer, form: AdjustForm, frame: Frame) -> dict[str, str]:
    code = form.cleaned_data["currency"]
    points = answer.content["points"][code]
    balance = int(points["balance"])
    lexicon = frame.words.current
    return {
        "before": lexicon.points(balance - int(points["change"]), code),
        "after": lexicon.points(balance, code),
        FORESEEN: form.foreseen,
    }
