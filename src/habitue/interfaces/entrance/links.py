"""Links: an invitation leads to a first password, one of the demonstration lets somebody in.

Opening a link does nothing yet: programs that look at mail open links too.  A button does it.
"""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from habitue.domain.access import Actor
from habitue.domain.errors import Code, Refusal
from habitue.interfaces.entrance.door import ENTRANCE
from habitue.interfaces.entrance.forms import FirstPasswordForm
from habitue.interfaces.web.actors import sign_member_in
from habitue.interfaces.web.visits import Visit
from habitue.selectors.actors import actor_of_member, actor_of_staff
from habitue.services.access.links import Link, read_link, use_link
from habitue.services.access.staff import set_password


@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@ENTRANCE.page(public=True)
def enter(visit: Visit, token: str) -> HttpResponse:
    """Show whom a link lets in; let them in when they say so."""
    link = read_link(visit.connection, token=token, now=visit.now)
    actor = _actor(visit, link)
    if link.purpose == "invitation":
        return _first_password(visit, token, actor)
    if visit.request.method != "POST":
        return visit.render("entrance/enter.html", {"who": actor, "kind": link.kind})
    use_link(visit.connection, token=token, now=visit.now)
    return _let_in(visit, link, actor)


def _actor(visit: Visit, link: Link) -> Actor:
    actor = (
        actor_of_member(visit.connection, member_id=link.subject_id)
        if link.kind == "member"
        else actor_of_staff(visit.connection, staff_id=link.subject_id)
    )
    if actor is None:
        raise Refusal(Code.LINK_NOT_VALID)
    return actor


def _first_password(visit: Visit, token: str, actor: Actor) -> HttpResponse:
    form = FirstPasswordForm(visit.request.POST or None)
    if visit.request.method == "POST" and form.is_valid():
        assert actor.id is not None, "a colleague has an id"
        link = use_link(visit.connection, token=token, now=visit.now)
        set_password(
            visit.connection,
            staff_id=link.subject_id,
            password=form.cleaned_data["password"],
            now=visit.now,
        )
        return _let_in(visit, link, actor)
    context = {"who": actor, "form": form}
    status = 422 if form.errors else 200
    return visit.render("entrance/first_password.html", context, status=status)


def _let_in(visit: Visit, link: Link, actor: Actor) -> HttpResponse:
    assert actor.id is not None, "who is let in has an id"
    if link.kind == "member":
        sign_member_in(visit.request, actor.id)
        return HttpResponseRedirect(reverse("portal:home"))
    user = AuthenticationBackend().get_user(actor.id)
    if user is None:
        raise Refusal(Code.LINK_NOT_VALID)
    if link.purpose == "invitation" and is_mfa_enabled(user):
        # A link stands for the password alone.
        messages.success(visit.request, _("The password was saved. Sign in with it."))
        return HttpResponseRedirect(reverse("account_login"))
    get_adapter(visit.request).login(visit.request, user)
    return HttpResponseRedirect(reverse("root"))
