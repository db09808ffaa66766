"""Draws into which nobody comes, and rewards that name a draw which nobody runs.

Both are counted in the document.  A document without draws may well name one that is held
elsewhere; one with draws that names another has most likely a slip of the pen.
"""

from __future__ import annotations

from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.reading import suggestion


def check_draws(subject: Subject) -> None:
    """Look at what leads into each draw."""
    programme = subject.programme
    given = {give.currency for rule in programme.rules if rule.enabled for give in rule.gives}
    named = {
        reward.gift.value
        for reward in programme.rewards.values()
        if reward.enabled and reward.gift.kind == "draw_entry"
    }
    for draw in programme.draws.values():
        free = (subject.raw["draws"][draw.code] or {}).get("free_entry")
        if draw.currency not in given and draw.code not in named and not free:
            remedy = "Add a rule with give: {entry: ...}, a reward, or a way to enter for nothing."
            subject.warn(f"draws.{draw.code}", "", "never_entered", remedy)
    for reward in programme.rewards.values():
        gift = reward.gift
        if programme.draws and gift.kind == "draw_entry" and gift.value not in programme.draws:
            known = suggestion(gift.value, programme.draws)
            remedy = f"Name one that is there.{known} Or declare it under draws."
            path = f"rewards.{reward.reward}.gives.draw_entry"
            subject.warn(path, gift.value, "draw_not_run", remedy)
