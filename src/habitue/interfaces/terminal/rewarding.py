"""Rewards at the till: taken with one press, paid for with points or a voucher."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from habitue.domain.access import Permission
from habitue.domain.errors import Refusal
from habitue.interfaces.terminal.member import member_page
from habitue.interfaces.terminal.pages import Shift, serving_page, to_member
from habitue.interfaces.terminal.showing import may_spend
from habitue.interfaces.web.forms import OnceForm
from habitue.interfaces.web.refusals import words_of
from habitue.services.counter.serving import take_reward


class RewardForm(OnceForm):
    """Which reward, and what pays for it."""

    reward = forms.CharField(max_length=100)
    currency = forms.CharField(max_length=120)


@require_http_methods(["GET", "HEAD", "POST"])
@serving_page(Permission.PURCHASES_WRITE)
def take(shift: Shift, member_id: UUID) -> HttpResponse:
    """Take a reward for a member who has shown who they are.

    Whoever comes back to this address (with another language, say) is led to the member.
    """
    visit = shift.visit
    if visit.request.method != "POST":
        return to_member(member_id)
    if not may_spend(visit, member_id):
        return member_page(shift, member_id, status=403)
    form = RewardForm(visit.request.POST)
    if not form.is_valid():
        return member_page(shift, member_id, status=422)
    try:
        take_reward(
            shift.counter,
            programme=shift.programme.code,
            external_id=form.external_id,
            member_id=member_id,
            reward=form.cleaned_data["reward"],
            currency=form.cleaned_data["currency"],
        )
    except Refusal as refusal:
        messages.error(visit.request, words_of(refusal, language=visit.language).detail)
        return member_page(shift, member_id, status=422)
    return to_member(member_id, done=form.external_id)
