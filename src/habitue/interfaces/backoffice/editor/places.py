"""The places of a document that have a form: which section, which form, and its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.structures import is_several
from habitue.interfaces.backoffice.editor import structures
from habitue.interfaces.backoffice.editor.forms import discounts, plans, points, rules
from habitue.interfaces.backoffice.editor.forms.base import PartForm
from habitue.interfaces.backoffice.editor.forms.rewards import RewardForm
from habitue.interfaces.backoffice.editor.forms.settings import BooksForm, DetailsForm
from habitue.interfaces.backoffice.editor.forms.stamp_card import StampCardForm
from habitue.interfaces.backoffice.editor.forms.tiers import SETTINGS, TierForm, TiersForm
from habitue.interfaces.web.words.books import return_sentences, spend_sentences
from habitue.interfaces.web.words.discounts import discount_sentences
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.plans import plan_sentences
from habitue.interfaces.web.words.points import points_sentences
from habitue.interfaces.web.words.rewards import reward_sentences
from habitue.interfaces.web.words.rules import rule_sentences
from habitue.interfaces.web.words.tiers import tier_sentences, tiers_sentences

Document: TypeAlias = Mapping[str, Any]
Kinds: TypeAlias = Mapping[str, tuple[Promise, Promise]]

NEW: Final = "new"
# Codes that have a meaning of their own in some section.
_TAKEN: Final = frozenset({NEW, "per", "voucher", "none", "before", "with", *SETTINGS})
_LONGEST_CODE: Final = 40


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a document that holds entries by code, each with a form.

    ``kinds`` are those to choose from for a new entry; ``kind_of`` says which one an entry is
    (empty: no form can show it).
    """

    key: str
    section: str
    heading: Promise
    add: Promise
    intro: Promise
    form: Callable[[str], type[PartForm]]
    sentences: Callable[[str, Lexicon], Iterable[str]]
    kinds: Kinds = field(default_factory=dict)
    kind_of: Callable[[Document], str] = lambda _part: "one"
    new_form: Callable[[str], type[PartForm]] | None = None

    def entries(self, document: Document) -> dict[str, Document]:
        """The entries, by code."""
        if self.section == "tiers" and is_several(document):
            return dict(structures.tiers_of(document))
        raw = document.get(self.section)
        known = raw.items() if isinstance(raw, Mapping) else ()
        return {
            code: part
            for code, part in known
            if isinstance(part, Mapping) and not (self.section == "tiers" and code in SETTINGS)
        }

    def entry(self, document: Document, code: str) -> Document:
        """One entry; refuses (``UNKNOWN_CHOICE``) where there is none."""
        found = self.entries(document).get(code)
        if found is None:
            raise Refusal(Code.UNKNOWN_CHOICE, self.section, value=code[:80], allowed="")
        return found

    def path(self, document: Document, code: str) -> str:
        """Where the document says an entry."""
        if self.section == "tiers":
            return structures.path_of(document, code)
        return f"{self.section}.{code}"

    def put(self, document: Document, code: str, part: Document) -> dict[str, Any]:
        """The document with an entry."""
        if self.section == "tiers" and is_several(document):
            return structures.with_tier(document, code, part)
        raw = document.get(self.section)
        before = dict(raw) if isinstance(raw, Mapping) else {}
        if self.section == "tiers" and "by" not in before:
            before["by"] = {"spend": "rolling 12 months"}
        return {**document, self.section: {**before, code: dict(part)}}

    def without(self, document: Document, code: str) -> dict[str, Any]:
        """The document without an entry; a section without entries goes too."""
        if self.section == "tiers" and is_several(document):
            return structures.without_tier(document, code)
        raw = document.get(self.section)
        rest = {name: one for name, one in raw.items() if name != code} if raw else {}
        changed = {**document, self.section: rest}
        if not self.entries(changed):
            del changed[self.section]
        return changed

    def fresh_code(self, document: Document, name: str) -> str:
        """A code for a new entry, made of its name."""
        raw = document.get(self.section)
        taken = {*_TAKEN, *(raw if isinstance(raw, Mapping) else ()), *self.entries(document)}
        wanted = slugify(name)[:_LONGEST_CODE].strip("-_") or self.key.rstrip("s")
        number, code = 1, wanted
        while code in taken:
            number += 1
            code = f"{wanted}-{number}"
        return code


@dataclass(frozen=True, slots=True)
class Whole:
    """Settings that stand once in a document: the form is of them as a whole."""

    key: str
    heading: Promise
    form: type[PartForm]
    read: Callable[[Document], Document]
    put: Callable[[Document, Document], dict[str, Any]]
    sentences: Callable[[Lexicon], Iterable[str]]
    paths: tuple[str, ...]


def _of_rule(code: str, lexicon: Lexicon) -> Iterator[str]:
    for rule in lexicon.programme.rules:
        if rule.rule == code:
            yield from rule_sentences(rule, lexicon, for_staff=True)


def _of_points(code: str, lexicon: Lexicon) -> Iterator[str]:
    currency = lexicon.programme.points.get(code)
    if currency is not None:
        yield from filter(None, points_sentences(currency, lexicon))


def _of_reward(code: str, lexicon: Lexicon) -> Iterator[str]:
    reward = lexicon.programme.rewards.get(code)
    if reward is not None:
        yield from filter(None, reward_sentences(reward, lexicon, for_staff=True))


def _of_discount(code: str, lexicon: Lexicon) -> Iterator[str]:
    discount = lexicon.programme.discounts.get(code)
    if discount is not None:
        yield from filter(None, discount_sentences(discount, lexicon, for_staff=True))


def _of_plan(code: str, lexicon: Lexicon) -> Iterator[str]:
    plan = lexicon.programme.plans.get(code)
    if plan is not None:
        yield from plan_sentences(plan, lexicon)


def _of_tier(code: str, lexicon: Lexicon) -> Iterator[str]:
    tiers = lexicon.programme.structure_of(code)
    if tiers is not None:
        yield from tier_sentences(tiers.tiers[tiers.ranks[code]], tiers, lexicon)


def _of_tiers(lexicon: Lexicon) -> Iterable[str]:
    tiers = lexicon.programme.tiers
    return tiers_sentences(tiers, lexicon) if tiers is not None else ()


def _of_books(lexicon: Lexicon) -> Iterator[str]:
    yield from spend_sentences(lexicon.programme.spend)
    yield from return_sentences(lexicon.programme, staff=True)


PLACES: Final[dict[str, Place]] = {
    place.key: place
    for place in (
        Place(
            "rules",
            "earn",
            _("Rules"),
            _("Add a rule"),
            _("What members get, and for what."),
            rules.rule_form,
            _of_rule,
            rules.KINDS,
            rules.kind_of,
        ),
        Place(
            "rewards",
            "rewards",
            _("Rewards"),
            _("Add a reward"),
            _("What points and full cards can be spent on."),
            lambda _kind: RewardForm,
            _of_reward,
        ),
        Place(
            "points",
            "points",
            _("Points and cards"),
            _("Add points or a card"),
            _("What members collect."),
            points.points_form,
            _of_points,
            points.KINDS,
            lambda part: str(part.get("kind", "points")),
            lambda kind: StampCardForm if kind == "stamps" else points.points_form(kind),
        ),
        Place(
            "tiers",
            "tiers",
            _("Tiers"),
            _("Add a tier"),
            _("Levels that regulars reach, and what they have there."),
            lambda _kind: TierForm,
            _of_tier,
        ),
        Place(
            "discounts",
            "discounts",
            _("Discounts and prices for members"),
            _("Add a discount"),
            _("What members pay less, at once at the till."),
            discounts.discount_form,
            _of_discount,
            discounts.KINDS,
            discounts.kind_of,
        ),
        Place(
            "plans",
            "plans",
            _("Paid membership"),
            _("Add a plan"),
            _("What can be paid for by the month or the year, and what is granted around that."),
            lambda _kind: plans.PlanForm,
            _of_plan,
            kind_of=plans.kind_of,
        ),
    )
}


def _ladder_of(document: Document) -> Document:
    if is_several(document):
        return structures.settings_of(document)
    raw = document.get("tiers")
    known = raw.items() if isinstance(raw, Mapping) else ()
    return {name: value for name, value in known if name in SETTINGS}


def _with_ladder(document: Document, part: Document) -> dict[str, Any]:
    if is_several(document):
        return structures.with_settings(document, part)
    tiers = PLACES["tiers"].entries(document)
    return {**document, "tiers": {**part, **tiers}}


WHOLES: Final[dict[str, Whole]] = {
    whole.key: whole
    for whole in (
        Whole(
            "details",
            _("Name, clock and languages"),
            DetailsForm,
            lambda document: document,
            lambda _document, part: dict(part),
            lambda _lexicon: (),
            ("name", "zone", "languages", "programme", "money"),
        ),
        Whole(
            "ladder",
            _("What leads to a tier"),
            TiersForm,
            _ladder_of,
            _with_ladder,
            _of_tiers,
            tuple(f"tiers.{name}" for name in sorted(SETTINGS)),
        ),
        Whole(
            "books",
            _("What counts, returns and receipts"),
            BooksForm,
            lambda document: document,
            lambda _document, part: dict(part),
            _of_books,
            ("spend", "returns", "claims"),
        ),
    )
}


def place_of(key: str) -> Place:
    """A place by the word in an address; refuses (``UNKNOWN_CHOICE``) what is none."""
    if key not in PLACES:
        raise Refusal(Code.UNKNOWN_CHOICE, "place", value=key[:80], allowed="")
    return PLACES[key]


def whole_of(key: str) -> Whole:
    """Settings by the word in an address; refuses (``UNKNOWN_CHOICE``) what is none."""
    if key not in WHOLES:
        raise Refusal(Code.UNKNOWN_CHOICE, "place", value=key[:80], allowed="")
    return WHOLES[key]
