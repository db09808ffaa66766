"""What is wrong with a document, or worth a look, in the reader's language.

The remedy of a fault is an English sentence for whoever writes documents; here stands what a
manager reads beside a form.  A fault that has no words here is told by its remedy.
"""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from habitue.domain.programme.faults import Fault

_WORDS: Final[dict[str, Promise]] = {
    # Values.
    "missing_field": _("Something is missing here."),
    "empty": _("Nothing stands here."),
    "unknown_field": _("The document does not know this name."),
    "unknown_choice": _("This is not one of the possible choices."),
    "not_a_number": _("This is not a number."),
    "not_a_whole_number": _("This is not a whole number."),
    "not_positive": _("Write a number above zero."),
    "negative": _("Write a number that is not below zero."),
    "too_precise": _("The number has too many decimals."),
    "too_large": _("The number is too large."),
    "too_small": _("The number is too small."),
    "too_long": _("The text is too long."),
    "invalid_text": _("The text contains what is not a character."),
    "not_a_text": _("This is not a text."),
    "not_a_code": _("A code has small letters, digits, dashes and underscores only."),
    "not_a_day": _("This day does not exist."),
    "not_an_instant": _("This is neither a day nor a time with its offset."),
    "not_a_period": _("This is not a length of time, such as 14 days or 12 months."),
    "not_yes_or_no": _("Write yes or no."),
    "not_a_mapping": _("Names with values are expected here."),
    "not_a_list": _("A list is expected here."),
    "out_of_range": _("This lies too far in the past or in the future."),
    "not_a_pair": _("Write the lowest and the highest value."),
    "wrong_type": _("A text, a number, yes or no, or a list of them is expected here."),
    "too_deep": _("Too many things stand within one another: write it more simply."),
    "too_many": _("There may be one of these only: one stands in the document already."),
    "impossible_range": _("Nothing lies between these bounds: correct one of them."),
    "unknown_zone": _("This time zone does not exist."),
    "unknown_currency": _("This currency does not exist."),
    # What belongs together.
    "conflicting_fields": _("Two things stand here that exclude each other."),
    "does_not_fit": _("This does not fit what stands beside it: remove it."),
    "nothing_to_do": _("The rule gives nothing: say what it gives."),
    "comparison_does_not_fit": _("The value cannot be compared in this way."),
    "reserved_name": _("This code has a meaning of its own: choose another one."),
    "duplicate": _("It stands here twice."),
    "not_safe": _("Others can see or know it: let it earn, and ask for something else to spend."),
    "nobody_earns": _("With none of these anybody earns: let one of them earn."),
    "nobody_spends": _("With none of these anybody can spend: add what only members have."),
    "known_to_others": _("Others may know it too, and could spend."),
    "nothing_settled": _("Nothing is due between you and this partner: say what a point is worth."),
    "paid_above_issue": _("The partner is paid more for a point than was paid when it was given."),
    "mixed_decimals": _("The points of these rules have different decimals."),
    "not_ascending": _("A higher tier needs a higher threshold in everything that counts."),
    "unknown_points": _("There are no such points in the programme: choose others, or add them."),
    "unknown_reward": _("There is no such reward: choose another one, or add it."),
    "unknown_tier": _("There is no such tier: choose another one, or add it."),
    "unknown_group": _("There is no such group of rules."),
    "unknown_draw": _("There is no such draw: choose another one, or add it."),
    "unknown_segment": _("There is no such segment: choose another one, or declare it."),
    "asks_in_a_circle": _("Two rules wait for one another: let one of them ask only."),
    "unknown_campaign": _("There is no such campaign."),
    "unknown_attribute": _("The attribute is not declared."),
    "unknown_metric": _("Tiers cannot be reached by this."),
    # Rules that give nothing, or that others hide.
    "can_never_fire": _("It can never happen: its conditions and its time exclude each other."),
    "cap_below_gift": _("Its limit is smaller than one gift, so that it always gives nothing."),
    "never_in_full": _("Its limit is smaller than one gift, so that it never gives all of it."),
    "allows_nothing": _("Its limit is zero: nobody ever gets anything."),
    "gives_nothing": _("It gives nothing."),
    "multiplies_nothing": _("There is nothing that it could multiply."),
    "changes_nothing": _("It multiplies by one, which changes nothing."),
    "ignored": _("One part of it is ignored."),
    "disabled": _("It is switched off."),
    "shadowed": _("Another rule always comes before it."),
    "same_condition": _("Two rules of a group apply alike: give one of them another condition."),
    "never_best": _("Another rule of its group always gives at least as much."),
    "group_of_one": _("Its group has no other rule to choose from."),
    "never_met": _("There is no time for so many: ask for fewer."),
    "never_entered": _("Nothing leads into this draw: add a rule, a reward, or a way in for free."),
    "draw_not_run": _("There is no such draw to enter: name one that is there, or add it."),
    "plan_brings_nothing": _("Nothing asks for this plan: let a rule or a reward ask for it."),
    "no_contributions": _("The programme takes no contributions: say which kinds it takes."),
    "contribution_brings_nothing": _("Nothing is given for this: add a rule for it, or remove it."),
    "no_referrals": _("The programme does not say yet how friends are brought: add its terms."),
    "referral_brings_nothing": _("Whoever brings a friend is given nothing: add a rule for it."),
    # Discounts.
    "always_beaten": _("Another discount always takes off more: take off more, or ask for less."),
    "cap_below_amount": _("Its limit is smaller than what it takes off at once: allow more."),
    "single_step": _("Everybody has reached its only step: add a higher one."),
    # What the purchases of the latest year say.
    "beyond_a_year": _("Most members could not afford it within a year: lower the price."),
    "runs_out_early": _("By the latest year it would run out too early: raise it, or give less."),
    "stock_too_small": _("By the latest year the stock is too small: raise it, or the price."),
    # Settings that contradict one another.
    "lapses_before_use": _("Points lapse before they can be spent."),
    "limit_above_budget": _("One member may get more than the budget holds for all."),
    "limit_without_effect": _("Another limit always acts first."),
    "above_enter": _("Keeping the tier is harder than reaching it."),
    "reenter_below_keep": _("Whoever comes back to the tier with so little loses it again."),
    "keep_not_ascending": _("A lower tier is harder to keep than a higher one."),
    "grace_too_long": _("The grace lasts longer than the tier."),
    "without_effect": _("Tiers are held for ever, so that this has no effect."),
    "earns_less_above": _("A higher tier earns more slowly than a lower one."),
    "tier_twice": _("Another structure of tiers has this code already: choose another one."),
    "unknown_structure": _("There is no such structure of tiers: choose another one, or add it."),
    "mixed_structures": _("Tiers of several structures cannot be compared at once."),
    "tier_order": _("The tiers stand in another order than their thresholds."),
    "unreachable_tier": _("Nobody can ever reach this tier."),
    # Points from nothing.
    "minted_by_returns": _("Buying and returning leaves points: add a limit."),
    "repeated_at_will": _("It gives again as often as it is reported: add a limit."),
    "worth_more_than_spent": _("It is worth more than what members spend to earn it."),
    "everything_free": _("Everything becomes free for everybody: add a limit or a condition."),
    "cashback_above_spend": _("More comes back than was paid."),
    "gift_cards_earn_twice": _("Gift cards earn when they are sold and again when they pay."),
    "unused": _("Nothing in the programme uses it."),
    "never_given": _("Nothing in the programme gives it."),
}


def fault_text(fault: Fault) -> str:
    """What is wrong, in a sentence of the reader's language."""
    words = _WORDS.get(fault.problem)
    return fault.remedy if words is None else str(words)
