"""`habitue serve`: the server, with its database, until interrupted."""

from typing import Annotated

import typer

from habitue.interfaces.commands.installation import installation
from habitue.interfaces.commands.output import say


def serve(
    context: typer.Context,
    host: Annotated[
        str, typer.Option(envvar="HABITUE_HOST", help="Address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="HABITUE_PORT", min=1, max=65535, help="Port to listen on.")
    ] = 8000,
    workers: Annotated[
        int, typer.Option(envvar="HABITUE_WORKERS", min=1, max=64, help="Server processes.")
    ] = 1,
    with_worker: Annotated[
        bool,
        typer.Option("--worker/--no-worker", help="Run a worker beside; see `habitue worker`."),
    ] = True,
) -> None:
    """Bring the database up to date and serve until Ctrl-C."""
    house = installation(context)
    house.open_migrated()
    shown = f"[{host}]" if ":" in host else host
    say(f"Habitué listens on http://{shown}:{port}/ (API: http://{shown}:{port}/api/v1/docs)")
    house.serve(host=host, port=port, workers=workers, with_worker=with_worker)
