"""What is declared and not used, or used by one alone, and tiers in a surprising order.

All of it is counted in the document.  Rules of different kinds of events never meet, so a group
needs two rules of one kind before there is anything to choose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.segment_names import SEGMENT, listed
from habitue.domain.programme.structures import written_tiers

_KIND = "contribution.kind"


def check_names(subject: Subject, *, as_written: bool) -> None:
    """Look at groups, campaigns and points; at the order of tiers only ``as_written``."""
    programme = subject.programme
    competing = Counter((rule.group, str(rule.on)) for rule in programme.rules)
    competing += Counter((one.group, "discount") for one in programme.discounts.values())
    for group in programme.groups:
        most = max((count for (name, _), count in competing.items() if name == group), default=0)
        if most < 2:
            remedy = "Put at least two rules into the group: one alone has nothing to compete with."
            subject.warn(f"stacking.{group}", most, "group_of_one", remedy)
    used = {rule.get("campaign") for rule in _section(subject.raw, "earn").values()}
    for campaign in _section(subject.raw, "campaigns"):
        if campaign not in used:
            remedy = "Name the campaign in a rule, or remove it."
            subject.warn(f"campaigns.{campaign}", "", "unused", remedy)
    named = set(_segments_named({**subject.raw, "segments": {}}))
    for segment in programme.segments:
        if segment not in named:
            remedy = "Ask for the segment in a condition, or remove it."
            subject.warn(f"segments.{segment}", "", "unused", remedy)
    text = str(subject.raw)
    for plan in programme.plans:
        if "member.plan" not in text and "membership" not in text:
            remedy = (
                "Let a rule, a discount or a reward ask for member.plan: it brings nothing now."
            )
            subject.warn(f"plans.{plan}", "", "plan_brings_nothing", remedy)
    _check_contributions(subject)
    _check_referrals(subject)
    given = {give.currency for rule in programme.rules for give in rule.gives}
    given |= {code for one in programme.challenges.values() for code in one.gives}
    for code, points in programme.points.items():
        if code not in given and points.kind not in ("voucher", "entries"):
            remedy = "Add a rule that gives these points; only adjustments can give them now."
            subject.note(f"points.{code}", "", "never_given", remedy)
    if as_written:
        _check_tier_order(subject)


def _check_contributions(subject: Subject) -> None:
    """Kinds that no rule asks for, and rules that ask for what nobody can send in."""
    programme = subject.programme
    rules = [rule for rule in programme.rules if rule.on == "contribution"]
    if not programme.contributions:
        for rule in rules:
            remedy = "Declare under contributions: which kinds the programme takes; none come now."
            subject.warn(f"earn.{rule.rule}", "contribution", "no_contributions", remedy)
        return
    asked = [str(None if rule.when is None else rule.when.source) for rule in rules]
    for kind in programme.contributions:
        if not any(_KIND not in text or f"'{kind}'" in text for text in asked):
            remedy = (
                f"Add a rule on: contribution for {kind}, or remove the kind: it brings nothing."
            )
            subject.warn(f"contributions.{kind}", "", "contribution_brings_nothing", remedy)


def _check_referrals(subject: Subject) -> None:
    """Who brings friends shall be given something, and rules for it need its terms."""
    programme = subject.programme
    asking = [rule.rule for rule in programme.rules if rule.on in ("referral", "referred")]
    if programme.referral is None:
        for rule in asking:
            remedy = "Add the section referral, such as referral: {spend: 20.00, vests: 30 days}."
            subject.warn(f"earn.{rule}.on", "", "no_referrals", remedy)
    elif not any(programme.index.by_code[rule].on == "referral" for rule in asking):
        remedy = "Add a rule on: referral: whoever brings a friend is given nothing now."
        subject.warn("referral", "", "referral_brings_nothing", remedy)


def _check_tier_order(subject: Subject) -> None:
    """Tiers count in the order of their thresholds; somebody who wrote them in another order may
    have mistyped one."""
    written = written_tiers(subject.raw)
    for tiers in subject.programme.structures:
        for lower, higher in pairwise(written[tiers.name]):
            if tiers.ranks[higher] < tiers.ranks[lower]:
                remedy = f"Write it before {lower}, or raise its threshold: it stands below it."
                subject.warn(f"{tiers.path}.{higher}.enter", "", "tier_order", remedy)


def _segments_named(raw: Any) -> Iterator[str]:
    """The segments that conditions anywhere in the document ask for."""
    if isinstance(raw, Mapping):
        for name, given in raw.items():
            if name == SEGMENT:
                words = given.values() if isinstance(given, Mapping) else [given]
                yield from (code for named in words for code in listed(named))
            else:
                yield from _segments_named(given)
    elif isinstance(raw, list | tuple):
        for item in raw:
            yield from _segments_named(item)


def _section(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = raw.get(name) or {}
    return found
