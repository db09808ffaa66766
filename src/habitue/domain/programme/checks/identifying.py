"""Ways of being recognised with which nobody can spend, or with which others can."""

from __future__ import annotations

from habitue.domain.identity.kinds import Trust
from habitue.domain.programme.checks.asking import Subject


def check_identifying(subject: Subject) -> None:
    """Look at what each way of being recognised allows."""
    methods = subject.programme.identify
    if not methods:
        return
    best = max(method.may for method in methods)
    if best is Trust.GREET:
        remedy = "Let one of them earn, such as {card: spend}."
        subject.warn("identify", "", "nobody_earns", remedy)
    elif best is Trust.EARN and _can_be_spent(subject):
        remedy = "Add what only members have, such as card: without it nobody spends at the till."
        subject.warn("identify", "", "nobody_spends", remedy)
    for place, method in enumerate(methods):
        if method.may is Trust.SPEND and method.kind in ("phone", "email"):
            remedy = f"Write {method.kind}: earn, or accept that whoever knows it can spend."
            subject.note(f"identify[{place}]", method.may.label, "known_to_others", remedy)


def _can_be_spent(subject: Subject) -> bool:
    programme = subject.programme
    return bool(programme.rewards) or any(
        currency.kind == "cashback" for currency in programme.points.values()
    )
