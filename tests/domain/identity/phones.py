"""A reader of telephone numbers for tests of the domain, which knows no numbering plans."""

from __future__ import annotations


class FrenchPhones:
    """Ten digits that begin with 0 are French; everything else must begin with ``+``."""

    def number(self, text: str) -> str | None:
        """The number in E.164."""
        digits = "".join(character for character in text if character not in " .-()")
        if digits.startswith("0") and len(digits) == 10 and digits.isdigit():
            return f"+33{digits[1:]}"
        if digits.startswith("+") and digits[1:].isdigit() and 8 <= len(digits) <= 16:
            return digits
        return None

    def prefixes(self, digits: str) -> tuple[str, ...]:
        """The beginnings in E.164."""
        plain = "".join(character for character in digits if character.isdigit())
        if not plain:
            return ()
        if "+" in digits:
            return (f"+{plain}",)
        return (f"+33{plain[1:]}",) if plain.startswith("0") else (f"+33{plain}", f"+{plain}")
