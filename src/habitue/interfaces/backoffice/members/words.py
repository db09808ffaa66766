"""Words of the members' room that several of its pages use."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, pgettext_lazy

from habitue.domain.identity.kinds import Trust
from habitue.selectors.duplicates import Sign

TRUSTS: Final[dict[Trust, Promise]] = {
    Trust.GREET: pgettext_lazy("what an identifier allows", "greet"),
    Trust.EARN: pgettext_lazy("what an identifier allows", "earn"),
    Trust.SPEND: pgettext_lazy("what an identifier allows", "earn and spend"),
}
SIGNS: Final[dict[Sign, Promise]] = {
    Sign.SAME_MAILBOX: gettext_lazy("probably the same mailbox"),
    Sign.SAME_PHONE: gettext_lazy("a phone number that both have had"),
    Sign.SAME_IDENTIFIER: gettext_lazy("a card or other identifier that both have had"),
    Sign.SAME_NAME: gettext_lazy("the same name"),
    Sign.SAME_BIRTHDAY: gettext_lazy("the same date of birth"),
    Sign.SAME_STORE: gettext_lazy("at home in the same store"),
}
KINDS: Final[dict[str, Promise]] = {
    "card": pgettext_lazy("kind of identifier", "Card"),
    "phone": pgettext_lazy("kind of identifier", "Phone"),
    "email": pgettext_lazy("kind of identifier", "E-mail"),
    "plate": pgettext_lazy("kind of identifier", "Plate"),
    "nfc": pgettext_lazy("kind of identifier", "NFC card"),
    "serial": pgettext_lazy("kind of identifier", "Serial number"),
    "wallet": pgettext_lazy("kind of identifier", "Wallet pass"),
    "receipt": pgettext_lazy("kind of identifier", "Receipt"),
    "external": pgettext_lazy("kind of identifier", "Customer number"),
}


def plain_number(text: str) -> str:
    """A number as people type it, as the services read it."""
    return text.strip().replace("−", "-").replace("\u202f", "").replace(" ", "").replace(",", ".")
