"""Who has read the rules, for whoever leads the staff."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from habitue.domain.access import Permission
from habitue.interfaces.backoffice.choosing import chosen_programme, titles_of_programmes
from habitue.interfaces.backoffice.door import BACKOFFICE
from habitue.interfaces.backoffice.pages import render
from habitue.interfaces.web.lexicons import lexicons
from habitue.interfaces.web.visits import Visit
from habitue.interfaces.web.words.changes import new_to_staff
from habitue.selectors.readings import list_readers, number_to_read


@require_safe
@BACKOFFICE.page(Permission.STAFF_READ)
def readers(visit: Visit) -> HttpResponse:
    """Everybody who serves, whether they have read the rules, and what was new in them."""
    code = chosen_programme(visit)
    words = lexicons(visit.connection, code=code, language=visit.language, now=visit.now)
    found = list_readers(
        visit.connection, actor=visit.actor, compiled=words.compiled, now=visit.now
    )
    number = number_to_read(words.compiled, visit.now)
    older = [one for one in words.compiled.versions if one < number]
    told = new_to_staff(words.of(max(older)), words.of(number), now=visit.now) if older else ()
    context = {
        "readers": found,
        "due": sum(one.reading.is_due for one in found),
        "number": number,
        "changes": told,
        "tab": "readers",
        "may_write": visit.may(Permission.PROGRAMME_WRITE),
        "zone": words.current.programme.zone,
        "programme": code,
        "programmes": titles_of_programmes(visit),
    }
    return render(visit, "programme/readers.html", context, here="programme")
