"""The forms of what is answered, and of requests that are no events: for the documentation, and
for the tests that hold every answer against them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from habitue.domain.received.fields import Moment

Instant = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
Date = Annotated[str, WithJsonSchema({"type": "string", "format": "date"})]
Uuid = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
Decimals = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?\d+(\.\d+)?$",
            "description": "An exact decimal number.",
            "examples": ["37"],
        }
    ),
]


class Form(BaseModel):
    """What every form is: closed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Health(Form):
    """Whether the server can record."""

    status: Literal["ok"]
    version: str


class ProgrammeForm(Form):
    """A programme."""

    code: str
    currency: str = Field(description="The currency of money, ISO 4217.")
    latest_version: int
    created_at: Instant


class ProgrammeList(Form):
    """All programmes that the key may see, by code."""

    items: list[ProgrammeForm]


class VersionSummary(Form):
    """A published version; it never changes."""

    programme: str
    number: int
    effective_at: Instant
    published_at: Instant
    published_by: str
    document_hash: str = Field(description="SHA-256 of the document.")


class VersionList(Form):
    """All versions of a programme, the newest first."""

    items: list[VersionSummary]


class VersionForm(VersionSummary):
    """A published version with its document."""

    document: dict[str, Any]
    written: str | None = Field(
        default=None,
        description="The YAML that it was published from, with its comments; absent where it did "
        "not come as a text.",
    )


class VersionRequest(Form):
    """A document to be published as the next version."""

    document: dict[str, Any] = Field(description="The programme document.")
    effective_at: Moment = Field(default=None, description="When it takes effect; now if absent.")
    expected_version: Annotated[int, Field(ge=0)] | None = Field(
        default=None, description="The newest version that you know; another one is refused."
    )


class Finding(Form):
    """Something in a document that is worth a look, although it can be used."""

    path: str = Field(description="The place in the document.")
    value: str = Field(description="What stands there, shortened.")
    problem: str = Field(description="What it is; docs/user/programme-findings.md lists them all.")
    remedy: str
    severity: Literal["error", "warning", "note"]
    example: dict[str, Any] | None = Field(
        None, description="Events that show it, decided by the engine, where there are any."
    )


class Publication(Form):
    """The version that the document has become."""

    programme: str
    number: int
    effective_at: Instant
    created: bool = Field(description="False where the newest version is the same document.")
    moved: int = Field(description="How many members it moved up between tiers at once.")
    findings: list[Finding] = Field(
        description="What the static checks found in the document, the gravest first."
    )
