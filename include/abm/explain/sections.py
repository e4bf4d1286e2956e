"""Parts of a story beside scores and style, each from one question to the warehouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import psycopg


@dataclass(frozen=True)
class Section:
    """A title and rows; no section stands without a row."""

    title: str
    rows: Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Question:
    """What to ask for a section, and the relation of the release it needs, if it may be missing."""

    title: str
    statement: str
    needs: str | None = None


NOW = (
    Question(
        "Overrides",
        """
        select override_id, style, kind, author, reason, origin, starts_on, ends_on, valid_from, valid_to
        from ops.override_ledger where account_id = %(account)s order by valid_from desc, override_id
        """,
    ),
    Question(
        "Edited by hand in a CRM",
        """
        select
            edits.destination, edits.object_key, edits.field, edits.written, edits.found, edits.decision, edits.since,
            edits.ends_on, edits.ended_at
        from ops.field_edits as edits
        inner join activation.crm_accounts as records using (destination, object_key)
        where records.account_id = %(account)s
        order by edits.found_at desc, edits.destination, edits.object_key, edits.field
        limit 20
        """,
    ),
    Question(
        "Leases",
        """
        select style, trigger, starts_on, ends_on, renewals, valid_from, valid_to
        from ops.lease_ledger where account_id = %(account)s order by valid_from desc, lease_id
        """,
    ),
    Question(
        "Qualified by marketing",
        """
        select rule, qualified_on, minutes, people, sales_answer, sales_reason, valid_to
        from ops.qualification_ledger where account_id = %(account)s order by qualified_on desc, rule
        """,
    ),
    Question(
        "Micro-segments",
        """
        select members.micro_segment_id, segments.name, members.marketer, members.valid_from, members.valid_to
        from ops.micro_segment_ledger as members
        left join marts.dim_micro_segments as segments using (micro_segment_id)
        where members.account_id = %(account)s order by members.valid_from desc
        """,
        needs="marts.dim_micro_segments",
    ),
    Question(
        "Waves",
        """
        select wave_id, starts_on, ends_on
        from ops.wave_ledger where account_id = %(account)s order by starts_on desc, wave_id
        """,
    ),
    Question(
        "Experiments",
        "select experiment, arm, entered_on from marts.fct_experiment_members"
        " where account_id = %(account)s order by experiment",
        needs="marts.fct_experiment_members",
    ),
    Question(
        "Inputs over time",
        """
        select
            valid_from, valid_to, value_band, annual_potential, account_score, engagement_score, proposed_style,
            reason_code
        from ops.input_ledger where account_id = %(account)s order by valid_from desc limit 10
        """,
    ),
    Question(
        "What the platforms hold",
        """
        select destination, object_key, state.acknowledged_at, state.payload::text as content
        from ops.sync_state as state
        inner join activation.crm_accounts as records using (destination, object_key)
        where records.account_id = %(account)s
        union all
        -- What a member is known by may be a person's: it is told that it is there, not what it is.
        select destination, object_key, state.acknowledged_at, null
        from ops.sync_state as state
        inner join (
            select destination, audience || '/' || member_key as object_key
            from activation.audience_members where account_id = %(account)s
        ) as members using (destination, object_key)
        order by 1, 2
        """,
    ),
)
ON_A_DAY = (
    Question(
        "Inputs",
        """
        select
            value_band, annual_potential, potential_method, account_score, revenue_potential_score,
            strategic_fit_score, influence_score, engagement_score, cltv_score, is_customer, proposed_style,
            score_reasons
        from ops.input_ledger where account_id = %(account)s and {held}
        """,
    ),
    Question(
        "Overrides",
        """
        select override_id, style, kind, author, reason, origin, starts_on, ends_on
        from ops.override_ledger where account_id = %(account)s and {held} order by override_id
        """,
    ),
    Question(
        "Leases",
        """
        select style, trigger, starts_on, ends_on, renewals
        from ops.lease_ledger where account_id = %(account)s and {held} order by lease_id
        """,
    ),
    Question(
        "Qualified by marketing",
        """
        select rule, qualified_on, minutes, people, sales_answer, sales_reason
        from ops.qualification_ledger where account_id = %(account)s and {held} order by rule
        """,
    ),
    Question(
        "Micro-segment",
        "select micro_segment_id, marketer from ops.micro_segment_ledger where account_id = %(account)s and {held}",
    ),
    Question(
        "Wave",
        "select wave_id, starts_on, ends_on from ops.wave_ledger where account_id = %(account)s and {held}",
    ),
)
HELD = "valid_from <= %(day)s and (valid_to is null or valid_to > %(day)s)"


def ask(cursor: psycopg.Cursor[dict[str, Any]], questions: Sequence[Question], values: dict[str, Any]) -> list[Section]:
    """Return the sections that have something to tell."""
    return list(_ask(cursor, questions, values))


def _ask(
    cursor: psycopg.Cursor[dict[str, Any]], questions: Sequence[Question], values: dict[str, Any]
) -> Iterator[Section]:
    for question in questions:
        if question.needs and not _exists(cursor, question.needs):
            continue
        statement = question.statement.replace("{held}", HELD)
        if rows := cursor.execute(statement.encode(), values).fetchall():
            yield Section(question.title, rows)


def _exists(cursor: psycopg.Cursor[dict[str, Any]], relation: str) -> bool:
    return cursor.execute("select to_regclass(%s) as found", [relation]).fetchone() != {"found": None}
