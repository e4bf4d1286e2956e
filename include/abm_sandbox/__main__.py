"""Command line of the sandbox: `python -m abm_sandbox --home DIR`."""

from __future__ import annotations

import signal
import sqlite3
import threading
from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 (typer reads the types when it runs)
from typing import Annotated

import typer

from abm_sandbox.server import ENDPOINTS_FILE, running_sandbox
from abm_sandbox.world import World, generate

_Port = Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")]


def serve_sandbox(
    home: Annotated[Path, typer.Option(help="Folder of the stores; made where missing.")],
    *,
    accounts: Annotated[int, typer.Option(min=1, help="Companies in a new world.")] = 2000,
    seed: Annotated[int, typer.Option(min=0, help="The same seed makes the same world.")] = 1,
    today: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day a new world ends before; unset: today (UTC).")
    ] = None,
    salesforce_port: _Port = 0,
    hubspot_port: _Port = 0,
    linkedin_port: _Port = 0,
    google_port: _Port = 0,
    meta_port: _Port = 0,
    limits: Annotated[bool, typer.Option(help="Keep to the platforms' rate limits.")] = True,
) -> None:
    """Serve the platforms on 127.0.0.1 until SIGTERM or Ctrl-C; what clients write is kept for the next start."""
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def make_world() -> World:
        typer.echo(f"Making a world of {accounts} companies ...")
        return generate(seed, accounts, (today or datetime.now(UTC)).date())

    ports = {
        "salesforce": salesforce_port,
        "hubspot": hubspot_port,
        "linkedin": linkedin_port,
        "google": google_port,
        "meta": meta_port,
    }
    try:
        with running_sandbox(home, make_world, ports=ports, limits=limits, with_files=True) as endpoints:
            for name, endpoint in endpoints.items():
                typer.echo(f"{name:<12}{endpoint['base_url'] or endpoint['extra']['path']}")
            typer.echo(f"Credentials are in {home / ENDPOINTS_FILE}")
            ended.wait()
    except (OSError, RuntimeError, sqlite3.Error) as error:
        typer.echo(f"The sandbox did not start: {error}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(serve_sandbox)
