"""Partners who could be paid for points that nobody paid for."""

from __future__ import annotations

from habitue.domain.programme.checks.asking import Subject
from habitue.domain.programme.outlines import number_text
from habitue.domain.programme.partner_outline import worth_of


def check_partners(subject: Subject) -> None:
    """Compare what is paid for a point that is given with what is paid for one that is spent."""
    programme = subject.programme
    partners = programme.partners.values()
    for partner in partners:
        path = f"partners.{partner.partner}"
        if not any(partner.issued.values()) and not any(partner.redeemed.values()):
            remedy = "Say under issued and redeemed what a point is worth: nothing is settled now."
            subject.warn(path, "", "nothing_settled", remedy)
        for currency, paid in partner.redeemed.items():
            least = min(other.issued.get(currency, paid * 0) for other in partners)
            if paid > least:
                remedy = (
                    f"Pay at most {worth_of(least, currency, programme)}, which is the least that a"
                    " partner pays for such a point; the house bears the rest."
                )
                shown = number_text(paid)
                subject.note(f"{path}.redeemed.{currency}", shown, "paid_above_issue", remedy)
