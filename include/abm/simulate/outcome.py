"""What a rehearsal came to, read beside the published release."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 (dataclasses read the types when rows become objects)
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, LiteralString, TypeVar

from psycopg import sql
from psycopg.rows import class_row

from abm.simulate.schemas import ACTIVATION, MARTS
from abm.simulate.traits import UnmatchedTrait, find_unmatched_traits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

_Row = TypeVar("_Row")


@dataclass(frozen=True)
class Live:
    """The published release: what everything is compared with."""

    release_id: str
    as_of: dt.date
    policy_version: str
    is_review: bool
    currency: str


@dataclass(frozen=True)
class StyleCount:
    """One style on one side, before or after."""

    style: str
    accounts: int
    customers: int
    seats: int | None
    used: int | None
    waitlisted: int | None
    leased: int | None
    planned_spend: float | None
    band_low: float | None
    band_high: float | None


@dataclass(frozen=True)
class StyleLine:
    """One style before and after; `before` is None where nothing is published."""

    style: str
    label: str
    before: StyleCount | None
    after: StyleCount | None


@dataclass(frozen=True)
class Mover:
    """An account whose style would change; None stands for one that is not among the accounts on that side."""

    account_id: str
    account_name: str | None
    from_style: str | None
    to_style: str | None
    from_base_style: str | None
    to_base_style: str | None
    reason_code: str | None
    reason: str | None
    account_score: float | None
    annual_potential: float | None
    is_customer: bool | None
    is_due_anyway: bool


@dataclass(frozen=True)
class Audience:
    """Companies in one audience of a platform, before and after."""

    destination: str
    style: str
    audience: str
    before: int | None
    after: int


@dataclass(frozen=True)
class ExperimentLine:
    """One experiment of the policy in one style, and whether enough accounts are there to show its lift."""

    experiment: str
    label: str
    style: str
    status: str
    verdict: str
    is_large_enough: bool


@dataclass(frozen=True)
class Outcome:
    """All that a rehearsal shows, in the order it is shown."""

    styles: Sequence[StyleLine]
    movers: Sequence[Mover]
    audiences: Sequence[Audience]
    held_back: Mapping[str, int] = field(default_factory=dict)
    experiments: Sequence[ExperimentLine] = ()
    unmatched_traits: Sequence[UnmatchedTrait] = ()
    decisions_digest: str = ""


_LIVE = """
select release_id, as_of_date as as_of, policy_version, is_review, settings.value_text as currency
from ops.releases inner join ops.policy_settings as settings using (policy_version)
where status = 'published' and settings.setting = 'currency'
"""
_COUNTS = """
with decided as (
    select
        styles.effective_style as style, count(*) as accounts,
        count(*) filter (where accounts.is_customer) as customers
    from {marts}.fct_account_styles as styles
    inner join {marts}.dim_accounts as accounts using (account_id)
    group by styles.effective_style
)
select
    style, coalesce(decided.accounts, 0) as accounts, coalesce(decided.customers, 0) as customers,
    capacity.seats, capacity.used, capacity.waitlisted, capacity.leased,
    cast(capacity.planned_spend as double precision) as planned_spend,
    cast(capacity.band_low as double precision) as band_low, cast(capacity.band_high as double precision) as band_high
from decided
full join {marts}.fct_style_capacity as capacity using (style)
"""
_MOVERS = """
select
    account_id, coalesce(accounts.account_name, left_accounts.account_name) as account_name,
    old.effective_style as from_style, new.effective_style as to_style,
    old.base_style as from_base_style, new.base_style as to_base_style, new.reason_code, new.reason,
    cast(scores.account_score as double precision) as account_score,
    cast(accounts.annual_potential as double precision) as annual_potential, accounts.is_customer,
    -- A release made before proposals were kept has none.
    coalesce(to_jsonb(old) ->> 'proposed_style' = new.base_style and old.base_style <> new.base_style, false)
        as is_due_anyway
from marts.fct_account_styles as old
full join {marts}.fct_account_styles as new using (account_id)
left join {marts}.dim_accounts as accounts using (account_id)
left join {marts}.fct_account_scores as scores using (account_id)
left join marts.dim_accounts as left_accounts using (account_id)
where (old.effective_style, old.base_style) is distinct from (new.effective_style, new.base_style)
order by
    coalesce(array_position(%(styles)s::text[], new.effective_style), 99),
    coalesce(array_position(%(styles)s::text[], old.effective_style), 99),
    scores.account_score desc nulls last, account_id collate "C"
"""
_AUDIENCES = """
select
    destination, style, audience,
    coalesce(old.members, 0) as before, coalesce(new.members, 0) as after
from (
    select destination, style, audience, count(*) as members from activation.audience_members group by 1, 2, 3
) as old
full join (
    select destination, style, audience, count(*) as members from {activation}.audience_members group by 1, 2, 3
) as new using (destination, style, audience)
order by destination, coalesce(array_position(%(styles)s::text[], style), 99), audience
"""
_AUDIENCES_AFTER = """
select destination, style, audience, null as before, count(*) as after
from {activation}.audience_members
group by destination, style, audience
order by destination, coalesce(array_position(%(styles)s::text[], style), 99), audience
"""
# What keeps an account where it is, by the codes of decision 15; whose seat is withdrawn stands among the movers.
_HELD_BACK = """
select hold_reason, count(*) from {marts}.fct_account_styles
where hold_reason <> 'seat_withdrawn' group by hold_reason order by hold_reason
"""
_EXPERIMENTS = """
select experiment, label, style, status, verdict, is_large_enough from {marts}.fct_experiments
order by experiment, coalesce(array_position(%(styles)s::text[], style), 99)
"""
_DECISIONS_DIGEST = """
select md5(string_agg(md5((to_jsonb(styles) - 'release_id')::text), '' order by account_id collate "C"))
from {marts}.fct_account_styles as styles
"""


def read_live(connection: psycopg.Connection) -> Live | None:
    with connection.cursor(row_factory=class_row(Live)) as cursor:
        return cursor.execute(_LIVE).fetchone()


def read_outcome(
    connection: psycopg.Connection, labels: Mapping[str, str], *, has_before: bool, before_rate: float | None = 1.0
) -> Outcome:
    """Compare the rehearsal's marts with the live ones, or show only the former where nothing is published.

    `before_rate` is the worth of one unit of the live release's currency in the policy's; without one, what was
    planned before is left out.
    """
    order = {"styles": list(labels)}
    before = read_counts(connection, "marts") if has_before else {}
    digest = connection.execute(_in(_DECISIONS_DIGEST)).fetchone() or ("",)
    return Outcome(
        styles=_lines(
            read_counts(connection, MARTS),
            {style: _converted(count, before_rate) for style, count in before.items()},
            labels,
        ),
        movers=_rows(connection, Mover, _in(_MOVERS), order) if has_before else (),
        audiences=_rows(connection, Audience, _in(_AUDIENCES if has_before else _AUDIENCES_AFTER), order),
        held_back=dict(connection.execute(_in(_HELD_BACK)).fetchall()),
        experiments=_rows(connection, ExperimentLine, _in(_EXPERIMENTS), order),
        unmatched_traits=find_unmatched_traits(connection),
        decisions_digest=str(digest[0]),
    )


def read_counts(connection: psycopg.Connection, marts: str) -> dict[str, StyleCount]:
    return {line.style: line for line in _rows(connection, StyleCount, _in(_COUNTS, marts=marts), {})}


def _converted(count: StyleCount, rate: float | None) -> StyleCount:
    def worth(amount: float | None) -> float | None:
        return None if rate is None or amount is None else amount * rate

    return replace(
        count,
        planned_spend=worth(count.planned_spend),
        band_low=worth(count.band_low),
        band_high=worth(count.band_high),
    )


def _lines(
    after: Mapping[str, StyleCount], before: Mapping[str, StyleCount], labels: Mapping[str, str]
) -> Sequence[StyleLine]:
    shown = [*labels, *sorted({*after, *before} - set(labels))]
    return [
        StyleLine(style, labels.get(style, style), before.get(style), after.get(style))
        for style in shown
        if style in after or style in before
    ]


def _in(statement: LiteralString, **schemas: str) -> sql.Composed:
    names = {"marts": MARTS, "activation": ACTIVATION} | schemas
    return sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()})


def _rows(
    connection: psycopg.Connection, shape: type[_Row], statement: sql.Composed, values: Mapping[str, Any]
) -> Sequence[_Row]:
    with connection.cursor(row_factory=class_row(shape)) as cursor:
        return cursor.execute(statement, values).fetchall()
