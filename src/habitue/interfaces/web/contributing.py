"""Contributions on pages: the form to send one in, and how one stands, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from habitue.domain.events import EventKey, Purchase
from habitue.domain.pictures import LARGEST_MEGABYTES, LARGEST_PICTURE, Picture, read_picture
from habitue.domain.programme.contributions import LONGEST_CONTRIBUTION, ContributionKind
from habitue.domain.programme.fields import CONTRIBUTION
from habitue.interfaces.texts import formats
from habitue.interfaces.web.forms import OnceForm
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.interfaces.web.words.rewards import in_force
from habitue.interfaces.web.words.rules import rule_sentences
from habitue.kit.instants import Instant
from habitue.selectors.contributions import ContributionRecord
from habitue.selectors.happenings import Happening
from habitue.services.contributing.sending import LONGEST_LINK, Sent

STATES: Final[dict[str, Promise]] = {
    "waiting": pgettext_lazy("state of a contribution", "Waiting"),
    "approved": pgettext_lazy("state of a contribution", "Approved"),
    "refused": pgettext_lazy("state of a contribution", "Refused"),
    "withdrawn": pgettext_lazy("state of a contribution", "Withdrawn"),
}
BADGES: Final = {
    "waiting": "badge-warn",
    "approved": "badge-good",
    "refused": "",
    "withdrawn": "badge-danger",
}
PLACES: Final = {"text": "body", "length": "body", "product": "about", "purchase": "about"}


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that a contribution may be about: a product that was bought, or a purchase."""

    value: str
    label: str
    product: str = ""
    purchase: EventKey | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A contribution in words."""

    record: ContributionRecord
    kind: str
    about: str
    state: Promise
    badge: str
    when: str
    decided: str
    gave: str


class ContributionForm(OnceForm):
    """What is sent in, as far as the programme asks for it."""

    about = forms.ChoiceField(label=gettext_lazy("What is it about?"))
    body = forms.CharField(
        label=gettext_lazy("Your text"),
        max_length=LONGEST_CONTRIBUTION,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    link = forms.CharField(
        label=gettext_lazy("Link"),
        max_length=LONGEST_LINK,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=gettext_lazy("Where it can be seen."),
    )
    picture = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )

    def __init__(
        self, *args: Any, kind: ContributionKind, subjects: Sequence[Subject], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._subjects = {one.value: one for one in subjects}
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField), "it is chosen"
        about.choices = [("", "–"), *((one.value, one.label) for one in subjects)]
        if kind.about == "anything":
            del self.fields["about"]
        body = self.fields["body"]
        body.required = kind.text > 0
        if kind.text:
            body.widget.attrs["minlength"] = str(kind.text)
            body.help_text = ngettext(
                "At least %(count)s character.", "At least %(count)s characters.", kind.text
            ) % {"count": kind.text}
        self.fields["link"].required = kind.link
        picture = self.fields["picture"]
        picture.required = kind.picture
        picture.help_text = _(
            "JPEG, PNG or WebP, at most %(size)s MB. Where and when it was taken is not kept."
        ) % {"size": LARGEST_MEGABYTES}

    def sent(self, *, programme: str, kind: str) -> Sent:
        """What the form says; refuses ``PICTURE_NOT_TAKEN``."""
        given = self.cleaned_data
        once: UUID = given["once"]
        subject = self._subjects.get(given.get("about", ""))
        return Sent(
            contribution_id=once,
            programme=programme,
            kind=kind,
            product="" if subject is None else subject.product,
            product_name=subject.label if subject is not None and subject.product else "",
            purchase=None if subject is None else subject.purchase,
            body=given["body"],
            link=given["link"],
            picture=_picture(given.get("picture")),
        )


def _picture(file: UploadedFile[Any] | None) -> Picture | None:
    if file is None:
        return None
    return read_picture(file.read(LARGEST_PICTURE + 1), size=file.size)


def subjects_of(
    kind: ContributionKind, happened: Sequence[Happening], lexicon: Lexicon
) -> list[Subject]:
    """What a member may write about: the products, or the purchases, among what happened to them,
    the latest first."""
    bought = [one for one in happened if isinstance(one.body, Purchase)]
    if kind.about == "purchase":
        return [_of_purchase(one, lexicon) for one in bought]
    products: dict[str, Subject] = {}
    for one in bought if kind.about == "product" else ():
        assert isinstance(one.body, Purchase), "they are chosen above"
        for line in one.body.lines:
            if line.role == "goods":
                name = line.name or lexicon.names.word(line.product, lexicon.language)
                subject = Subject(line.product, name or line.product, product=line.product)
                products.setdefault(line.product.casefold(), subject)
    return list(products.values())


def _of_purchase(happened: Happening, lexicon: Lexicon) -> Subject:
    assert isinstance(happened.body, Purchase), "only of purchases"
    amount = sum(line.amount for line in happened.body.lines)
    moment = formats.moment(happened.at, zone=happened.zone, language=lexicon.language)
    label = f"{moment} · {lexicon.money(amount)}"
    key = EventKey(happened.source, happened.external_id)
    return Subject("" if happened.event_id is None else happened.event_id.hex, label, purchase=key)


def contribution_in_words(record: ContributionRecord, lexicon: Lexicon, zone: str) -> Shown:
    """How a contribution stands."""
    language = lexicon.language
    gave = joined([lexicon.points(units, code) for code, units in sorted(record.gave.items())])
    decided = ""
    if record.decided_at is not None:
        decided = formats.moment(record.decided_at, zone=zone, language=language)
    return Shown(
        record=record,
        kind=lexicon.contribution(record.kind),
        about=_about(record, lexicon),
        state=STATES[record.state],
        badge=BADGES[record.state],
        when=formats.moment(record.sent_at, zone=zone, language=language),
        decided=decided,
        gave=gave,
    )


def _about(record: ContributionRecord, lexicon: Lexicon) -> str:
    if record.product:
        return record.product_name or lexicon.word(record.product)
    if record.purchase is not None:
        return _("Purchase %(number)s") % {"number": record.purchase.external_id[:40]}
    return ""


def picture_page(picture: Picture) -> HttpResponse:
    """A picture by itself; nothing in it can run, whatever it holds."""
    response = HttpResponse(picture.content, content_type=picture.media_type)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def rewards_of(kind: ContributionKind, lexicon: Lexicon, now: Instant) -> list[tuple[str, str]]:
    """What a contribution of a kind brings: each rule that may fire for it, with its sentences."""
    named = f"'{kind.contribution}'"
    found = []
    for rule in lexicon.programme.rules:
        asked = "" if rule.when is None else str(rule.when.source)
        fits = f"{CONTRIBUTION}kind" not in asked or named in asked
        if rule.on == "contribution" and in_force(rule, now) and fits:
            found.append((lexicon.rule(rule.rule), " ".join(rule_sentences(rule, lexicon))))
    return found


def kinds_in_words(lexicon: Lexicon) -> Iterator[tuple[str, str]]:
    """The kinds that the programme takes: each code with its name."""
    for kind in lexicon.programme.contributions.values():
        yield kind.contribution, lexicon.contribution(kind.contribution)
