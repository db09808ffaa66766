"""Refusals as problem details (RFC 9457): code to status, code to sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.faults import InvalidDocument
from habitue.domain.received.faults import ContentRefusal
from habitue.interfaces.texts.catalogue import Language, catalogue, refusal_text

MEDIA_TYPE: Final = b"application/problem+json"


class Fault(StrEnum):
    """What is wrong with a request before anybody asks what it means."""

    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INTERNAL_ERROR = "internal_error"


STATUS: Final[Mapping[Code, HTTPStatus]] = {
    Code.MALFORMED: HTTPStatus.BAD_REQUEST,
    Code.MISSING_FIELD: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_FIELD: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.WRONG_TYPE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_LONG: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_MANY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.INVALID_TEXT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_A_NUMBER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_PRECISE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_LARGE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NEGATIVE_AMOUNT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_POSITIVE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_AN_INSTANT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.IN_THE_FUTURE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.TOO_LONG_AGO: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_CHOICE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.DUPLICATE_LINE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.INCONSISTENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.PICTURE_NOT_TAKEN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.WEAK_PIN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOT_AUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    Code.NOT_PERMITTED: HTTPStatus.FORBIDDEN,
    Code.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    Code.WRONG_CODE: HTTPStatus.FORBIDDEN,
    Code.CODE_EXPIRED: HTTPStatus.FORBIDDEN,
    Code.LINK_NOT_VALID: HTTPStatus.FORBIDDEN,
    Code.INVITATION_NOT_VALID: HTTPStatus.FORBIDDEN,
    Code.WRONG_PIN: HTTPStatus.FORBIDDEN,
    Code.UNKNOWN_PROGRAMME: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_VERSION: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_DRAFT: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_INVITATION: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_STORE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_MEMBER: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_CURRENCY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.WRONG_CURRENCY: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_POINTS: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_REWARD: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_DISCOUNT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_DRAW: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_REFERRAL: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_REFERRAL_CODE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_PLAN: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_CONTRIBUTION: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.UNKNOWN_EVENT: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_MERGE: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_STAFF: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_DEVICE: HTTPStatus.NOT_FOUND,
    Code.UNKNOWN_KEY: HTTPStatus.NOT_FOUND,
    Code.INVALID_IDENTIFIER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.IDENTIFIER_TAKEN: HTTPStatus.CONFLICT,
    Code.EMAIL_TAKEN: HTTPStatus.CONFLICT,
    Code.PIN_TAKEN: HTTPStatus.CONFLICT,
    Code.IDENTIFIER_NOT_TRUSTED: HTTPStatus.FORBIDDEN,
    Code.MEMBER_CLOSED: HTTPStatus.CONFLICT,
    Code.PROGRAMME_NOT_IN_EFFECT: HTTPStatus.CONFLICT,
    Code.KEY_REUSED: HTTPStatus.CONFLICT,
    Code.REQUEST_IN_PROGRESS: HTTPStatus.CONFLICT,
    Code.INVALID_DOCUMENT: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.VERSION_CONFLICT: HTTPStatus.CONFLICT,
    Code.DRAFT_CHANGED: HTTPStatus.CONFLICT,
    Code.DRAFT_NOT_OPEN: HTTPStatus.CONFLICT,
    Code.REVIEW_NEEDED: HTTPStatus.CONFLICT,
    Code.PURCHASE_NOT_FOUND: HTTPStatus.NOT_FOUND,
    Code.RETURN_OF_UNKNOWN_LINE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.RETURN_EXCEEDS_PURCHASE: HTTPStatus.CONFLICT,
    Code.RETURN_NOT_MATCHED: HTTPStatus.CONFLICT,
    Code.RETURN_EXCEEDS_BALANCE: HTTPStatus.CONFLICT,
    Code.RETURN_BEFORE_PURCHASE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.NOTHING_TO_CONFIRM: HTTPStatus.CONFLICT,
    Code.REWARD_NOT_AVAILABLE: HTTPStatus.CONFLICT,
    Code.REWARD_LIMIT_REACHED: HTTPStatus.CONFLICT,
    Code.OUT_OF_STOCK: HTTPStatus.CONFLICT,
    Code.DISCOUNT_LIMIT_REACHED: HTTPStatus.CONFLICT,
    Code.DISCOUNT_USED_UP: HTTPStatus.CONFLICT,
    Code.PRICE_CHANGED: HTTPStatus.CONFLICT,
    Code.DRAW_NOT_DUE: HTTPStatus.CONFLICT,
    Code.NO_ENTRY: HTTPStatus.CONFLICT,
    Code.ALREADY_WON: HTTPStatus.CONFLICT,
    Code.PRIZE_TAKEN: HTTPStatus.CONFLICT,
    Code.REFERRAL_NOT_POSSIBLE: HTTPStatus.CONFLICT,
    Code.REFERRAL_NOT_OPEN: HTTPStatus.CONFLICT,
    Code.PLAN_NOT_POSSIBLE: HTTPStatus.CONFLICT,
    Code.CONTRIBUTION_NOT_COMPLETE: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.ALREADY_CONTRIBUTED: HTTPStatus.CONFLICT,
    Code.ALREADY_DECIDED: HTTPStatus.CONFLICT,
    Code.ALREADY_WITHDRAWN: HTTPStatus.CONFLICT,
    Code.NOT_JOINED: HTTPStatus.CONFLICT,
    Code.JOINING_BY_INVITATION: HTTPStatus.FORBIDDEN,
    Code.NOT_ENOUGH_POINTS: HTTPStatus.CONFLICT,
    Code.UNDO_EXCEEDS_REDEMPTION: HTTPStatus.CONFLICT,
    Code.UNKNOWN_TIER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.ALREADY_CLAIMED: HTTPStatus.CONFLICT,
    Code.CLAIM_TOO_LATE: HTTPStatus.CONFLICT,
    Code.CLAIM_NOT_ALLOWED: HTTPStatus.CONFLICT,
    Code.SAME_MEMBER: HTTPStatus.UNPROCESSABLE_ENTITY,
    Code.ALREADY_MERGED: HTTPStatus.CONFLICT,
    Code.LAST_OWNER: HTTPStatus.CONFLICT,
    Code.NOT_INSTALLED: HTTPStatus.NOT_FOUND,
    Code.BUSY: HTTPStatus.SERVICE_UNAVAILABLE,
}

FAULT_STATUS: Final[Mapping[Fault, HTTPStatus]] = {
    Fault.NOT_FOUND: HTTPStatus.NOT_FOUND,
    Fault.METHOD_NOT_ALLOWED: HTTPStatus.METHOD_NOT_ALLOWED,
    Fault.BODY_TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Fault.UNSUPPORTED_MEDIA_TYPE: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    Fault.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
}


class FaultError(Exception):
    """A request that cannot be dispatched or read; ``headers`` go with the answer."""

    def __init__(
        self, fault: Fault, *, headers: tuple[tuple[bytes, bytes], ...] = (), **parameters: str
    ) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.headers = headers
        self.parameters = parameters


class Refusals(Exception):  # noqa: N818  # like Refusal: not an error but an answer
    """Several refusals of one request; the first one decides the status."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.all = tuple(refusals)
        assert self.all, "an empty list of refusals refuses nothing"
        super().__init__("; ".join(str(one) for one in self.all))


def expanded(refusal: Refusal) -> Refusal | Refusals:
    """The refusal, or all those that it stands for."""
    if isinstance(refusal, ContentRefusal) and len(refusal.faults) > 1:
        return Refusals(refusal.faults)
    if isinstance(refusal, InvalidDocument) and refusal.faults:
        errors = [fault for fault in refusal.faults if fault.severity == "error"]
        return Refusals(
            Refusal(
                Code.INVALID_DOCUMENT,
                fault.path,
                value=fault.value,
                problem=fault.problem,
                remedy=fault.remedy,
            )
            for fault in errors or refusal.faults
        )
    return refusal


def problem_type(code: str) -> str:
    """The URI that names the kind of problem; it leads to its explanation."""
    return f"/api/v1/docs#{code}"


def problem_of(refusal: Refusal, *, language: Language) -> dict[str, Any]:
    """The problem details of a refusal with everything that it stands for."""
    whole = expanded(refusal)
    if isinstance(whole, Refusals):
        return problem_of_several(whole, language=language)
    return problem(whole, language=language)


def problem(refusal: Refusal, *, language: Language) -> dict[str, Any]:
    """The problem details of one refusal, by itself."""
    words = refusal_text(
        refusal.code, language=language, path=refusal.path, parameters=refusal.parameters
    )
    return {
        "type": problem_type(refusal.code.value),
        "title": words.title,
        "status": STATUS[refusal.code].value,
        "detail": words.detail,
        "code": refusal.code.value,
        "path": refusal.path,
        "parameters": refusal.parameters,
    }


def problem_of_several(refusals: Refusals, *, language: Language) -> dict[str, Any]:
    """The problem details of several refusals: the first, and all of them under ``errors``."""
    each = [problem(one, language=language) for one in refusals.all]
    return {**each[0], "errors": each}


def problem_of_fault(error: FaultError, *, language: Language) -> dict[str, Any]:
    """The problem details of a request that could not be read at all."""
    entry = catalogue(language)["http"][error.fault.value]
    assert isinstance(entry, dict), "every fault has a title and a detail"
    return {
        "type": problem_type(error.fault.value),
        "title": entry["title"],
        "status": FAULT_STATUS[error.fault].value,
        "detail": entry["detail"].format_map(error.parameters),
        "code": error.fault.value,
        "path": "",
        "parameters": error.parameters,
    }
