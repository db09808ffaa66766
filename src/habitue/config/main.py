"""The command line's entry: settings are checked, Django is prepared, a command runs."""

import importlib
import sys

import psycopg
from django.db import OperationalError

from habitue.config import environment
from habitue.config.collector import calm_garbage_collector
from habitue.config.embedded import EmbeddedError
from habitue.config.installation import House, as_seen_by_commands
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.output import say

TRANSIENT = (
    psycopg.errors.LockNotAvailable,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
)


def main() -> None:
    """Run the command line; ends the process with a documented exit code."""
    problems = environment.check_all()
    if problems:
        say("\n".join(problems))
        sys.exit(ExitCode.BAD_SETTING)
    house = House()
    try:
        house.set_up_django()
        # Commands import services and these import models, which Django must know by then.
        commands = importlib.import_module("habitue.interfaces.commands.app")
        calm_garbage_collector()
        commands.app(obj=as_seen_by_commands(house))
    except TRANSIENT as error:
        say(f"Something else held what was needed: {error}".strip())
        sys.exit(ExitCode.TRY_AGAIN)
    except (EmbeddedError, psycopg.OperationalError, OperationalError) as error:
        say(f"The database cannot be used: {error}")
        say("`habitue doctor` tells what is missing.")
        sys.exit(ExitCode.NO_DATABASE)
    except KeyboardInterrupt:
        sys.exit(ExitCode.INTERRUPTED)
    finally:
        house.close()
