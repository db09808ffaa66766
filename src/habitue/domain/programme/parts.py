"""What the models of the document share: a closed base model, typed fields, and the way from
Pydantic's errors to faults that name path, value and remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Self, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ModelWrapValidatorHandler,
    PlainValidator,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from habitue.domain.programme.faults import Faults, Location, path_of
from habitue.domain.programme.reading import (
    LANGUAGES,
    DayOrInstant,
    one_of,
    read_currency,
    read_day_or_instant,
    read_days,
    read_decimal,
    read_period,
    read_slug,
    read_text,
    read_yes_no,
    read_zone,
    suggestion,
    wrong,
)
from habitue.kit.periods import Period

Slug = Annotated[str, BeforeValidator(read_slug)]
YesNo = Annotated[bool, PlainValidator(read_yes_no)]
Number = Annotated[Decimal, PlainValidator(read_decimal)]
Length = Annotated[Period, PlainValidator(read_period)]
Days = Annotated[int, PlainValidator(read_days)]
When = Annotated[DayOrInstant, PlainValidator(read_day_or_instant)]
Zone = Annotated[str, PlainValidator(read_zone)]
Money = Annotated[str, PlainValidator(read_currency)]


def read_label(raw: object) -> Mapping[str, str]:
    """A name for people: one text for all languages (under ``""``), or one for each."""
    if not isinstance(raw, Mapping):
        return {"": read_text(raw)}
    if not raw:
        raise wrong("empty", "Write a name for at least one language.")
    names = {}
    for language, text in raw.items():
        if language not in LANGUAGES:
            raise wrong("unknown_choice", f"Write names for {one_of(LANGUAGES)}.")
        names[language] = read_text(text)
    return names


Label = Annotated[Mapping[str, str], PlainValidator(read_label)]

_MAPPING_EXPECTED = ("dict_type", "model_type", "mapping_type", "model_attributes_type")


class Part(BaseModel):
    """A part of the document: knows its fields, takes no others, and reads ``null`` as absent."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="wrap")
    @classmethod
    def _restated(cls, raw: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(raw, cls):
            return raw
        raw = {} if raw is None else raw
        if not isinstance(raw, Mapping):
            fields = ", ".join(cls.known_fields())
            raise wrong("not_a_mapping", f"Write a mapping with fields among: {fields}.")
        known = cls.known_fields()
        try:
            return read(
                {
                    name: value
                    for name, value in raw.items()
                    if value is not None or name not in known
                }
            )
        except ValidationError as error:
            raise _restate(error, known) from None

    @classmethod
    def known_fields(cls) -> list[str]:
        """The fields as documents spell them."""
        return [field.alias or name for name, field in cls.model_fields.items()]


def _restate(error: ValidationError, known: list[str]) -> ValidationError:
    """The same errors with our codes and with remedies; those of inner parts pass unchanged."""
    return ValidationError.from_exception_data(
        error.title,
        [
            InitErrorDetails(
                type=_restated_type(item["type"], item["loc"], item["msg"], known),
                loc=item["loc"],
                input=item["input"],
            )
            for item in error.errors(include_url=False)
        ],
    )


def _restated_type(
    kind: str, location: Location, message: str, known: list[str]
) -> PydanticCustomError:
    name = location[-1] if location else ""
    if kind == "missing":
        return wrong("missing_field", f"Add the field {name}.")
    if kind == "extra_forbidden":
        return wrong(
            "unknown_field",
            f"Remove it, or write one of: {', '.join(known)}.{suggestion(name, known)}",
        )
    if kind == "invalid_key":
        return wrong("not_a_text", "Put the key in quotes: keys are texts.")
    if kind in _MAPPING_EXPECTED:
        return wrong("not_a_mapping", "Write a mapping (name: value).")
    if kind == "list_type":
        return wrong("not_a_list", "Write a list: [first, second].")
    return wrong(kind, message)


PartT = TypeVar("PartT", bound=Part)


def read_leniently(model: type[PartT], raw: Mapping[str, Any], faults: Faults) -> PartT | None:
    """Read a part; what is wrong in it is recorded and taken out, so that the rest can be checked
    too.  ``None`` where nothing sensible is left."""
    remaining = _copied(raw)
    record: Callable[[str, object, str, str], None] = faults.add
    while True:
        try:
            return model.model_validate(remaining)
        except ValidationError as error:
            found = error.errors(include_url=False)
        left_out = False
        for item in found:
            location = _place(item["loc"])
            record(path_of(location), _value_at(raw, location), item["type"], item["msg"])
            doomed = _doomed(location, item["type"])
            left_out = (bool(doomed) and _leave_out(remaining, doomed)) or left_out
        if not left_out:
            return None
        # What is missing from now on may have been taken out for a fault of its own.
        record = faults.echo


def _doomed(location: Location, problem: str) -> Location:
    """What has to go because of an error: a part that lacks a field makes no sense without it,
    and lists go as a whole, so that what is left keeps its places."""
    if problem == "missing_field":
        location = location[:-1]
    numbers = [index for index, step in enumerate(location) if isinstance(step, int)]
    return location[: numbers[0]] if numbers else location


def _place(location: Location) -> Location:
    """Pydantic marks a bad key by a step of its own."""
    return location[:-1] if location and location[-1] == "[key]" else location


def _value_at(raw: Any, location: Location) -> Any:
    for step in location:
        if isinstance(raw, Mapping):
            raw = raw.get(step)
        elif isinstance(raw, list | tuple) and isinstance(step, int) and step < len(raw):
            raw = raw[step]
        else:
            return raw
    return raw


def _copied(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A copy from which entries can be taken out, at every level."""
    return {
        name: _copied(value) if isinstance(value, Mapping) else value for name, value in raw.items()
    }


def _leave_out(remaining: dict[str, Any], location: Location) -> bool:
    """Take out the entry at ``location``; false where there is none."""
    inner: Any = remaining
    for step in location[:-1]:
        inner = inner.get(step) if isinstance(inner, dict) else None
    if not isinstance(inner, dict) or location[-1] not in inner:
        return False
    del inner[location[-1]]
    return True
