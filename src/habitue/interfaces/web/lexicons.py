"""Lexicons for a page: of the version in force, and of those that made older lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from habitue.domain.errors import Code, Refusal
from habitue.domain.programme.model import Programme
from habitue.domain.programme.naming import Names
from habitue.interfaces.web.house import Connection
from habitue.interfaces.web.words.lexicon import Lexicon
from habitue.kit.instants import Instant
from habitue.selectors.programmes import Compiled, get_names, get_names_of, get_one_compiled


@dataclass(frozen=True, slots=True)
class Lexicons:
    """The words of all versions of one programme."""

    compiled: Compiled
    names: Names
    language: str
    current: Lexicon

    def of(self, version: int) -> Lexicon:
        """The lexicon of a version; of the one in force where there is no such version."""
        programme: Programme | None = self.compiled.versions.get(version)
        return self.current if programme is None else Lexicon(programme, self.names, self.language)


def lexicons(connection: Connection, *, code: str, language: str, now: Instant) -> Lexicons:
    """The words of a programme; refuses ``UNKNOWN_PROGRAMME``, and ``PROGRAMME_NOT_IN_EFFECT``
    before its first version."""
    compiled = get_one_compiled(connection, code=code)
    names = get_names(connection, code=code)
    number = compiled.number_at(now) or min(compiled.versions, default=0)
    if number not in compiled.versions:
        raise Refusal(Code.PROGRAMME_NOT_IN_EFFECT, "programme", value=code, at="")
    current = Lexicon(compiled.versions[number], names, language)
    return Lexicons(compiled, names, language, current)


def title_of(connection: Connection, *, code: str, language: str) -> str:
    """What a programme is called; refuses ``UNKNOWN_PROGRAMME``."""
    return get_names(connection, code=code).of_programme(code, language)


def titles_of(
    connection: Connection, *, codes: Sequence[str], language: str
) -> list[tuple[str, str]]:
    """Each of the codes with what its programme is called, in the order given."""
    names = get_names_of(connection, codes=codes)
    return [(code, names[code].of_programme(code, language)) for code in codes if code in names]
