"""A plain English outline of a document for developers; one document gives one text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from habitue.domain.programme.challenge_model import Challenge
from habitue.domain.programme.conditions import parse_line_tree, parse_tree
from habitue.domain.programme.contribution_outline import contribution_lines
from habitue.domain.programme.discount_outline import discount_lines
from habitue.domain.programme.document import parse_document
from habitue.domain.programme.draw_model import Draw, Prize
from habitue.domain.programme.faults import Faults
from habitue.domain.programme.fields import Vocabulary
from habitue.domain.programme.findings import vocabulary_of
from habitue.domain.programme.model import (
    ExpiresAfter,
    ExpiresAt,
    ExpiresInactive,
    ExpiresOnDates,
    Expiry,
    Fixed,
    Give,
    Pending,
    PendingFor,
    PendingNone,
    PendingUntil,
    PointsCurrency,
    Programme,
    Reward,
    Rule,
    Tier,
    Tiers,
)
from habitue.domain.programme.moments import Condition
from habitue.domain.programme.outlines import budget_line, limit_line, number_text
from habitue.domain.programme.partner_outline import partner_lines
from habitue.domain.programme.plan_outline import plan_lines
from habitue.domain.programme.referrals import Referral
from habitue.domain.programme.trees import describe
from habitue.kit.instants import Instant, format_instant
from habitue.kit.money import format_amount, format_decimal
from habitue.kit.periods import Period


def outline(raw: Mapping[str, Any], *, number: int = 1) -> str:
    """The outline of a document; raises ``InvalidDocument`` where it has errors."""
    programme = parse_document(raw, number=number)
    return "\n".join(_Outline(programme, vocabulary_of(programme, raw)).lines()) + "\n"


class _Outline:
    def __init__(self, programme: Programme, vocabulary: Vocabulary) -> None:
        self.programme = programme
        self.vocabulary = vocabulary

    def lines(self) -> Iterator[str]:
        programme = self.programme
        yield f"{programme.code}, version {programme.number}"
        yield (
            f"  money {programme.currency}; zone {programme.zone}; "
            f"languages {', '.join(programme.languages)}"
        )
        if programme.joining != "open":
            yield f"  joining by {programme.joining}"
        if programme.identify:
            ways = (f"{method.kind} to {method.may.label}" for method in programme.identify)
            yield f"  recognised by {', '.join(ways)}"
        yield "Points"
        for points in programme.points.values():
            if points.kind in ("voucher", "entries"):
                continue
            yield f"  {points.code}: {'; '.join(self._points(points))}"
        yield "Rules, in the order of evaluation"
        for rule in programme.rules:
            yield f"  {rule.rule}: on {rule.on}, {self._effect(rule)}"
            yield from (f"    {text}" for text in self._details(rule))
        for group in programme.groups.values():
            yield f"  group {group.code}: {group.mode} of its rules"
        yield from self._structures(programme)
        yield from self._rewards()
        if self.programme.challenges:
            yield "Challenges"
        for challenge in self.programme.challenges.values():
            yield f"  {challenge.challenge}: {'; '.join(self._challenge(challenge))}"
        if self.programme.segments:
            yield "Segments"
        for code, segment in self.programme.segments.items():
            yield f"  {code}: {self._tree(segment)}"
        yield from self._draws()
        yield from discount_lines(self.programme, self.vocabulary)
        yield from plan_lines(self.programme)
        yield from contribution_lines(self.programme)
        yield from partner_lines(self.programme)
        if programme.referral is not None:
            yield f"Referrals count {self._referral(programme.referral)}"
        yield "Spend"
        yield f"  {'; '.join(self._spend())}"
        yield "Returns and claims"
        yield f"  a return that names no purchase: {programme.without_purchase}"
        days = programme.claim_days
        yield f"  anonymous purchases: {f'claimed within {days} days' if days else 'not claimed'}"

    def _points(self, points: PointsCurrency) -> Iterator[str]:
        yield f"{points.kind} with {points.decimals} decimals, rounded {points.rounding}"
        yield self._pending(points.pending)
        yield f"expire {self._expiry(points.expiry)}"
        for tier, expiry in points.expiry_by_tier.items():
            yield f"in tier {tier} {self._expiry(expiry)}"
        yield f"returns {points.returns}, below zero {points.negative}"
        if points.reinstate_days is not None:
            yield f"lapsed points reinstated for {points.reinstate_days} days"
        if points.card is not None:
            yield f"{points.card} fill a card"
        if points.max_balance is not None:
            yield f"at most {format_decimal(points.max_balance, points.decimals)}"

    def _pending(self, pending: Pending) -> str:
        if isinstance(pending, PendingNone):
            return "available at once"
        if isinstance(pending, PendingFor):
            return f"available after {pending.period}"
        if isinstance(pending, PendingUntil):
            return f"available from {self._instant(pending.at)}"
        return "available once confirmed"

    def _expiry(self, expiry: Expiry) -> str:
        if isinstance(expiry, ExpiresAfter):
            rounded = f", at the end of the {expiry.round_up_to}" if expiry.round_up_to else ""
            return f"after {expiry.period}{rounded}"
        if isinstance(expiry, ExpiresOnDates):
            days = ", ".join(f"{month:02d}-{day:02d}" for month, day in expiry.days)
            return f"every year on {days}"
        if isinstance(expiry, ExpiresAt):
            return f"at {self._instant(expiry.at)}"
        if isinstance(expiry, ExpiresInactive):
            return f"{expiry.period} after the latest {' or '.join(sorted(expiry.activity))}"
        return "never"

    def _effect(self, rule: Rule) -> str:
        if rule.multiply is not None:
            return f"multiply {rule.multiplied_currency} by {number_text(rule.multiply)}"
        each = " for each piece" if rule.each is not None else ""
        return "give " + " and ".join(self._give(give) for give in rule.gives) + each

    def _give(self, give: Give) -> str:
        decimals = self.vocabulary.points.get(give.currency, 0)
        if isinstance(give, Fixed):
            return f"{format_decimal(give.units, decimals)} {give.currency}"
        units = number_text(give.units / 10**decimals)
        per = format_amount(give.per, self.programme.currency)
        return f"{units} {give.currency} per {per} {self.programme.currency}"

    def _details(self, rule: Rule) -> Iterator[str]:
        if rule.when is not None:
            yield f"when {self._tree(rule.when)}"
        for name, chosen in (("lines", rule.lines), ("each", rule.each)):
            if chosen is not None:
                node = parse_line_tree(
                    chosen.source, path="", vocabulary=self.vocabulary, faults=Faults()
                )
                yield f"{name} {describe(node)}" if node is not None else name
        yield from self._times(rule.starts_at, rule.ends_at)
        decimals = self._decimals(rule)
        for limit in rule.limits:
            yield limit_line(limit, decimals)
        for budget in rule.budgets:
            yield budget_line(budget, decimals)
        if rule.group is not None:
            yield f"in group {rule.group}"
        if rule.chance is not None:
            yield f"by chance, {rule.chance.numerator} in {rule.chance.denominator}"
        if rule.days_before:
            yield f"{rule.days_before} days ahead"
        if rule.priority:
            yield f"priority {rule.priority}"
        if rule.stop:
            yield "stops the rules after it"
        if not rule.enabled:
            yield "disabled"

    def _challenge(self, challenge: Challenge) -> Iterator[str]:
        yield f"{challenge.goal} {challenge.target}"
        if challenge.every is not None:
            yield f"every {challenge.every}"
        for code, units in challenge.gives.items():
            yield f"gives {format_decimal(units, self.programme.points[code].decimals)} {code}"
        if challenge.badge:
            yield "a badge"
        if challenge.lines is not None:
            node = parse_line_tree(
                challenge.lines.source, path="", vocabulary=self.vocabulary, faults=Faults()
            )
            yield f"lines {describe(node)}" if node is not None else "lines"
        if challenge.when is not None:
            yield f"when {self._tree(challenge.when)}"
        yield from self._times(challenge.starts_at, challenge.ends_at)

    def _referral(self, terms: Referral) -> str:
        spend = format_amount(terms.spend, self.programme.currency)
        return (
            f"once a purchase of {spend} {self.programme.currency}, within {terms.within_days}"
            f" days of joining, was kept for {terms.vests_days} days"
        )

    def _tree(self, condition: Condition) -> str:
        node = parse_tree(condition.source, path="", vocabulary=self.vocabulary, faults=Faults())
        return describe(node) if node is not None else ""

    def _times(self, starts_at: Instant | None, ends_at: Instant | None) -> Iterator[str]:
        if starts_at is not None:
            yield f"from {self._instant(starts_at)}"
        if ends_at is not None:
            yield f"until before {self._instant(ends_at)}"

    def _decimals(self, rule: Rule) -> int:
        code = rule.multiplied_currency or rule.gives[0].currency
        return self.vocabulary.points.get(code, 0)

    def _rewards(self) -> Iterator[str]:
        if self.programme.rewards:
            yield "Rewards"
        for reward in self.programme.rewards.values():
            yield f"  {reward.reward}: {'; '.join(self._reward(reward))}"

    def _reward(self, reward: Reward) -> Iterator[str]:
        gift = reward.gift
        what = gift.value
        if gift.kind == "percentage":
            what = f"{format_decimal(gift.amount, 2)} %"
        elif gift.amount:
            what = f"{format_amount(gift.amount, self.programme.currency)}"
        yield f"{gift.kind} {what}".strip()
        for price in reward.prices:
            decimals = self.vocabulary.points[price.currency]
            yield f"for {format_decimal(price.units, decimals)} {price.currency}"
        if not reward.prices:
            yield "for a voucher alone"
        yield f"vouchers expire {self._expiry(self.programme.points[reward.voucher].expiry)}"
        if reward.when is not None:
            yield f"when {self._tree(reward.when)}"
        if reward.stock is not None:
            stock = self.programme.budgets[reward.stock]
            yield f"stock {stock.times}{f' per {stock.every}' if stock.every else ''}"
        yield from (limit_line(limit, 0) for limit in reward.limits)
        yield from self._times(reward.starts_at, reward.ends_at)
        if not reward.enabled:
            yield "disabled"

    def _draws(self) -> Iterator[str]:
        if self.programme.draws:
            yield "Draws"
        for draw in self.programme.draws.values():
            yield f"  {draw.code}: {'; '.join(self._draw(draw))}"

    def _draw(self, draw: Draw) -> Iterator[str]:
        yield "judged by staff" if draw.judged else "drawn by lot"
        yield from self._times(draw.starts_at, draw.ends_at)
        yield f"held at {self._instant(draw.due_at)}"
        if draw.most_per_member is not None:
            yield f"at most {draw.most_per_member} entries a member"
        for prize in draw.prizes:
            yield f"{prize.count} x {self._prize(prize)}"

    def _prize(self, prize: Prize) -> str:
        if prize.currency is not None:
            decimals = self.vocabulary.points.get(prize.currency, 0)
            return f"{format_decimal(prize.units, decimals)} {prize.currency}"
        if prize.kind == "percentage":
            return f"percentage {format_decimal(prize.amount, 2)} %"
        amount = format_amount(prize.amount, self.programme.currency) if prize.amount else ""
        return f"{prize.kind} {prize.value or amount}".strip()

    def _structures(self, programme: Programme) -> Iterator[str]:
        for tiers in programme.structures:
            yield from self._tiers(tiers)
        if programme.beside:
            together = "multiply one another" if programme.multipliers == "multiply" else "best one"
            yield f"  multipliers of tiers of several structures: {together}"

    def _tiers(self, tiers: Tiers) -> Iterator[str]:
        which = f" of {tiers.name}" if tiers.name else ""
        main = " (the main structure)" if tiers.name and not tiers.key else ""
        yield f"Tiers{which}{main}, lowest first"
        metrics = f" {'and' if tiers.combine == 'all' else 'or'} ".join(
            f"{metric.key} ({_window(metric.window.kind, metric.window.period)})"
            for metric in tiers.metrics
        )
        yield f"  by {metrics}; held {_validity(tiers.valid)}; grace {tiers.grace or 'none'}"
        yield f"  downgrade {tiers.downgrade}; crossing {tiers.crossing}"
        for tier in tiers.tiers:
            yield f"  {tier.code}: {'; '.join(self._tier(tier, tiers))}"

    def _tier(self, tier: Tier, tiers: Tiers) -> Iterator[str]:
        if tier.invitation:
            yield "by invitation"
        else:
            yield f"enter {self._thresholds(tier.enter, tiers)}"
        if tier.keep != tier.enter:
            yield f"keep {self._thresholds(tier.keep, tiers)}"
        if tier.reenter != tier.enter:
            yield f"re-enter {self._thresholds(tier.reenter, tiers)}"
        if tier.multiply != 1:
            yield f"multiply {tiers.multiplied_currency} by {number_text(tier.multiply)}"
        if tier.perks:
            yield f"perks {', '.join(tier.perks)}"

    def _thresholds(self, thresholds: tuple[int | None, ...], tiers: Tiers) -> str:
        texts = []
        for metric, threshold in zip(tiers.metrics, thresholds, strict=True):
            if threshold is None:
                continue
            text = str(threshold)
            if metric.name == "spend":
                text = f"{format_amount(threshold, self.programme.currency)} spent"
            elif metric.name == "points":
                decimals = self.vocabulary.points[metric.currency or ""]
                text = f"{format_decimal(threshold, decimals)} {metric.currency}"
            else:
                text = f"{threshold} {'days' if metric.name == 'tenure' else metric.name}"
            texts.append(text)
        return (" and " if tiers.combine == "all" else " or ").join(texts)

    def _spend(self) -> Iterator[str]:
        spend = self.programme.spend
        switches = {
            "tax": spend.tax,
            "tips": spend.tips,
            "delivery": spend.delivery,
            "deposits": spend.deposits,
            "gift card sales": spend.gift_card_sales,
            "what is paid with points": spend.paid_with_points,
            "what is paid with gift cards": spend.paid_with_gift_card,
        }
        yield f"counts {', '.join(name for name, on in switches.items() if on) or 'goods alone'}"
        yield f"not {', '.join(name for name, on in switches.items() if not on) or 'left out'}"
        yield f"discounts {spend.discounts}, those of the order {spend.order_discounts}"

    def _instant(self, instant: Instant) -> str:
        return format_instant(instant, self.programme.zone)


def _window(kind: str, period: Period | None) -> str:
    return f"rolling {period}" if period is not None else kind.replace("_", " ")


def _validity(valid: Period | str | None) -> str:
    if valid is None:
        return "for ever"
    if isinstance(valid, Period):
        return f"for {valid}"
    return f"to the end of the next {valid.replace('_', ' ')}"
