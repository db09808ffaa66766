"""What a programme calls itself and its parts, in the languages of its document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from habitue.domain.programme.structures import written_structures

Part: TypeAlias = Literal[
    "points",
    "earn",
    "tiers",
    "rewards",
    "about",
    "segments",
    "draws",
    "terms",
    "free_entry",
    "discounts",
    "challenges",
    "challenge_about",
    "plans",
    "contributions",
    "structures",
    "partners",
]


@dataclass(frozen=True, slots=True)
class Names:
    """Labels by language: of the programme, and of currencies of points, rules, tiers, rewards,
    segments, discounts, plans, kinds of contributions, structures of tiers and partners by code;
    ``about`` is what the document says of a reward besides.  Of draws there are names, ``terms``,
    and how one enters without buying (``free_entry``); of challenges names, and what is said of
    them besides (``challenge_about``).

    ``words`` are those of whatever else a document names by a code: categories, products, brands,
    stores, attributes, perks.  A part of which a document says no name is called by its code, made
    readable.
    """

    programme: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    earn: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    tiers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    rewards: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    segments: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    draws: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    free_entry: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    discounts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    challenges: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    challenge_about: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    contributions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    structures: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    partners: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def of_programme(self, code: str, language: str) -> str:
        """What the programme is called."""
        return _in_language(self.programme, language) or readable(code)

    def of(self, part: Part, code: str, language: str) -> str:
        """What a part is called; its code made readable where nobody said."""
        if part == "points" and (forms := self.forms(code, language)):
            return forms[min(1, len(forms) - 1)]
        labels: Mapping[str, Mapping[str, str]] = getattr(self, part)
        return _in_language(labels.get(code, {}), language) or readable(code)

    def forms(self, currency: str, language: str) -> tuple[str, ...]:
        """The forms that a currency of points takes with numbers, as its document writes them:
        ``star|stars``, in the order of the language's plural forms; empty where it has no name."""
        text = _in_language(self.points.get(currency, {}), language)
        return tuple(form.strip() for form in text.split("|")) if text else ()

    def word(self, code: str, language: str) -> str:
        """What a value is called, in whatever case it is written; empty where nobody said."""
        return _in_language(self.words.get(code.casefold(), {}), language)

    def has(self, part: Part, code: str) -> bool:
        """Whether a document names the part."""
        labels: Mapping[str, Mapping[str, str]] = getattr(self, part)
        return bool(labels.get(code))


def names_of(raw: Mapping[str, Any]) -> Names:
    """The names that a valid document says."""
    return Names(
        programme=_labels(raw.get("name")),
        points=_section(raw.get("points")),
        earn=_section(raw.get("earn")),
        tiers={
            code: labels
            for one in written_structures(raw).values()
            for code, labels in _section(one).items()
        },
        structures={
            name: labels
            for name, one in written_structures(raw).items()
            if name and (labels := _labels(one.get("name")))
        },
        rewards=_section(raw.get("rewards")),
        about=_section(raw.get("rewards"), "about"),
        segments=_section(raw.get("segments")),
        challenges=_section(raw.get("challenges")),
        challenge_about=_section(raw.get("challenges"), "about"),
        draws=_section(raw.get("draws")),
        terms=_section(raw.get("draws"), "terms"),
        free_entry=_section(raw.get("draws"), "free_entry"),
        discounts=_section(raw.get("discounts")),
        plans=_section(raw.get("plans")),
        contributions=_section(raw.get("contributions")),
        partners=_section(raw.get("partners")),
        words=_words(raw.get("words")),
    )


def merged(older: Names, newer: Names) -> Names:
    """The names of several versions: what a newer one says wins."""
    return Names(
        programme={**older.programme, **newer.programme},
        points={**older.points, **newer.points},
        earn={**older.earn, **newer.earn},
        tiers={**older.tiers, **newer.tiers},
        rewards={**older.rewards, **newer.rewards},
        about={**older.about, **newer.about},
        segments={**older.segments, **newer.segments},
        challenges={**older.challenges, **newer.challenges},
        challenge_about={**older.challenge_about, **newer.challenge_about},
        draws={**older.draws, **newer.draws},
        terms={**older.terms, **newer.terms},
        free_entry={**older.free_entry, **newer.free_entry},
        discounts={**older.discounts, **newer.discounts},
        plans={**older.plans, **newer.plans},
        contributions={**older.contributions, **newer.contributions},
        structures={**older.structures, **newer.structures},
        partners={**older.partners, **newer.partners},
        words={**older.words, **newer.words},
    )


def readable(code: str) -> str:
    """A code as a reader would write it: ``beer-fridays`` is ``Beer fridays``."""
    text = code.replace("-", " ").replace("_", " ").strip()
    return text[:1].upper() + text[1:]


def _section(raw: Any, field_name: str = "name") -> dict[str, dict[str, str]]:
    if not isinstance(raw, Mapping):
        return {}
    return {
        str(code): labels
        for code, part in raw.items()
        if isinstance(part, Mapping) and (labels := _labels(part.get(field_name)))
    }


def _words(raw: Any) -> dict[str, dict[str, str]]:
    if not isinstance(raw, Mapping):
        return {}
    return {str(code).casefold(): _labels(label) for code, label in raw.items()}


def _labels(raw: Any) -> dict[str, str]:
    if isinstance(raw, str):
        return {"": raw}
    if not isinstance(raw, Mapping):
        return {}
    return {str(language): str(text) for language, text in raw.items()}


def _in_language(labels: Mapping[str, str], language: str) -> str:
    for key in (language, "", "en"):
        if key in labels:
            return labels[key]
    return next(iter(labels.values()), "")
