"""`abm demo`: everything started, one night run under the scheduler, the result shown, everything stopped."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from abm.report import print_report
from abm.stack import DEMO_ACCOUNTS
from abm.stack.airflow import AirflowApi
from abm.stack.lifecycle import down, up
from abm.stack.night import DagRun, run_night

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from abm.settings import Settings


def demo(settings: Settings, console: Console, *, port: int | None = None, accounts: int = DEMO_ACCOUNTS) -> None:
    """Run the demo; raises AbmError that names the failed step. What it started is ended, whatever happens."""
    began = time.monotonic()

    def tell(line: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:4.0f} s[/dim]  {line}")

    with console.status("Starting"):
        stack = up(settings, port=port, accounts=accounts, tell=tell)
    try:
        tell(f"Airflow is healthy on {stack.airflow.url}; the night begins")
        _follow_night(AirflowApi(stack.airflow), console, tell)
        console.print()
        print_report(stack.warehouse_url, console)
        _where_to_look_next(console)
    finally:
        with console.status("Stopping everything"):
            down(settings)


def _follow_night(api: AirflowApi, console: Console, tell: Callable[[str], None]) -> None:
    shown: set[str] = set()
    with console.status("abm_ingest") as status:

        def show(run: DagRun) -> None:
            status.update(f"{run.dag_id}: {run.tasks_ended} of {run.tasks} tasks")
            if run.state == "success" and run.dag_id not in shown:
                shown.add(run.dag_id)
                tell(f"{run.dag_id} ended in {run.seconds:.0f} s ({run.tasks} tasks)")

        run_night(api, show=show)
    api.close()


def _where_to_look_next(console: Console) -> None:
    console.print(
        "\nWhere to look next",
        "  make up                         keep it running; it prints the address of Airflow's page and the password",
        "  .venv/bin/abm query 'select * from marts.fct_account_styles limit 5'",
        "  .venv/bin/abm explain ACCOUNT   the whole story of one account, by name, domain or id",
        "  .abm/lists                      the audience files",
        sep="\n",
        highlight=False,
    )
