"""`habitue staff`: let the first owner in; everybody else is invited in the back office."""

import sys
from typing import Annotated

import psycopg
import typer

from habitue.domain.access import SYSTEM
from habitue.domain.errors import Refusal
from habitue.domain.identity.emails import normal_email
from habitue.interfaces.commands.exit_codes import ExitCode
from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import print_json, say, stop
from habitue.interfaces.texts.catalogue import refusal_text
from habitue.selectors.staff import list_staff
from habitue.services.access.staff import StaffDetails, add_staff, invite_staff

app = typer.Typer(help="Let the first owner in, or one who is locked out.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """A group, so that its one command keeps its name."""


@app.command()
def invite(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="The colleague's e-mail address.")],
    name: Annotated[str, typer.Option(help="The name, for somebody who is new.")] = "",
    role: Annotated[
        list[str] | None,
        typer.Option(help="What somebody new is; once for each. `owner` unless told."),
    ] = None,
    address: Annotated[
        str, typer.Option(help="Where the pages are reached.")
    ] = "http://127.0.0.1:8000",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Print a link, valid once and for a week, with which a colleague chooses a password.

    Somebody unknown is added first; somebody known keeps name and roles.
    """
    house = installation(context)
    now = house.clock.now()
    try:
        with psycopg.connect(house.open_migrated()) as connection:
            known = {one.email: one for one in list_staff(connection, actor=SYSTEM)}
            colleague = known.get(normal_email(email) or "")
            if colleague is None:
                details = StaffDetails(name=name or email, roles=role or ["owner"])
                colleague = add_staff(
                    connection, actor=SYSTEM, email=email, details=details, now=now
                )
            token = invite_staff(connection, actor=SYSTEM, staff_id=colleague.staff_id, now=now)
    except Refusal as refusal:
        words = refusal_text(
            refusal.code, language="en", path=refusal.path, parameters=refusal.parameters
        )
        stop(ExitCode.BAD_INPUT, words.detail)
    link = f"{address.rstrip('/')}/enter/{token}/"
    if as_json:
        print_json({"email": colleague.email, "name": colleague.name, "link": link})
        return
    say(f"{colleague.name} chooses a password here, once and within a week:")
    sys.stdout.write(link + "\n")
