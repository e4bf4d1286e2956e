"""Values by which a policy's profiles, programmes and pilot name accounts, and which no account has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg import sql
from psycopg.rows import class_row

from abm.simulate.schemas import MARTS, OPS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg


@dataclass(frozen=True)
class UnmatchedTrait:
    """A value that no account has: misspelt, or not met yet."""

    owner: str
    attribute: str
    value: str


# Texts are compared as the models do: small letters, blanks for underscores; several values stand between semicolons.
_UNMATCHED = """
with rules as (
    select 'profile ' || profile as owner, attribute, value_text from {ops}.policy_profiles
    where attribute not in ('industry', 'country', 'region')  -- a profile may name markets nobody is known in yet
    union all
    select 'programme ' || programme, attribute, value_text from {ops}.policy_programme_rules
    union all
    select 'the pilot', 'domain', domain from {ops}.policy_pilot_domains
),
known as (
    select distinct trait.attribute, btrim(part) as value_text
    from {marts}.dim_accounts as accounts
    cross join lateral (values
        ('industry', industry), ('country', country), ('city', city), ('competitor', incumbent),
        ('imperative', imperative), ('technology', technologies), ('domain', domain)
    ) as trait (attribute, given)
    cross join lateral regexp_split_to_table(
        replace(lower(trait.given), '_', ' '), case trait.attribute when 'technology' then ';' else '$' end
    ) as part
    union
    select 'region', replace(lower(regions.region), '_', ' ')
    from {marts}.dim_accounts as accounts inner join seeds.regions as regions using (country)
)
select owner, attribute, value_text as value
from rules
where value_text is not null and not exists (
    select from known where known.attribute = rules.attribute and known.value_text = rules.value_text
)
order by owner, attribute, value
"""


def find_unmatched_traits(connection: psycopg.Connection) -> Sequence[UnmatchedTrait]:
    """Return the values of the rehearsed policy that no account has."""
    statement = sql.SQL(_UNMATCHED).format(ops=sql.Identifier(OPS), marts=sql.Identifier(MARTS))
    with connection.cursor(row_factory=class_row(UnmatchedTrait)) as cursor:
        return cursor.execute(statement).fetchall()
