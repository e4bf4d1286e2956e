"""Whether what stands in a field is what we wrote there, in whatever spelling the platform gives it back."""

from __future__ import annotations

from psycopg import sql

# How platforms give back what was written: numbers with other decimals, moments for days, an unticked box for nothing,
# other white space. Each cast stands behind its own test, for SQL may evaluate both sides of an `and`.
_DAY = r"^\d{4}-\d\d-\d\d$"
NUMBER = r"^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})([eE][+-]?\d{1,2})?$"
_NUMBER_AS_WRITTEN = r"^-?(0|[1-9]\d{0,19})(\.\d{1,20})?$"  # a text 0010 is no number
_IS_SAME = sql.SQL(r"""
case
    when {written} is null or {written} in ('null', '""') then coalesce({found}, 'false') in ('false', 'False')
    when {found} is null then btrim(regexp_replace({written} #>> '{{}}', '\s+', ' ', 'g')) = ''
    when jsonb_typeof({written}) = 'number' or {written} #>> '{{}}' ~ {as_written}
        then case
            when {found} ~ {number} then round({found}::numeric, 2) = round(({written} #>> '{{}}')::numeric, 2)
            else false
        end
    when {written} #>> '{{}}' in ('true', 'false') then lower({found}) = {written} #>> '{{}}'
    when {written} #>> '{{}}' ~ {day}
        then {written} #>> '{{}}' = case
            when {found} ~ '^\d{{12,14}}$'
                then to_char(to_timestamp({found}::bigint / 1000.0) at time zone 'UTC', 'YYYY-MM-DD')
            else left({found}, 10)
        end
    else btrim(regexp_replace({written} #>> '{{}}', '\s+', ' ', 'g'))
        = btrim(regexp_replace({found}, '\s+', ' ', 'g'))
end
""")


def trimmed(found: sql.Composable) -> sql.Composable:
    """Return a text without white space around it; null where nothing is left."""
    return sql.SQL(r"nullif(btrim({}, E' \t\r\n'), '')").format(found)


def is_same(written: sql.Composable, found: sql.Composable) -> sql.Composable:
    """Return the condition that a trimmed text `found` on a platform is what a JSON value became there."""
    return _IS_SAME.format(
        written=written,
        found=found,
        number=sql.Literal(NUMBER),
        as_written=sql.Literal(_NUMBER_AS_WRITTEN),
        day=sql.Literal(_DAY),
    )
