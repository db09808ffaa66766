"""What numbers of points are called."""

from __future__ import annotations

import pytest
from django.utils import translation

from habitue.domain.programme.document import parse_document
from habitue.domain.programme.naming import names_of
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.interfaces.web.words.rules import rate_text

HOUSE = {
    "programme": "house",
    "money": {"currency": "CHF"},
    "zone": "Europe/Zurich",
    "points": {
        "points": {"decimals": 1},
        "credit": {"kind": "cashback", "name": {"en": "Credit", "de": "Guthaben"}},
    },
    "earn": {
        "back": {"on": "purchase", "give": {"credit": "0.025", "per": "1.00"}},
        "base": {"on": "purchase", "give": {"points": 1, "per": "1.00"}},
    },
}


def house(language: str) -> Lexicon:
    return Lexicon(parse_document(HOUSE), names_of(HOUSE), language)


@pytest.mark.parametrize(
    ("language", "figure", "named", "rate"),
    [
        ("en", "CHF\u00a012.50", "CHF\u00a012.50 Credit", "2.5% back as Credit"),
        ("fr", "12,50\u00a0CHF", "12,50\u00a0CHF (Credit)", "2,5\u00a0% en retour\u00a0: Credit"),
        ("de", "12,50\u00a0CHF", "12,50\u00a0CHF Guthaben", "2,5\u00a0% zurück als Guthaben"),
        ("ro", "12,50\u00a0CHF", "12,50\u00a0CHF (Credit)", "2,5% înapoi: Credit"),
    ],
)
def test_money_back_has_its_currency(language: str, figure: str, named: str, rate: str) -> None:
    lexicon = house(language)
    with translation.override(language):
        assert lexicon.figure(1250, "credit") == figure
        assert lexicon.points(1250, "credit") == named
        back = next(rule for rule in lexicon.programme.rules if rule.rule == "back")
        assert rate_text(back.gives[0], lexicon) == rate  # type: ignore[arg-type]  # it is a rate
    assert lexicon.figure(125, "points") == {"en": "12.5"}.get(language, "12,5")
