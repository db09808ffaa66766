"""Gift cards that earn twice: once when they are bought, once when they are spent.

``gift_cards_earn_twice``: both ``gift_card_sales`` and ``paid_with_gift_card`` count as spend, and
a rate that asks for nothing and that nothing bounds gives points each time.  A card bought with a
card then earns on money that never came in, as often as one likes.  The example is that: the engine
decides about a card that is bought with money, and about one that is bought with the first.
"""

from __future__ import annotations

from dataclasses import replace

from habitue.domain.events import QUANTITY_SCALE, Line, Purchase
from habitue.domain.programme.checks.asking import PURCHASE, Subject
from habitue.domain.programme.checks.trial import Trial, event_of, outcome_of
from habitue.domain.programme.checks.witness import plain_amount, quiet_scene
from habitue.domain.programme.model import Rate, Rule
from habitue.kit.instants import MINUTE


def check_gift_cards(subject: Subject) -> None:
    """Find a rate that counts the money behind a gift card twice."""
    spend = subject.programme.spend
    if not (spend.gift_card_sales and spend.paid_with_gift_card):
        return
    for asked in subject.asked:
        if _counts_everything(asked.rule) and _check_rate(subject, asked.rule):
            return


def _counts_everything(rule: Rule) -> bool:
    free = not rule.budgets and all(limit.every is None for limit in rule.limits)
    asks = rule.when is not None or rule.lines is not None or rule.group is not None
    rates = any(isinstance(give, Rate) and give.per for give in rule.gives)
    return rule.on == PURCHASE and free and rates and not asks


def _check_rate(subject: Subject, rule: Rule) -> bool:
    programme = subject.programme
    if any(programme.points[give.currency].max_balance is not None for give in rule.gives):
        return False
    amount = 10 * plain_amount(programme)
    card = Line("1", "gift card", QUANTITY_SCALE, amount, role="gift_card")
    scene = replace(quiet_scene(programme, rule, PURCHASE), lines=(card,))
    trial = Trial(programme)
    for number, paid in enumerate((0, amount), 1):
        event = event_of(programme, scene, number, later=number * MINUTE)
        body = Purchase(programme.currency, (card,), gift_card_amount=paid)
        decision = trial.happen(replace(event, body=body))
        outcome = None if decision is None else outcome_of(decision, rule.rule)
        if outcome is None or outcome.given <= 0:
            return False
        if paid:
            trial.steps[-1]["paid_with"] = "gift card"
    remedy = (
        "Write no for gift_card_sales, or for paid_with_gift_card: the money behind a gift card "
        "earns when the card is bought and again when it is spent."
    )
    example = {"shows": "gift_cards", "events": trial.steps}
    subject.warn("spend.gift_card_sales", "yes", "gift_cards_earn_twice", remedy, example)
    return True
