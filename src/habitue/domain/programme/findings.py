"""Static checks: what is certain from the document alone, or from what the engine makes of it.

The checks themselves are in ``checks``, one module for each family.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from habitue.domain.programme.checks.asking import Subject, ask
from habitue.domain.programme.checks.challenges import check_challenges
from habitue.domain.programme.checks.contradictory import check_contradictory
from habitue.domain.programme.checks.dead import check_dead
from habitue.domain.programme.checks.discounts import check_discounts
from habitue.domain.programme.checks.draws import check_draws
from habitue.domain.programme.checks.giving_away import check_giving_away
from habitue.domain.programme.checks.identifying import check_identifying
from habitue.domain.programme.checks.minting import check_minting
from habitue.domain.programme.checks.minting_cards import check_gift_cards
from habitue.domain.programme.checks.naming import check_names
from habitue.domain.programme.checks.partnering import check_partners
from habitue.domain.programme.checks.shadowed import check_shadowed
from habitue.domain.programme.checks.unreachable import check_unreachable
from habitue.domain.programme.document import read_document
from habitue.domain.programme.faults import Fault, Faults, in_order
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.model import Programme
from habitue.kit.money import currency_exponent


def check_document(raw: Mapping[str, Any], *, as_written: bool = True) -> list[Fault]:
    """Everything that is wrong with a document or worth a look, errors first.

    ``as_written``: the document stands in the order in which somebody wrote it, so that the order
    of its tiers says something; a stored one has lost it.
    """
    faults = Faults()
    programme = read_document(raw, number=1, faults=faults)
    if programme is not None:
        _check_as_a_whole(programme, raw, faults, as_written=as_written)
    return in_order(faults)


def vocabulary_of(programme: Programme, raw: Mapping[str, Any]) -> Vocabulary:
    """What the conditions of a faultless document may name."""
    return Vocabulary(
        exponent=currency_exponent(programme.currency),
        tiers=tuple(tier.code for tier in programme.tiers.tiers) if programme.tiers else (),
        beside={one.key: tuple(tier.code for tier in one.tiers) for one in programme.beside},
        main=programme.tiers.name if programme.tiers else "",
        points={code: points.decimals for code, points in programme.points.items()},
        attributes=raw.get("attributes") or {},
        plans=tuple(programme.plans),
        contributions=tuple(programme.contributions),
        referrals=programme.referral is not None,
        partners=programme.partners,
        member_attributes=programme.member_attributes,
        segments=raw.get("segments") or {},
        rules=raw.get("earn") or {},
    )


def _check_as_a_whole(
    programme: Programme, raw: Mapping[str, Any], faults: Faults, *, as_written: bool
) -> None:
    vocabulary = vocabulary_of(programme, raw)
    # A closed club is looked at as by those who have joined it.
    programme = replace(programme, joining="open")
    asked = ask(programme, vocabulary)
    alive = tuple(one for one in asked if not one.dead)
    subject = Subject(programme, raw, vocabulary, faults, alive)
    check_dead(subject, asked)
    check_shadowed(subject)
    check_contradictory(subject)
    check_unreachable(subject)
    check_minting(subject)
    check_gift_cards(subject)
    check_draws(subject)
    check_discounts(subject)
    check_challenges(subject)
    check_identifying(subject)
    check_giving_away(subject)
    check_partners(subject)
    check_names(subject, as_written=as_written)
