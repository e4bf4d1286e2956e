"""What a night decided and sent, in tables a person reads at the end of `abm demo` and `abm run`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.markup import escape
from rich.table import Table

from abm.activation import summary
from abm.warehouse import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

OUTCOMES = ("created", "updated", "removed", "unchanged", "refused", "failed", "held")
_EXPLAINED = 5
_MOVES_TOLD = 10
_MOVES = """
select
    coalesce(account_name, account_id), from_style || ' to ' || to_style, reason,
    round(planned_spend_before) || ' to ' || round(planned_spend_after)
from marts.fct_style_moves
order by greatest(planned_spend_before, planned_spend_after) desc, account_id
limit %s
"""
_FAULTS = """
select override_id, source, remedy from marts.fct_override_faults order by is_used, override_id limit %s
"""


# The newest plan of each destination that was to be sent.
_AUDIENCES = """
select
    forecasts.audience, forecasts.destination, forecasts.members, forecasts.expected_size, audiences.audience_size,
    forecasts.decision, forecasts.reason
from ops.audience_forecasts as forecasts
join (
    select distinct on (destination) run_id from ops.sync_runs
    where not is_dry_run order by destination, planned_at desc
) as runs using (run_id)
left join ops.sync_audiences as audiences using (destination, audience)
order by forecasts.destination, forecasts.audience
"""


def print_report(url: str, console: Console, *, is_sent: bool = True) -> None:
    """Print accounts per style against seats, the best-explained decisions, and what was sent where, if it was."""
    console.print(style_table(url), explained_table(url), *digest_tables(url), *(sent_tables(url) if is_sent else []))


def style_table(url: str) -> Table:
    rows = _query(
        url,
        """
        select capacity.style, capacity.used, capacity.seats, capacity.waitlisted, capacity.planned_spend
        from marts.fct_style_capacity as capacity
        join ops.releases on releases.as_of_date = capacity.as_of_date and releases.status = 'published'
        join ops.policy_styles as styles
            on styles.style = capacity.style and styles.policy_version = releases.policy_version
        order by styles.style_rank
        """,
    )
    table = Table("Style", title="Accounts per style, against the seats the team can support", title_justify="left")
    for heading in ("Accounts", "Seats", "Waitlist", "Planned spend"):
        table.add_column(heading, justify="right")
    for style, used, seats, waitlisted, spend in rows:
        table.add_row(
            style, _number(used), "no limit" if seats is None else _number(seats), _number(waitlisted), _number(spend)
        )
    return table


def explained_table(url: str) -> Table:
    """Pick decisions of different kinds, for each kind the account with the highest score."""
    rows = _query(
        url,
        """
        with ranked as (
            select
                accounts.account_name,
                styles.effective_style,
                scores.account_score,
                styles.reason,
                scores.score_reasons,
                row_number() over (
                    partition by styles.effective_style, styles.reason_code
                    order by scores.account_score desc nulls last, styles.account_id
                ) as place
            from marts.fct_account_styles as styles
            join marts.fct_account_scores as scores using (account_id, as_of_date)
            join marts.dim_accounts as accounts using (account_id)
        )
        select account_name, effective_style, round(account_score::numeric, 1), reason, score_reasons
        from ranked where place = 1
        order by account_score desc nulls last, account_name
        limit %s
        """,
        [_EXPLAINED],
    )
    table = Table(
        "Account", "Style", title=f"The {_EXPLAINED} best-explained decisions", title_justify="left", show_lines=True
    )
    table.add_column("Score", justify="right")
    table.add_column("Why")
    for name, style, score, reason, score_reasons in rows:
        table.add_row(
            escape(name),
            style,
            "" if score is None else str(score),
            f"{escape(reason)}\n[dim]{escape(score_reasons or '')}[/dim]",
        )
    return table


def digest_tables(url: str) -> list[Table]:
    """Tell who moved since the day before, why and what changes, and which overrides could not be used, if any."""
    moves, faults = _query(url, _MOVES, [_MOVES_TOLD]), _query(url, _FAULTS, [_MOVES_TOLD])
    return [
        *([_told_table("Who moved", ("Account", "Moves", "Why", "Planned spend"), moves)] if moves else []),
        *([_told_table("Overrides to look at", ("Override", "From", "What is wrong"), faults)] if faults else []),
    ]


def _told_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[Any]]) -> Table:
    table = Table(*headings, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(escape(str(value)) for value in row))
    return table


def outcome_table(url: str) -> Table:
    table = Table(
        title="What was written to each destination",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column("Destination", no_wrap=True)
    for outcome in OUTCOMES:
        table.add_column(outcome, justify="right", no_wrap=True)
    for run in summary(url):
        table.add_row(run.destination, *(_number(run.outcomes[outcome]) for outcome in OUTCOMES))
    return table


def sent_tables(url: str) -> list[Table]:
    return [outcome_table(url), *audience_tables(url)]


def audience_tables(url: str) -> list[Table]:
    """Tell of each audience what was expected of it and done with it, and what its platform counted last."""
    rows = _query(url, _AUDIENCES)
    table = Table("Audience", "On", title="Audiences, as planned and as read back", title_justify="left")
    for heading in ("Members", "Expected", "Read back"):
        table.add_column(heading, justify="right")
    table.add_column("What was done, and why")
    for audience, destination, members, expected, size, decision, reason in rows:
        told = (_number(members), _number(expected), _number(size))
        table.add_row(escape(audience), destination, *told, f"{decision}: {escape(reason)}")
    return [table] if rows else []


def _query(url: str, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    with connect(url) as connection:
        return connection.execute(statement.encode(), parameters).fetchall()


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,.0f}"
