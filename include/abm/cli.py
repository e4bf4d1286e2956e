"""The command line. Each command opens what it needs, calls one function, and shows the result."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from datetime import UTC, date, datetime
from enum import StrEnum
from importlib.metadata import version as package_version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import stamina
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from abm.database_errors import database_errors_told
from abm.errors import AbmError, ConfigurationError, RetryableError
from abm.settings import load_settings
from abm.stack import DEMO_ACCOUNTS
from abm.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from abm.activation import Verdict

ABOUT = "Decide nightly how each account is treated, explain it, and write it back to CRM and advertising platforms."
BUG = 70  # what sysexits.h gives an internal error

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=ABOUT)
policy_app = typer.Typer(no_args_is_help=True, help="Check, show and describe the policy.")
app.add_typer(policy_app, name="policy")
console = Console(emoji=False)  # '1:One:' is a style, not a picture
errors = Console(stderr=True, emoji=False)

Port = Annotated[int | None, typer.Option(help="Port of Airflow's page; a free one unless told.", min=1, max=65535)]
Destination = Annotated[str, typer.Argument(help="salesforce, hubspot, linkedin, google, meta or lists.")]
Accounts = Annotated[int, typer.Option(help="Accounts in the sandbox's world, when it is made.", min=50)]


class Format(StrEnum):
    """How `abm query` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Report(StrEnum):
    """How `abm simulate`, `abm plan` and a dry run print what they found."""

    TABLE = "table"
    JSON = "json"


def main() -> None:
    """Run a command; an error we know ends with its text and exit code 1, bad configuration with 2."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what was started is stopped, as on Ctrl-C
    try:
        with database_errors_told():
            app()
    except ConfigurationError as error:
        for fault in error.faults:
            _fail(str(fault))
        sys.exit(2)
    except AbmError as error:
        _fail(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        errors.print("Stopped.")
        sys.exit(130)
    except Exception as error:
        if os.environ.get("ABM_DEBUG"):
            raise
        _fail(_bug(error))
        sys.exit(BUG)


def _fail(told: str) -> None:
    errors.print(f"[red]✗[/red] {escape(told)}", highlight=False, soft_wrap=True)


def _bug(error: Exception) -> str:
    """Tell where an error of ours arose; its text may quote a row, so only its kind and place are shown."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return (
        f"abm met an error it does not know: {type(error).__name__} in {Path(frame.filename).name}, "
        f"line {frame.lineno}. Run the command again with ABM_DEBUG=1 for the whole of it, and report that."
    )


def _show_version(is_asked: bool) -> None:
    if is_asked:
        console.print(package_version("abm-spectrum"), highlight=False)
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Take the options that go before a command."""
    stamina.instrumentation.set_on_retry_hooks([_tell_retry])


def _tell_retry(details: stamina.instrumentation.RetryDetails) -> None:
    if isinstance(details.caused_by, RetryableError):
        console.print(f"  [dim]{escape(str(details.caused_by))} (in {details.wait_for:.0f} s)[/dim]", highlight=False)


@app.command()
def demo(port: Port = None, accounts: Accounts = DEMO_ACCOUNTS) -> None:
    """Run one whole night on a seeded world under a real Airflow, show the result, stop everything."""
    from abm.stack.demo import demo as run_demo

    run_demo(load_settings(), console, port=port, accounts=accounts)


@app.command()
def up(port: Port = None, accounts: Accounts = DEMO_ACCOUNTS) -> None:
    """Start PostgreSQL, the sandbox and Airflow, and keep them running for the browser."""
    from abm.stack.lifecycle import up as start

    with console.status("Starting"):
        stack = start(load_settings(), port=port, accounts=accounts, tell=console.print)
    console.print(f"\nAirflow runs on [bold]{stack.airflow.url}[/bold]", highlight=False)
    console.print(stack.airflow.login(), highlight=False, markup=False, soft_wrap=True)
    console.print("Start a night there with abm_ingest; 'abm status' tells what runs, 'abm down' stops it.")


@app.command()
def down() -> None:
    """Stop what 'abm up' started."""
    from abm.stack.lifecycle import down as stop

    stopped = stop(load_settings())
    console.print(f"Stopped {', '.join(stopped)}." if stopped else "Nothing was running.")


@app.command()
def status() -> None:
    """Tell what runs."""
    from abm.stack.lifecycle import status as running

    table = Table("Part", "State", "Where")
    for part in running(load_settings()):
        table.add_row(part.name, "[green]running[/green]" if part.is_alive else "stopped", part.where)
    console.print(table)


@app.command()
def doctor() -> None:
    """Check configuration, connections and versions; every fault comes with its remedy."""
    from abm.doctor import examine

    findings = examine(load_settings())
    for finding in findings:
        mark = "[green]✓[/green]" if finding.fault is None else "[red]✗[/red]"
        console.print(f"{mark} {escape(finding.subject)}: {escape(finding.told)}", highlight=False, soft_wrap=True)
    if any(finding.fault for finding in findings):
        raise typer.Exit(1)


@policy_app.command("check")
def policy_check(
    file: Annotated[Path | None, typer.Argument(help="A policy.yml; unset: ABM_POLICY, or the defaults.")] = None,
) -> None:
    """Report every fault of a policy at once, with path, value and remedy."""
    from abm.policy.present import check_lines

    lines, is_usable = check_lines(file or load_settings().policy)
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    if not is_usable:
        raise typer.Exit(2)


@policy_app.command("show")
def policy_show(
    file: Annotated[Path | None, typer.Argument(help="A policy.yml; unset: ABM_POLICY, or the defaults.")] = None,
) -> None:
    """Print the whole policy in force, defaults included, as YAML."""
    from abm.policy.load import as_yaml, load_policy

    sys.stdout.write(as_yaml(load_policy(file or load_settings().policy)))


@policy_app.command("schema")
def policy_schema() -> None:
    """Print the JSON Schema of policy.yml, for editors."""
    from abm.policy.json_schema import json_schema

    sys.stdout.write(json_schema())


@app.command()
def load(
    folder: Annotated[Path, typer.Argument(help="Folder with CSV or Parquet files.", metavar="DIR")],
    mapping: Annotated[Path, typer.Option(help="YAML file that maps columns to the canonical entities.")],
) -> None:
    """Land a folder of files, checked and merged by key; loading it again changes nothing."""
    from abm.ingest import files_connection
    from abm.nightly import land_source

    with open_warehouse() as url, console.status(f"Loading {folder}"):
        merged = land_source(url, "files", files_connection(folder, mapping), f"load{_now():%Y%m%dT%H%M%S%f}")
    table = Table("Entity")
    for heading in ("Inserted", "Updated", "Deleted", "Unchanged"):
        table.add_column(heading, justify="right")
    for entity, counts in merged.items():
        numbers = (counts.inserted, counts.updated, counts.deleted, counts.unchanged)
        table.add_row(entity, *(f"{number:,}" for number in numbers))
    console.print(table)


@app.command()
def run(
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Compute as of this day, today at the latest.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Publish the release, plan and count; send nothing.")
    ] = False,
    is_review: Annotated[
        bool, typer.Option("--review", help="Review base styles: show who moves, and hold it until approved.")
    ] = False,
    approve_by: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who approves the review; it is published in this name.")
    ] = None,
    output: Annotated[Report, typer.Option("--format", help="How to print the plans of a dry run.")] = Report.TABLE,
) -> None:
    """Run a whole night without Airflow: ingest, model, activate."""
    from abm.nightly import Review, run_night
    from abm.report import print_report

    if approve_by and not is_review:
        raise typer.BadParameter("goes with --review only", param_hint="--approve-by")
    if output is Report.JSON and not dry_run:
        raise typer.BadParameter("json goes with --dry-run only", param_hint="--format")
    plans: list[Verdict] = []
    with open_warehouse() as url:
        night = run_night(
            url,
            load_settings(),
            now=_now(),
            as_of=_day(as_of),
            dry_run=dry_run,
            review=Review(approve_by) if is_review else None,
            tell=_tell_aside if output is Report.JSON else _tell,
            show=plans.append,
        )
        if output is Report.TABLE:
            print_report(url, console, is_sent=not dry_run)
    if dry_run:
        _show_plans(plans, output)
    for failure in night.failures:
        _fail(f"{failure.step}: {failure.error}")
    if night.failures:
        raise typer.Exit(1)


@app.command()
def explain(
    account: Annotated[str, typer.Argument(help="An account's id, domain or name.")],
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Tell what held on this past day, and why.")
    ] = None,
) -> None:
    """Tell an account's story: what is known, its scores, its style and why, what was sent where."""
    from abm.explain import day_tables, explain_day, story_tables
    from abm.explain import explain as tell

    if on and on.date() > _now().date():
        raise typer.BadParameter("has not come yet; 'abm simulate' rehearses what may", param_hint="--on")
    with open_warehouse() as url:
        told = day_tables(explain_day(url, account, on.date())) if on else story_tables(tell(url, account))
    console.print(*told, sep="\n")


@app.command()
def simulate(
    policy: Annotated[Path, typer.Option(help="The policy.yml to rehearse.", metavar="FILE")],
    *,
    months: Annotated[int, typer.Option(help="Replay that many past months first.", min=0, max=60)] = 0,
    as_night: Annotated[
        bool, typer.Option("--as-night", help="Rehearse a night instead of the next review: base styles are held.")
    ] = False,
    output: Annotated[Report, typer.Option("--format", help="How to print it.")] = Report.TABLE,
    html: Annotated[Path | None, typer.Option(help="Write a report with charts, too.", metavar="FILE")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the schemas simulation_* for queries.")] = False,
) -> None:
    """Rehearse a policy on today's data: who would move and why, seats, cost, audiences, benchmarks."""
    from abm.policy.load import load_policy
    from abm.simulate import show, simulate

    rehearsed = load_policy(policy)
    with open_warehouse() as url, errors.status("Rehearsing"):
        told = simulate(url, rehearsed, months=months, is_review=not as_night, keep=keep, tell=errors.print)
    show(told, rehearsed, console, is_json=output is Report.JSON, html=html)


@app.command()
def plan(
    destination: Destination,
    output: Annotated[Report, typer.Option("--format", help="How to print it.")] = Report.TABLE,
) -> None:
    """Show what would be sent to a destination, without sending it: counts, examples by key, limits exceeded."""
    from abm.nightly import activate_one

    with open_warehouse() as url:
        run_id = f"{destination}-plan{_now():%Y%m%dT%H%M%S%f}"
        _show_plans([activate_one(url, load_settings(), destination, run_id, dry_run=True)], output)


@app.command()
def send(
    destination: Destination,
    plan: Annotated[
        str | None,
        typer.Option(metavar="PLAN", help="Send this plan only, as 'abm plan' named it, past its budget too."),
    ] = None,
    approve_by: Annotated[str | None, typer.Option(metavar="NAME", help="Who approves that plan.")] = None,
) -> None:
    """Send what differs to a destination now; past its budget a person approves exactly the plan they saw."""
    from abm.nightly import Approval, activate_one
    from abm.report import outcome_table

    if (plan is None) != (not approve_by):
        raise typer.BadParameter("go together", param_hint="--plan and --approve-by")
    with open_warehouse() as url:
        run_id = f"{destination}-send{_now():%Y%m%dT%H%M%S%f}"
        approval = Approval(plan, approve_by) if plan and approve_by else None
        _tell(activate_one(url, load_settings(), destination, run_id, approval=approval).counts)
        console.print(outcome_table(url))


def _show_plans(plans: Sequence[Verdict], output: Report) -> None:
    from abm.activation.guards import plan_tables, plans_as_json

    if output is Report.JSON:
        sys.stdout.write(plans_as_json(plans) + "\n")
        return
    for shown in plans:
        _tell(shown.counts)
        console.print(*plan_tables(shown), highlight=False)


@app.command()
def export(
    style: Annotated[str, typer.Option(help="one_to_one, one_to_few, one_to_many or targeted_demand_gen.")],
    platform: Annotated[str, typer.Option(help="Whose upload template to write: linkedin, google or meta.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.", metavar="DIR")],
) -> None:
    """Write one style's audience as a file in a platform's own upload template."""
    from abm.destinations.lists.export import export as write
    from abm.policy.load import load_policy
    from abm.sources import person_entities

    with open_warehouse() as url:
        form = load_policy(load_settings().policy).audience_lists.people
        written = write(url, style=style, platform=platform, out=out, people=form, entities=person_entities())
    console.print(f"{written.rows:,} rows in {written.path}", soft_wrap=True)


@app.command()
def query(
    statement: Annotated[str, typer.Argument(help="One SQL statement; nothing can be changed by it.", metavar="SQL")],
    output: Annotated[Format, typer.Option("--format", help="How to print the rows.")] = Format.TABLE,
) -> None:
    """Ask the warehouse, read-only."""
    from abm.query import print_rows

    with open_warehouse() as url:
        print_rows(url, statement, output.value, console)


def _tell_aside(line: str) -> None:
    errors.print(line, markup=False, highlight=False, soft_wrap=True)


def _tell(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _now() -> datetime:
    return datetime.now(UTC)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None
