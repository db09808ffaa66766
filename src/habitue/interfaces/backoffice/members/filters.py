"""The filters of the list of members: as a form, and as what the list is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from habitue.domain.member_filters import Birthdays, MemberFilters, Status
from habitue.interfaces.backoffice.members.words import plain_number
from habitue.interfaces.web.forms import Form
from habitue.interfaces.web.lexicons import Lexicons
from habitue.kit.instants import Instant, local_day
from habitue.kit.money import AmountError, parse_decimal
from habitue.selectors.figures import main_currency

NAMES: Final = (
    "tier", "status", "store", "joined", "latest", "birthdays", "balance_from", "balance_until",
)  # fmt: skip
_DAYS: Final = (7, 30, 90, 365)
_NO_TIER: Final = "-"
_STATUSES: Final[dict[str, Status | None]] = {"closed": "closed", "merged": "merged", "any": None}


class FilterForm(Form):
    """The filters, as the address says them."""

    tier = forms.ChoiceField(label=gettext_lazy("Tier"), required=False)
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=(
            ("", gettext_lazy("Active")),
            ("closed", gettext_lazy("Ended")),
            ("merged", gettext_lazy("Merged")),
            ("any", gettext_lazy("All")),
        ),
    )
    store = forms.ChoiceField(label=gettext_lazy("Home store"), required=False)
    joined = forms.ChoiceField(label=gettext_lazy("Joined"), required=False)
    latest = forms.ChoiceField(label=gettext_lazy("Latest purchase"), required=False)
    birthdays = forms.ChoiceField(label=gettext_lazy("Birthday"), required=False)
    balance_from = forms.CharField(required=False, max_length=14)
    balance_until = forms.CharField(required=False, max_length=14)

    def __init__(
        self, *args: Any, words: Lexicons, stores: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        structures = words.current.programme.structures
        codes = [tier.code for tiers in structures for tier in tiers.tiers]
        within = [(str(days), _within(days)) for days in _DAYS]
        choices = {
            "tier": [
                (_NO_TIER, _("No tier")),
                *((code, words.current.tier(code)) for code in codes),
            ],
            "store": stores,
            "joined": within,
            "latest": [*within, *((f"-{days}", _not_within(days)) for days in _DAYS[1:])],
            "birthdays": [("7", _("In the next 7 days")), ("30", _("In the next 30 days"))],
        }
        for name, some in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField), "filters are chosen"
            field.choices = [("", pgettext("filter of a list", "Any")), *some]
        currency = {"currency": words.current.currency(main_currency(words.current.programme))}
        self.fields["balance_from"].label = _("%(currency)s, at least") % currency
        self.fields["balance_until"].label = _("%(currency)s, at most") % currency
        for name in ("balance_from", "balance_until"):
            self.fields[name].widget.attrs["inputmode"] = "decimal"


def filters_of(given: Mapping[str, str], words: Lexicons, now: Instant) -> MemberFilters:
    """What the address asks for; a value that is none of the choices restricts nothing."""
    today = date.fromordinal(local_day(now, words.current.programme.zone))
    latest = given.get("latest", "")
    tier = given.get("tier")
    structure = words.current.programme.structure_of(tier or "")
    beside = structure is not None and bool(structure.key)
    return MemberFilters(
        tier="" if tier == _NO_TIER else None if beside else tier,
        beside=tier if beside else None,
        status=_STATUSES.get(given.get("status", ""), "active"),
        store=given.get("store"),
        joined_from=_days_ago(today, given.get("joined", "")),
        latest_from=None if latest.startswith("-") else _days_ago(today, latest),
        latest_until=_days_ago(today, latest[1:]) if latest.startswith("-") else None,
        birthdays=_coming(today, given.get("birthdays", "")),
        balance_from=_balance(given.get("balance_from", ""), words),
        balance_until=_balance(given.get("balance_until", ""), words),
    )


def _days_ago(today: date, text: str) -> date | None:
    return today - timedelta(days=int(text)) if text in map(str, _DAYS) else None


def _coming(today: date, text: str) -> Birthdays | None:
    return Birthdays(today, int(text)) if text in ("7", "30") else None


def _balance(text: str, words: Lexicons) -> int | None:
    if not text:
        return None
    try:
        return parse_decimal(
            plain_number(text), words.current.decimals(main_currency(words.current.programme))
        )
    except AmountError:
        return None


def _within(days: int) -> str:
    return ngettext("In the last %(days)s day", "In the last %(days)s days", days) % {"days": days}


def _not_within(days: int) -> str:
    return ngettext("Not in the last %(days)s day", "Not in the last %(days)s days", days) % {
        "days": days
    }
