"""What a document says of its challenges, before and after it changes (``test_sheet``)."""

from __future__ import annotations

from typing import Final

from habitue.domain.programme.challenge_model import Challenge

MODELS: Final = (Challenge,)

_REWARD = "rewards: {cake: {gives: {free_product: cake}}}"


def challenge(goal: str = "goal: {visits: 5}", code: str = "c", **changes: str) -> str:
    """The document with a challenge of these fields."""
    fields = {"gives": "{points: 50}"} | {name.rstrip("_"): text for name, text in changes.items()}
    more = ", ".join(f"{name}: {text}" for name, text in fields.items())
    return f"{_REWARD}\nchallenges: {{{code}: {{{goal}, {more}}}}}"


CHANGES: Final[dict[str, tuple[str, str]]] = {
    "Programme.challenges": ("", challenge()),
    "Challenge.challenge": (challenge(), challenge(code="d")),
    "Challenge.goal": (challenge(), challenge("goal: {purchases: 5}")),
    "Challenge.target": (challenge(), challenge("goal: {visits: 6}")),
    "Challenge.every": (challenge(), challenge(every="month")),
    "Challenge.lines": (
        challenge("goal: {pieces: 5}"),
        challenge("goal: {pieces: 5}", lines="{category: coffee}"),
    ),
    "Challenge.when": (challenge(), challenge(when="{weekday: mon}")),
    "Challenge.gives": (challenge(), challenge(gives="{voucher: cake}")),
    "Challenge.badge": (challenge(), challenge(badge="yes")),
    "Challenge.starts_at": (challenge(), challenge(from_="2027-06-01")),
    "Challenge.ends_at": (challenge(), challenge(until="2027-06-30")),
}
# Goals that each have words of their own.
GOALS: Final = (
    "goal: {visits: 5}",
    "goal: {purchases: 5}",
    "goal: {spend: 50.00}",
    "goal: {pieces: 5}",
    "goal: {different_products: 5}",
    "goal: {different_categories: 5}",
    "streak: {every: day, times: 5}",
    "streak: {every: week, times: 5}",
    "streak: {every: month, times: 5}",
    "streak: {every: quarter, times: 5}",
    "streak: {every: year, times: 5}",
)
