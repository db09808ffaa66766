"""Fields of the editor's forms: texts, codes, periods and days as documents write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from habitue.interfaces.web.forms import DayInput, Form
from habitue.interfaces.web.words.lexicon import period_text
from habitue.kit.periods import parse_period

LANGUAGES: Final = {"en": "English", "fr": "Français", "de": "Deutsch", "ro": "Română"}
LONGEST_LABEL: Final = 100
_MOST_CODES: Final = 50
_EVERY: Final = ("day", "week", "month", "quarter", "year", "ever")


class CodesField(forms.CharField):
    """Several codes, with commas between them; in the document a list."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=1000, **options)

    def prepare_value(self, value: Any) -> Any:
        """The codes as people type them."""
        return ", ".join(value) if isinstance(value, tuple | list) else value

    def to_python(self, value: Any) -> Any:
        """The codes that stand there, each once."""
        if isinstance(value, tuple | list):
            return tuple(value)
        text = super().to_python(value) or ""
        codes = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        if len(codes) > _MOST_CODES:
            raise forms.ValidationError(
                _("Write at most %(count)s of them.") % {"count": _MOST_CODES}
            )
        return codes

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether other codes stand there."""
        try:
            return bool(tuple(initial or ()) != self.to_python(data))
        except forms.ValidationError:
            return True


class NumberField(forms.DecimalField):
    """A number of the document: exact, above zero unless told otherwise."""

    def __init__(self, *, decimals: int = 0, at_least: Decimal | int = 0, **options: Any) -> None:
        super().__init__(
            max_digits=15, decimal_places=decimals, min_value=Decimal(at_least), **options
        )
        # What a browser counts in steps of, and refuses what lies between.
        self.widget.attrs["step"] = "any"
        self.widget.attrs["inputmode"] = "decimal" if decimals else "numeric"


class DateField(forms.DateField):
    """A day, as documents write it."""

    widget = DayInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, input_formats=["%Y-%m-%d"], **options)


def decimal_of(raw: Any) -> Decimal | None:
    """A number as it stands in a document; ``None`` where none stands there."""
    try:
        return None if raw is None or isinstance(raw, bool) else Decimal(str(raw))
    except ArithmeticError:
        return None


def whole_of(raw: Any) -> int | None:
    """A whole number as it stands in a document."""
    number = decimal_of(raw)
    return int(number) if number is not None and number == number.to_integral_value() else None


def day_of(raw: Any) -> date | None:
    """A day as it stands in a document; ``None`` also for an instant, which no form shows."""
    try:
        return date.fromisoformat(str(raw)) if raw is not None else None
    except ValueError:
        return None


def number_text(value: Decimal) -> Any:
    """A number as people write it in a document: whole ones without decimals."""
    return int(value) if value == value.to_integral_value() else value


def length_text(text: str) -> str:
    """A length of time of a document in words; the text itself where it is none."""
    try:
        return period_text(parse_period(text))
    except ValueError:
        return text


def periods(usual: Sequence[str], kept: Any) -> list[tuple[str, str]]:
    """Usual lengths of time to choose from, and the one that stands there."""
    known = [*usual]
    if isinstance(kept, str) and kept and kept not in known:
        known.append(kept)
    return [(text, length_text(text)) for text in known]


def every_choices(kept: Any) -> list[tuple[str, str | Promise]]:
    """In what time a limit counts, and what stands there."""
    words: dict[str, str | Promise] = {
        "day": gettext_lazy("a day"),
        "week": gettext_lazy("a week"),
        "month": gettext_lazy("a month"),
        "quarter": gettext_lazy("a quarter"),
        "year": gettext_lazy("a year"),
        "ever": gettext_lazy("in all"),
    }
    choices = [(word, words[word]) for word in _EVERY]
    if isinstance(kept, str) and kept not in words:
        choices.append(
            (kept, _("in any %(period)s") % {"period": length_text(kept.removeprefix("rolling "))})
        )
    return choices


def add_names(form: Form, document: Mapping[str, Any], part: Mapping[str, Any]) -> list[str]:
    """Give a form a field for the name in each language of the document.

    What is new needs one in the first of them; whatever stands there without a name may go on so.
    The fields come first.  A name without a language stands for all of them.
    """
    raw = part.get("name")
    named: list[str] = []
    fields: dict[str, forms.Field] = {}
    languages = [one for one in document.get("languages") or ["en"] if one in LANGUAGES] or ["en"]
    for language in languages:
        label = _("Name")
        if len(languages) > 1:
            label = _("Name, %(language)s") % {"language": LANGUAGES[language]}
        name = f"name_{language}"
        fields[name] = forms.CharField(
            label=label, max_length=LONGEST_LABEL, required=language == languages[0] and not part
        )
        if isinstance(raw, Mapping):
            form.initial.setdefault(name, raw.get(language, ""))
        elif isinstance(raw, str):
            form.initial.setdefault(name, raw)
        named.append(name)
    form.fields = {**fields, **form.fields}
    return named


def name_written(form: Form, raw: Any) -> Any:
    """The name as the document says it, with what was changed in the form."""
    said = {
        name.removeprefix("name_"): text
        for name, text in form.cleaned_data.items()
        if name.startswith("name_")
    }
    kept = dict(raw) if isinstance(raw, Mapping) else {}
    written = {**kept, **said}
    texts = {language: text for language, text in written.items() if text}
    if len(set(texts.values())) == 1 and set(texts) >= set(said):
        return next(iter(texts.values()))
    return texts
