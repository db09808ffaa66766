"""The table of operations on events."""

from __future__ import annotations

from typing import Any, Final

from pydantic import BaseModel

from habitue.domain.errors import Code
from habitue.interfaces.api.event_forms import (
    AdjustmentRequest,
    BulkAnswer,
    BulkRequest,
    ClaimRequest,
    ConfirmationRequest,
    ContributionRequest,
    EnrolmentRequest,
    EvaluationRequest,
    EventAnswer,
    MembershipRequest,
    ProfileRequest,
    PurchaseRequest,
    RedemptionRequest,
    ReturnRequest,
    TransferRequest,
    UndoRequest,
    VisitRequest,
    WithdrawalRequest,
)
from habitue.interfaces.api.events import Events
from habitue.interfaces.api.moves import Moves
from habitue.interfaces.api.operations import BULK_LIMIT, ROOT, Handler, Operation
from habitue.selectors.keys import Permission

TAG: Final = "Events"

# What any event may be refused for; the documentation says it once.
CONTENT: Final = (
    Code.MISSING_FIELD,
    Code.TOO_LONG,
    Code.TOO_MANY,
    Code.NOT_A_NUMBER,
    Code.TOO_PRECISE,
    Code.TOO_LARGE,
    Code.NEGATIVE_AMOUNT,
    Code.NOT_POSITIVE,
    Code.NOT_AN_INSTANT,
    Code.IN_THE_FUTURE,
    Code.TOO_LONG_AGO,
    Code.UNKNOWN_CHOICE,
    Code.UNKNOWN_PROGRAMME,
    Code.UNKNOWN_STORE,
    Code.UNKNOWN_MEMBER,
    Code.INVALID_IDENTIFIER,
    Code.IDENTIFIER_NOT_TRUSTED,
    Code.MEMBER_CLOSED,
    Code.PROGRAMME_NOT_IN_EFFECT,
    Code.KEY_REUSED,
)
_MONEY: Final = (
    Code.DUPLICATE_LINE,
    Code.INCONSISTENT,
    Code.UNKNOWN_CURRENCY,
    Code.WRONG_CURRENCY,
    Code.UNKNOWN_POINTS,
)
_DISCOUNTS: Final = (
    Code.UNKNOWN_DISCOUNT,
    Code.DISCOUNT_LIMIT_REACHED,
    Code.DISCOUNT_USED_UP,
)
_RETURN: Final = (
    Code.PURCHASE_NOT_FOUND,
    Code.RETURN_OF_UNKNOWN_LINE,
    Code.RETURN_EXCEEDS_PURCHASE,
    Code.RETURN_NOT_MATCHED,
    Code.RETURN_EXCEEDS_BALANCE,
    Code.RETURN_BEFORE_PURCHASE,
)
_SPENDING: Final = (
    Code.UNKNOWN_POINTS,
    Code.UNKNOWN_REWARD,
    Code.INCONSISTENT,
    Code.REWARD_NOT_AVAILABLE,
    Code.REWARD_LIMIT_REACHED,
    Code.OUT_OF_STOCK,
    Code.NOT_ENOUGH_POINTS,
)
_CLAIM: Final = (
    Code.PURCHASE_NOT_FOUND,
    Code.ALREADY_CLAIMED,
    Code.CLAIM_TOO_LATE,
    Code.CLAIM_NOT_ALLOWED,
)
_OTHERS: Final = (
    Code.UNKNOWN_EVENT,
    Code.NOTHING_TO_CONFIRM,
    Code.UNDO_EXCEEDS_REDEMPTION,
    Code.UNKNOWN_TIER,
    Code.SAME_MEMBER,
)

_CARD: Final = {"kind": "card", "value": "JMCW4H69ANNJ"}
_BASE: Final = {
    "programme": "corner-cafe",
    "source": "till-2",
    "occurred_at": "2026-03-14T15:09:26+01:00",
}
_PURCHASE: Final = {
    **_BASE,
    "external_id": "2026-000123",
    "member": _CARD,
    "store": "lyon",
    "currency": "EUR",
    "lines": [
        {"product": "espresso", "quantity": "2", "amount": "5.00", "category": "coffee"},
        {"product": "croissant", "amount": "1.80", "category": "pastry"},
    ],
}
_NAMED: Final = {"source": "till-2", "external_id": "2026-000123"}


def _written(
    name: str,
    path: str,
    summary: str,
    description: str,
    *,
    permission: Permission,
    handler: Handler,
    request: type[BaseModel],
    example: dict[str, Any],
    codes: tuple[Code, ...],
) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=f"{ROOT}{path}",
        tag=TAG,
        summary=summary,
        description=description,
        permission=permission,
        handler=handler,
        answers={
            201: ("Recorded, now or by an earlier request with the same content.", EventAnswer)
        },
        request=request,
        example=example,
        codes=codes,
        repeatable=True,
    )


def operations(events: Events, moves: Moves) -> list[Operation]:
    """The table of these operations."""
    return [
        *_purchases(events),
        *_on_baskets(events),
        *_on_members(events),
        *_on_contributions(events),
        *_on_points(events),
        *_moves(moves),
    ]


def _purchases(events: Events) -> list[Operation]:
    return [
        _written(
            "record_purchase",
            "/purchases",
            "Record a purchase",
            "Decides what the purchase earns and writes it to the ledger in one transaction; "
            "the answer comes after the commit. Without a member the purchase is anonymous.",
            permission=Permission.PURCHASES_WRITE,
            handler=events.purchase,
            request=PurchaseRequest,
            example=_PURCHASE,
            codes=(*CONTENT, *_MONEY, *_DISCOUNTS, Code.NOT_ENOUGH_POINTS),
        ),
        Operation(
            name="record_purchases",
            method="POST",
            path=f"{ROOT}/purchases/bulk",
            tag=TAG,
            summary="Record many purchases",
            description="At most 2000 purchases and 16 MB. Each stands for itself: one that is "
            "refused does not disturb the others, and its place in `results` says why.",
            permission=Permission.PURCHASES_WRITE,
            handler=events.bulk,
            answers={200: ("What became of each.", BulkAnswer)},
            request=BulkRequest,
            example={
                "programme": "corner-cafe",
                "events": [{k: v for k, v in _PURCHASE.items() if k != "programme"}],
            },
            codes=(Code.MISSING_FIELD, Code.TOO_MANY, Code.UNKNOWN_PROGRAMME),
            body_limit=BULK_LIMIT,
            repeatable=True,
        ),
    ]


def _on_baskets(events: Events) -> list[Operation]:
    return [
        _written(
            "record_return",
            "/returns",
            "Record a return",
            "Takes back exactly what the returned lines earned, by the rules as they were.",
            permission=Permission.RETURNS_WRITE,
            handler=events.return_,
            request=ReturnRequest,
            example={
                **_BASE,
                "external_id": "2026-000140",
                "currency": "EUR",
                "purchase": _NAMED,
                "lines": [{"line": "2", "quantity": "1"}],
            },
            codes=(*CONTENT, *_MONEY, *_RETURN),
        ),
        _written(
            "record_visit",
            "/visits",
            "Record a visit",
            "The member came, whether or not they bought.",
            permission=Permission.VISITS_WRITE,
            handler=events.visit,
            request=VisitRequest,
            example={**_BASE, "external_id": "door-77", "member": _CARD},
            codes=CONTENT,
        ),
        _written(
            "record_enrolment",
            "/enrolments",
            "Record an enrolment",
            "The member joined the programme.",
            permission=Permission.ENROLMENTS_WRITE,
            handler=events.enrolment,
            request=EnrolmentRequest,
            example={**_BASE, "external_id": "join-77", "member": _CARD},
            codes=CONTENT,
        ),
    ]


def _on_contributions(events: Events) -> list[Operation]:
    return [
        _written(
            "record_contribution",
            "/contributions",
            "Record an approved contribution",
            "A review, a shared post, a story, a photo, a survey: whatever the programme declares. "
            "Whoever sends it has looked at it; it counts at once.",
            permission=Permission.CONTRIBUTIONS_WRITE,
            handler=events.contribution,
            request=ContributionRequest,
            example={
                **_BASE,
                "external_id": "review-77",
                "member": _CARD,
                "contribution": "review",
                "product": "9780141439518",
                "length": 240,
            },
            codes=(
                *CONTENT,
                Code.UNKNOWN_CONTRIBUTION,
                Code.PURCHASE_NOT_FOUND,
                Code.CONTRIBUTION_NOT_COMPLETE,
                Code.ALREADY_CONTRIBUTED,
            ),
        ),
        _written(
            "withdraw_contribution",
            "/contributions/withdrawals",
            "Withdraw a contribution",
            "The approval was a mistake: all stands as if the contribution had not been. What was "
            "spent meanwhile stays spent.",
            permission=Permission.CONTRIBUTIONS_WRITE,
            handler=events.withdrawal,
            request=WithdrawalRequest,
            example={
                **_BASE,
                "external_id": "review-77-withdrawn",
                "contribution": {"source": "till-1", "external_id": "review-77"},
                "reason": "copied",
            },
            codes=(
                *CONTENT,
                Code.UNKNOWN_EVENT,
                Code.RETURN_EXCEEDS_BALANCE,
                Code.ALREADY_WITHDRAWN,
            ),
        ),
    ]


def _on_members(events: Events) -> list[Operation]:
    return [
        _written(
            "record_membership",
            "/memberships",
            "Record what happens to a paid plan",
            "Joined (or tried), renewed, paused, resumed, cancelled, or the price paid back. The "
            "programme takes no money: whoever took it says so.",
            permission=Permission.MEMBERSHIPS_WRITE,
            handler=events.membership,
            request=MembershipRequest,
            example={
                **_BASE,
                "external_id": "club-77",
                "member": _CARD,
                "plan": "club",
                "action": "joined",
            },
            codes=(*CONTENT, Code.INCONSISTENT, Code.UNKNOWN_PLAN, Code.PLAN_NOT_POSSIBLE),
        ),
        _written(
            "record_profile",
            "/profiles",
            "Record what is known of a member",
            "Attributes that the programme declares for members; conditions may ask for them.",
            permission=Permission.PROFILES_WRITE,
            handler=events.profile,
            request=ProfileRequest,
            example={
                **_BASE,
                "external_id": "profile-77",
                "member": _CARD,
                "attributes": {"diet": "vegan", "newsletter": True},
            },
            codes=CONTENT,
        ),
    ]


def _on_points(events: Events) -> list[Operation]:
    return [
        _written(
            "record_adjustment",
            "/adjustments",
            "Record an adjustment",
            "A correction by hand, with its reason: points up or down, or a tier.",
            permission=Permission.ADJUSTMENTS_WRITE,
            handler=events.adjustment,
            request=AdjustmentRequest,
            example={
                **_BASE,
                "external_id": "care-9",
                "member": _CARD,
                "reason": "Waited twenty minutes",
                "currency": "points",
                "units": "50",
            },
            codes=(*CONTENT, *_SPENDING, Code.UNKNOWN_TIER),
        ),
        _written(
            "record_redemption",
            "/redemptions",
            "Spend points",
            "Checks and takes in one step; a balance never falls below zero by it.",
            permission=Permission.REDEMPTIONS_WRITE,
            handler=events.redemption,
            request=RedemptionRequest,
            example={
                **_BASE,
                "external_id": "reward-5",
                "member": _CARD,
                "currency": "points",
                "units": "80",
                "purpose": "dessert",
            },
            codes=(*CONTENT, *_SPENDING),
        ),
        _written(
            "record_undo",
            "/redemptions/undo",
            "Take a redemption back",
            "Points return to their own lots, the last taken first; whole or in part.",
            permission=Permission.REDEMPTIONS_WRITE,
            handler=events.undo,
            request=UndoRequest,
            example={
                **_BASE,
                "external_id": "undo-5",
                "redemption": {"source": "till-2", "external_id": "reward-5"},
            },
            codes=(
                *CONTENT,
                Code.UNKNOWN_POINTS,
                Code.UNKNOWN_EVENT,
                Code.UNDO_EXCEEDS_REDEMPTION,
            ),
        ),
        _written(
            "record_confirmation",
            "/confirmations",
            "Confirm a purchase",
            "Pending points of the purchase that wait for this may now be spent.",
            permission=Permission.CONFIRMATIONS_WRITE,
            handler=events.confirmation,
            request=ConfirmationRequest,
            example={**_BASE, "external_id": "stay-over-12", "purchase": _NAMED},
            codes=(*CONTENT, Code.PURCHASE_NOT_FOUND, Code.NOTHING_TO_CONFIRM),
        ),
    ]


def _moves(moves: Moves) -> list[Operation]:
    return [
        _written(
            "claim_purchase",
            "/claims",
            "Claim an anonymous purchase",
            "Gives it to a member as of its own time: once, for ever, within the days that the "
            "programme allows.",
            permission=Permission.CLAIMS_WRITE,
            handler=moves.claim,
            request=ClaimRequest,
            example={**_NAMED, "member": _CARD},
            codes=(*CONTENT, *_CLAIM),
        ),
        _written(
            "transfer_points",
            "/transfers",
            "Send points to another member",
            "Points keep their dates. The sender must be shown by an identifier that may spend.",
            permission=Permission.TRANSFERS_WRITE,
            handler=moves.transfer,
            request=TransferRequest,
            example={
                "programme": "corner-cafe",
                "source": "portal",
                "external_id": "gift-3",
                "from_member": _CARD,
                "to_member": {"kind": "email", "value": "ana@example.org"},
                "currency": "points",
                "units": "30",
            },
            codes=(*CONTENT, *_SPENDING, Code.SAME_MEMBER),
        ),
        Operation(
            name="evaluate",
            method="POST",
            path=f"{ROOT}/evaluate",
            tag=TAG,
            summary="Decide without recording",
            description="Answers what recording the event would answer, and changes nothing. "
            "`as_of` asks for another moment than now.",
            permission=Permission.EVALUATIONS_READ,
            handler=moves.evaluate,
            answers={200: ("What would be decided.", EventAnswer)},
            request=EvaluationRequest,
            example={
                "kind": "purchase",
                "programme": "corner-cafe",
                "event": {"member": _CARD, "currency": "EUR", "lines": _PURCHASE["lines"]},
            },
            codes=(*CONTENT, *_MONEY, *_RETURN, *_SPENDING, *_CLAIM, *_OTHERS),
        ),
    ]
