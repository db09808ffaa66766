"""Forms of the counter: a purchase as an amount or line by line, and points to be spent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from habitue.interfaces.web.forms import OnceForm
from habitue.kit.money import currency_exponent

LINES: Final = 6
_PIECE_AT_MOST: Final = 999
_MOST_DIGITS: Final = 12
# What is sold is called so in the books where nobody said what it was.
GOODS: Final = "goods"


class AmountField(forms.DecimalField):
    """A number as hands in a hurry type it: with a comma or a point, in every language."""

    def __init__(self, *, attributes: dict[str, Any] | None = None, **options: Any) -> None:
        typed = {"inputmode": "decimal", "autocomplete": "off"} | (attributes or {})
        widget = forms.TextInput(attrs=typed)
        super().__init__(min_value=Decimal(0), max_digits=_MOST_DIGITS, widget=widget, **options)

    def to_python(self, value: Any) -> Any:
        """The number; a comma is a decimal point, thousands are not grouped."""
        if isinstance(value, str):
            value = "".join(value.split()).replace(",", ".")
        return super().to_python(value)


class SaleForm(OnceForm):
    """A purchase: an amount, or the lines of the receipt.

    Lines are shown to whoever asks for them, ``with_lines``, and to whoever typed some.  Where the
    programme has discounts, they may be taken off; ``shown`` is then the price that was shown.
    """

    def __init__(
        self,
        *args: Any,
        currency: str,
        with_lines: bool = False,
        with_discounts: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.with_lines = with_lines
        self.with_discounts = with_discounts
        if with_discounts:
            self.fields["discounts"] = forms.BooleanField(
                label=gettext_lazy("Take the member’s discounts off"), required=False, initial=True
            )
            self.fields["shown"] = forms.CharField(
                required=False, max_length=20, widget=forms.HiddenInput
            )
        decimals = currency_exponent(currency)
        self.fields["amount"] = AmountField(
            label=gettext_lazy("Amount"),
            required=False,
            decimal_places=decimals,
            attributes={"autofocus": True, "data-amount": True},
        )
        if self.is_bound or with_lines:
            for place in range(1, LINES + 1):
                self.fields |= _line(place, decimals)

    @property
    def line_fields(self) -> list[list[forms.BoundField]]:
        """The fields of the lines, row by row."""
        names = ("name", "category", "pieces", "amount")
        return [[self[f"{name}_{place}"] for name in names] for place in range(1, LINES + 1)]

    @property
    def shows_lines(self) -> bool:
        """Whether the lines are shown."""
        return self.with_lines or (
            self.is_bound and any(field.data for row in self.line_fields for field in row)
        )

    def clean(self) -> dict[str, Any]:
        """An amount, or lines with an amount each, that add up where both are given."""
        cleaned: dict[str, Any] = super().clean() or {}
        places = range(1, LINES + 1)
        priced = [place for place in places if cleaned.get(f"amount_{place}") is not None]
        for place in places:
            if place not in priced and f"amount_{place}" not in self.errors and self._said(place):
                self.add_error(f"amount_{place}", _("What did it cost? Add the amount."))
        if self.errors:
            return cleaned
        total = cleaned.get("amount")
        if not priced and total is None:
            self.add_error("amount", _("How much was it? Type the amount of the receipt."))
        elif priced and total not in (None, sum(cleaned[f"amount_{place}"] for place in priced)):
            self.add_error("amount", _("The lines add up to another amount. Correct one of them."))
        return cleaned

    def lines(self) -> list[dict[str, str]]:
        """The lines as the intake takes them."""
        cleaned = self.cleaned_data
        found = []
        for place in range(1, LINES + 1):
            amount = cleaned.get(f"amount_{place}")
            if amount is None:
                continue
            name = cleaned.get(f"name_{place}") or GOODS
            line = {"product": name, "name": name, "amount": f"{amount:f}"}
            line["quantity"] = str(cleaned.get(f"pieces_{place}") or 1)
            if cleaned.get(f"category_{place}"):
                line["category"] = cleaned[f"category_{place}"].lower()
            found.append(line)
        return found or [{"product": GOODS, "amount": f"{cleaned['amount']:f}"}]

    @property
    def takes_discounts(self) -> bool:
        """Whether the amounts are those before the member's discounts."""
        return self.with_discounts and bool(self.cleaned_data.get("discounts"))

    def _said(self, place: int) -> bool:
        return any(self.cleaned_data.get(f"{name}_{place}") for name in ("name", "category"))


def _line(place: int, decimals: int) -> dict[str, forms.Field]:
    first = {"autofocus": True} if place == 1 else {}
    return {
        f"name_{place}": forms.CharField(
            label=pgettext_lazy("line of a receipt", "What"),
            required=False,
            max_length=100,
            widget=forms.TextInput(attrs={"autocomplete": "off", **first}),
        ),
        f"category_{place}": forms.CharField(
            label=gettext_lazy("Category"),
            required=False,
            max_length=60,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        ),
        f"pieces_{place}": forms.IntegerField(
            label=gettext_lazy("Pieces"),
            required=False,
            min_value=1,
            max_value=_PIECE_AT_MOST,
        ),
        f"amount_{place}": AmountField(
            label=gettext_lazy("Amount"), required=False, decimal_places=decimals
        ),
    }


class RedeemForm(OnceForm):
    """Points to be spent."""

    currency = forms.ChoiceField(label=pgettext_lazy("which points", "Which"))
    units = AmountField(
        label=gettext_lazy("How many"), decimal_places=6, attributes={"data-units": True}
    )
    purpose = forms.CharField(
        label=gettext_lazy("What for"),
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, currencies: list[tuple[str, str]], **kwargs: Any) -> None:
        # It stands on one page with the form of a purchase.
        kwargs.setdefault("auto_id", "spend_%s")
        super().__init__(*args, **kwargs)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField), "the currency is chosen"
        field.choices = currencies
