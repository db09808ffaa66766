"""How customers are recognised, for themselves and for whoever serves them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from habitue.domain.identity.kinds import Kind, Trust
from habitue.domain.programme.identifying import Method
from habitue.interfaces.web.words.lexicon import joined

_YOURS: Final[Mapping[Kind, Promise]] = {
    "card": pgettext_lazy("what you show or tell", "your card"),
    "nfc": pgettext_lazy("what you show or tell", "your NFC card"),
    "wallet": pgettext_lazy("what you show or tell", "your wallet pass"),
    "phone": pgettext_lazy("what you show or tell", "your phone number"),
    "email": pgettext_lazy("what you show or tell", "your e-mail address"),
    "plate": pgettext_lazy("what you show or tell", "your number plate"),
    "serial": pgettext_lazy("what you show or tell", "your product's serial number"),
    "receipt": pgettext_lazy("what you show or tell", "your receipt"),
    "external": pgettext_lazy("what you show or tell", "your customer number"),
}
_THEIRS: Final[Mapping[Kind, Promise]] = {
    "card": pgettext_lazy("what staff ask for", "the card"),
    "nfc": pgettext_lazy("what staff ask for", "the NFC card"),
    "wallet": pgettext_lazy("what staff ask for", "the wallet pass"),
    "phone": pgettext_lazy("what staff ask for", "the phone number"),
    "email": pgettext_lazy("what staff ask for", "the e-mail address"),
    "plate": pgettext_lazy("what staff ask for", "the number plate"),
    "serial": pgettext_lazy("what staff ask for", "the product's serial number"),
    "receipt": pgettext_lazy("what staff ask for", "the receipt"),
    "external": pgettext_lazy("what staff ask for", "the customer number"),
}


def recognised_sentences(methods: tuple[Method, ...]) -> Iterator[str]:
    """What a member shows or tells, and what more it takes to spend."""
    known = _named(methods, _YOURS, Trust.EARN)
    if known:
        yield _("So that we know you, show or tell us %(things)s.") % {"things": _either(known)}
    spending = _named(methods, _YOURS, Trust.SPEND)
    if spending and spending != known:
        things = _either(spending)
        yield _("To spend what you have collected, we ask for %(things)s.") % {"things": things}
    if not spending:
        yield _("None of it is enough to spend what you have collected: speak to us.")
    if greeted := _only_greeted(methods, _YOURS):
        yield _("This tells us who you are, no more: %(things)s.") % {"things": joined(greeted)}


def asking_sentences(methods: tuple[Method, ...]) -> Iterator[str]:
    """What staff ask for, in which order, and what more it takes to spend."""
    known = _named(methods, _THEIRS, Trust.EARN)
    if known:
        yield _("Before you ring up, ask in this order: %(things)s.") % {"things": ", ".join(known)}
    if _named(methods, _THEIRS, Trust.SPEND) != known:
        yield spending_sentence(methods)
    if greeted := _only_greeted(methods, _THEIRS):
        yield _("This is only enough to greet: %(things)s.") % {"things": ", ".join(greeted)}


def spending_sentence(methods: tuple[Method, ...]) -> str:
    """What staff ask for before points are spent."""
    spending = _named(methods, _THEIRS, Trust.SPEND)
    if not spending:
        return _("None of it is enough to spend points.")
    return _("It takes this to spend points: %(things)s.") % {"things": _either(spending)}


def _named(methods: tuple[Method, ...], names: Mapping[Kind, Promise], level: Trust) -> list[str]:
    return [str(names[method.kind]) for method in methods if method.may >= level]


def _only_greeted(methods: tuple[Method, ...], names: Mapping[Kind, Promise]) -> list[str]:
    return [str(names[method.kind]) for method in methods if method.may is Trust.GREET]


def _either(things: list[str]) -> str:
    return joined(things, word="or")
