"""What a command's exit code means; documented in docs/operator/exit-codes.md."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The closed list of exit codes; the numbers above 63 are those of sysexits.h."""

    FINE = 0
    """Done, and nothing was found wrong."""
    FOUND_WRONG = 1
    """Done, and something was found wrong: a difference, a missing part, rejected lines."""
    USAGE = 2
    """The command line itself was wrong; nothing was done."""
    BAD_INPUT = 65
    """A file, a document or a value was refused; nothing was changed."""
    NO_DATABASE = 69
    """The database does not answer or refuses."""
    BROKEN = 70
    """A fault of the programme itself; the trace is on standard error."""
    TRY_AGAIN = 75
    """A lock or another command stood in the way; the same command may succeed later."""
    BAD_SETTING = 78
    """An environment variable has a value that cannot be used."""
    INTERRUPTED = 130
    """Ctrl-C."""
