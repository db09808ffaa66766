"""The types of the fields that a till may send, with their limits.

Numbers stay as they were sent (text, whole number or ``Decimal``); ``normalising`` makes them
exact.  A float never passes: it has no exact decimal value.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, TypeAlias

from pydantic import StringConstraints, WithJsonSchema

LONGEST_KEY: Final = 200
LONGEST_CODE: Final = 100
LONGEST_NAME: Final = 300
LONGEST_REASON: Final = 500
MOST_LINES: Final = 2000
MOST_ATTRIBUTES: Final = 50
MOST_PAYMENTS: Final = 10

# Neither C0 nor C1 controls nor DEL; lone surrogates fail by themselves, as they are not UTF-8.
PRINTABLE: Final = r"^[^\p{Cc}]*$"

KeyText: TypeAlias = Annotated[
    str,
    StringConstraints(
        strict=True, strip_whitespace=True, min_length=1, max_length=LONGEST_KEY, pattern=PRINTABLE
    ),
]
CodeText: TypeAlias = Annotated[
    str,
    StringConstraints(
        strict=True, strip_whitespace=True, min_length=1, max_length=LONGEST_CODE, pattern=PRINTABLE
    ),
]
NameText: TypeAlias = Annotated[
    str,
    StringConstraints(
        strict=True, strip_whitespace=True, min_length=1, max_length=LONGEST_NAME, pattern=PRINTABLE
    ),
]
ReasonText: TypeAlias = Annotated[
    str,
    StringConstraints(
        strict=True,
        strip_whitespace=True,
        min_length=1,
        max_length=LONGEST_REASON,
        pattern=PRINTABLE,
    ),
]
FreeText: TypeAlias = Annotated[
    str,
    StringConstraints(
        strict=True, strip_whitespace=True, max_length=LONGEST_REASON, pattern=PRINTABLE
    ),
]

Number: TypeAlias = Annotated[
    Any,
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}, {"type": "number"}],
            "description": "An exact decimal number, best sent as a text.",
            "examples": ["19.99"],
        }
    ),
]
Moment: TypeAlias = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "string",
            "format": "date-time",
            "description": "ISO 8601 with an offset.",
            "examples": ["2026-03-14T15:09:26+01:00"],
        }
    ),
]
Attribute: TypeAlias = Annotated[
    Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "boolean"}]})
]
