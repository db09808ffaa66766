"""Worked examples in words; the engine itself has decided them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from habitue.domain.programme.examples import Example, rule_examples, worked_examples
from habitue.interfaces.texts import formats
from habitue.interfaces.web.words.lexicon import Lexicon, joined
from habitue.kit.instants import Instant, datetime_of


@dataclass(frozen=True, slots=True)
class Told:
    """An example in words, with the name of the rule that it is about, where it is about one."""

    name: str
    sentences: tuple[str, ...]


def told_examples(lexicon: Lexicon, now: Instant) -> Iterator[Told]:
    """The examples of the programme as it stands at ``now``."""
    for example in worked_examples(lexicon.programme, now):
        yield Told("", (_plain(example, lexicon), _gain(example, lexicon)))
    for example in rule_examples(lexicon.programme, now):
        yield Told(
            lexicon.rule(example.rule), (_of_rule(example, lexicon), _gain(example, lexicon))
        )


def _plain(example: Example, lexicon: Lexicon) -> str:
    values = {"amount": lexicon.money(example.amount)}
    if example.tier:
        values["tier"] = lexicon.tier(example.tier)
        return _("A member of the tier %(tier)s pays %(amount)s.") % values
    if lexicon.programme.structures:
        return _("A member without a tier pays %(amount)s.") % values
    return _("A member pays %(amount)s.") % values


def _of_rule(example: Example, lexicon: Lexicon) -> str:
    local = datetime_of(example.at or 0, lexicon.programme.zone)
    values = {
        "weekday": formats.weekday(local.weekday(), language=lexicon.language),
        "day": formats.day(local.date(), language=lexicon.language),
        "time": formats.clock(local.time(), language=lexicon.language),
        "amount": lexicon.money(example.amount),
        "things": joined([lexicon.word(code) for _field, code in example.things]),
    }
    if example.things:
        return (
            _("On %(weekday)s, %(day)s at %(time)s, a member pays %(amount)s for %(things)s.")
            % values
        )
    return _("On %(weekday)s, %(day)s at %(time)s, a member pays %(amount)s.") % values


def _gain(example: Example, lexicon: Lexicon) -> str:
    gifts = [lexicon.points(units, code) for code, units in example.earned.items() if units]
    if not gifts:
        return _("That earns nothing.")
    return _("That earns %(points)s.") % {"points": joined(gifts)}
