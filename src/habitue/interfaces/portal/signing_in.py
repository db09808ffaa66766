"""Signing in by a code, and joining by one.

An address that nobody has gets the same page in the same way, and no message: whether somebody is
a member is nobody's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from habitue.domain.consents import Channel, Purpose
from habitue.domain.errors import Code, Refusal
from habitue.domain.identity.details import read_details
from habitue.interfaces.portal.clubs import asked_invitation, counter_here, invitation_field
from habitue.interfaces.portal.door import PORTAL
from habitue.interfaces.portal.friends import FRIEND, check_friend, invited
from habitue.interfaces.portal.pages import running_programmes, sent_fields, title_of
from habitue.interfaces.texts.catalogue import LANGUAGES
from habitue.interfaces.web.actors import caller_of, sign_member_in, sign_member_out
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.refusals import refuse_form
from habitue.interfaces.web.visits import Visit
from habitue.kit.ids import new_id
from habitue.kit.instants import MINUTE, datetime_of
from habitue.selectors.referrals import takes_referrals
from habitue.services.access.codes import DIGITS, VALID, Asked, enter_code, request_code
from habitue.services.access.invitations import try_invitation
from habitue.services.counter.enrolling import check_open, enrol_at, is_open
from habitue.services.members import NewIdentifier

ASKED_KEY: Final = "portal_code"
JOINING_KEY: Final = "portal_joining"
_MINUTES: Final = VALID // MINUTE


class AddressForm(Form):
    """Who wants to come in."""

    email = forms.CharField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )


class CodeForm(Form):
    """The code that came by mail."""

    code = forms.CharField(
        label=gettext_lazy("The code from the message"),
        max_length=20,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autofocus": True,
                "class": "code-field",
            }
        ),
    )


class JoinForm(Form):
    """What joining takes: a name and an address; the rest can wait."""

    given_name = forms.CharField(
        label=gettext_lazy("First name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    email = forms.CharField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
    )
    friend = forms.CharField(
        label=gettext_lazy("Code of the friend who brought you"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    news = forms.BooleanField(
        label=gettext_lazy("Send me news and offers by e-mail. I can stop it at any time."),
        required=False,
    )
    remember = forms.BooleanField(
        label=gettext_lazy("You may remember what I like, so that the staff can serve me better."),
        required=False,
    )


class InvitedForm(JoinForm):
    """What joining a closed club takes: a code, too."""

    invitation = invitation_field()
    field_order = ("invitation",)


@require_http_methods(["GET", "HEAD", "POST"])
@PORTAL.page(public=True)
def sign_in(visit: Visit) -> HttpResponse:
    """Ask for an address, and send a code to it where a member has it."""
    if visit.actor.is_signed_in:
        return HttpResponseRedirect(reverse("portal:home"))
    form = AddressForm(sent_fields(visit))
    if visit.request.method == "POST" and form.is_valid():
        try:
            asked = _ask(visit, form.cleaned_data["email"], joining=False)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            visit.request.session.pop(JOINING_KEY, None)
            return _to_code(visit, asked)
    status = 422 if form.errors else 200
    return visit.render("portal/sign_in.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@PORTAL.page(public=True)
def join(visit: Visit) -> HttpResponse:
    """Ask who joins; nothing is made before the code proves the address."""
    if visit.actor.is_signed_in:
        return _bring_invitation(visit)
    club = _closed_club(visit)
    form = _join_form(visit, InvitedForm if club else JoinForm)
    if visit.request.method == "POST" and form.is_valid():
        wanted = form.cleaned_data
        try:
            # Before the code: afterwards nobody could mend a name any more, and a code that makes
            # no member would be spent.
            programme = _programme_to_join(visit)
            _check_friend(visit, form, programme)
            if club:
                _try_invitation(visit, programme, wanted["invitation"])
            read_details(_details(visit, wanted), today=datetime_of(visit.now).date())
            asked = _ask(visit, wanted["email"], joining=True)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            once = new_id(visit.now).hex
            visit.request.session[JOINING_KEY] = {**wanted, "programme": programme, "once": once}
            return _to_code(visit, asked)
    context = {"form": form, "club": club}
    return visit.render("portal/join.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@PORTAL.page(public=True)
def code(visit: Visit) -> HttpResponse:
    """Take the code; let the member in, or make them one."""
    if visit.actor.is_signed_in:
        return HttpResponseRedirect(reverse("portal:home"))
    asked = visit.request.session.get(ASKED_KEY)
    if not isinstance(asked, dict):
        return HttpResponseRedirect(reverse("portal:sign_in"))
    form = CodeForm(sent_fields(visit))
    if visit.request.method == "POST" and form.is_valid():
        try:
            entered = enter_code(
                visit.connection,
                code_id=UUID(asked["code_id"]),
                code=form.cleaned_data["code"],
                caller=caller_of(visit.request),
                now=visit.now,
            )
            member_id = entered.member_id or _joined(visit, entered.email)
        except Refusal as refusal:
            refuse_form(form, refusal, language=visit.language)
        else:
            visit.request.session.pop(ASKED_KEY, None)
            visit.request.session.pop(JOINING_KEY, None)
            sign_member_in(visit.request, member_id)
            return HttpResponseRedirect(reverse("portal:home"))
    context = {"form": form, "email": asked["email"], "minutes": _MINUTES, "digits": DIGITS}
    return visit.render("portal/code.html", context, status=422 if form.errors else 200)


@require_POST
@PORTAL.page(public=True)
def sign_out(visit: Visit) -> HttpResponse:
    """End this session."""
    sign_member_out(visit.request)
    messages.success(visit.request, _("You are signed out."))
    return HttpResponseRedirect(reverse("portal:sign_in"))


def _ask(visit: Visit, email: str, *, joining: bool) -> Asked:
    asked = request_code(
        visit.connection,
        email=email,
        purpose="join" if joining else "sign_in",
        caller=caller_of(visit.request),
        now=visit.now,
    )
    if asked.send:
        send_code(visit, asked)
    return asked


def send_code(visit: Visit, asked: Asked) -> None:
    """Send a code in the member's language, or in that of the page."""
    language = asked.language if asked.language in LANGUAGES else visit.language
    with translation.override(language):
        context = {"code": asked.code, "minutes": _MINUTES}
        subject = _("Your code: %(code)s") % {"code": asked.code}
        text = render_to_string("portal/mail/code.txt", context)
    visit.house.mailer.send(to=asked.email, subject=subject, text=text)


def _to_code(visit: Visit, asked: Asked) -> HttpResponse:
    visit.request.session[ASKED_KEY] = {"code_id": str(asked.code_id), "email": asked.email}
    return HttpResponseRedirect(reverse("portal:code"))


def _joined(visit: Visit, email: str) -> UUID:
    """Make the member whose address was just proved; refuses (``CODE_EXPIRED``) a stranger who
    only tried to sign in: for them there never was a code."""
    joining = visit.request.session.get(JOINING_KEY)
    if not isinstance(joining, dict):
        raise Refusal(Code.CODE_EXPIRED)
    counter = counter_here(visit)
    enrol = partial(
        enrol_at,
        counter,
        programme=str(joining["programme"]),
        external_id=str(joining["once"]),
        identifiers=[NewIdentifier("email", email)],
        details=_details(visit, joining),
        consents={
            (Purpose.NEWS_AND_OFFERS, Channel.EMAIL): bool(joining["news"]),
            (Purpose.REMEMBERING, Channel.ON_SITE): bool(joining["remember"]),
        },
        invitation=str(joining.get("invitation", "")),
    )
    friend = invited(visit, str(joining.get(FRIEND, "")))
    try:
        enrolled = enrol(referral=friend)
    except Refusal as refusal:
        # The code has proved the address: whoever brought the visitor may have left since, and
        # that must not keep anybody from joining.
        if friend is None or refusal.path != "referral_code":
            raise
        enrolled = enrol()
    return enrolled.member.member_id


def _join_form(visit: Visit, form_class: type[JoinForm]) -> JoinForm:
    """The form, with the code of a friend's link, where members of the programme bring friends."""
    given = visit.request.GET.get(FRIEND, "").replace("\x00", "")[:40]
    initial = {FRIEND: given, "invitation": asked_invitation(visit)}
    form = form_class(sent_fields(visit), initial=initial)
    try:
        takes = _takes_friends(visit, _programme_to_join(visit))
    except Refusal:
        # The page says so itself once somebody tries to join.
        takes = False
    if not takes:
        del form.fields[FRIEND]
    return form


def _takes_friends(visit: Visit, programme: str) -> bool:
    return takes_referrals(visit.connection, programme=programme, now=visit.now)


def _check_friend(visit: Visit, form: JoinForm, programme: str) -> None:
    code = form.cleaned_data.get(FRIEND, "")
    if code and _takes_friends(visit, programme):
        check_friend(visit, code)


def _programme_to_join(visit: Visit) -> str:
    """The programme whose poster or invitation led here, else the first that runs and is open to
    everybody, else the first that runs.  Refuses ``UNKNOWN_PROGRAMME`` where none runs."""
    running = running_programmes(visit)
    asked = visit.request.GET.get("programme", "")
    open_ones = [
        code for code in running if is_open(visit.connection, programme=code, now=visit.now)
    ]
    return asked if asked in running else (open_ones or running)[0]


def _closed_club(visit: Visit) -> str:
    """What the club is called that an invitation opens; empty where nobody needs one, and where no
    programme runs."""
    try:
        programme = _programme_to_join(visit)
    except Refusal:
        return ""
    if is_open(visit.connection, programme=programme, now=visit.now):
        return ""
    return title_of(visit, programme)


def _try_invitation(visit: Visit, programme: str, typed: str) -> None:
    """Refuse whoever has no invitation that opens the club, before they are asked for anything
    else; it is used when they join."""
    if not typed:
        check_open(visit.connection, programme=programme, now=visit.now)
    try_invitation(
        visit.connection,
        programme=programme,
        typed=typed,
        caller=caller_of(visit.request),
        now=visit.now,
    )


def _bring_invitation(visit: Visit) -> HttpResponse:
    """To the club whose link a member followed, with the code that they brought."""
    asked = {
        name: visit.request.GET[name]
        for name in ("programme", "invitation")
        if name in visit.request.GET
    }
    query = f"?{urlencode(asked)}" if asked else ""
    return HttpResponseRedirect(reverse("portal:home") + query)


def _details(visit: Visit, joining: Mapping[str, Any]) -> dict[str, object]:
    """What is kept of whoever joins."""
    return {
        "given_name": joining["given_name"],
        "family_name": joining["family_name"],
        "language": visit.language,
    }
