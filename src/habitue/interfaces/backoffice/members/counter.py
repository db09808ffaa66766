"""The back office as a counter at which members are served, and the way back to the member."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from habitue.interfaces.backoffice.members.frame import Frame
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.visits import Visit
from habitue.services.counter.counter import Counter


def counter_of(visit: Visit) -> Counter:
    """The back office as a counter."""
    return Counter(
        connection=visit.connection,
        actor=visit.actor,
        clock=visit.house.clock,
        phones=visit.house.phones,
        source="backoffice",
        country=visit.house.country,
    )


def back(visit: Visit, member_id: UUID, said: str) -> HttpResponse:
    """To the member, with a word about what was done."""
    messages.success(visit.request, said)
    return HttpResponseRedirect(reverse("backoffice:member", args=[member_id]))


def form_page(frame: Frame, form: Form, *, title: str, action: str) -> HttpResponse:
    """A form about a member, on a page of its own."""
    context = {"form": form, "heading": title, "action": action}
    return frame.render("form.html", context, status=422 if form.errors else 200)
