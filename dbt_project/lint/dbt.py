"""Stand-ins for dbt's cross-database macros, so that sqlfluff can render the models without dbt or a server.

Only the form matters here; what the warehouse runs comes from dbt itself.
"""


def split_part(string_text: str, delimiter_text: str, part_number: int) -> str:
    return f"split_part({string_text}, {delimiter_text}, {part_number})"


def concat(fields: list[str]) -> str:
    return " || ".join(fields)


def date_trunc(datepart: str, date: str) -> str:
    return f"date_trunc('{datepart}', {date})"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    return f"datediff({first_date}, {second_date}, '{datepart}')"


def dateadd(datepart: str, interval: int | str, from_date_or_timestamp: str) -> str:
    return f"dateadd('{datepart}', {interval}, {from_date_or_timestamp})"


def current_timestamp() -> str:
    return "current_timestamp"


def last_day(date: str, datepart: str) -> str:
    return f"last_day({date}, '{datepart}')"


def hash(field: str) -> str:  # noqa: A001 (dbt's own name)
    return f"md5({field})"


def length(expression: str) -> str:
    return f"length({expression})"


def right(string_text: str, length_expression: int | str) -> str:
    return f"right({string_text}, {length_expression})"


def replace(field: str, old_chars: str, new_chars: str) -> str:
    return f"replace({field}, {old_chars}, {new_chars})"


def position(substring_text: str, string_text: str) -> str:
    return f"position({substring_text} in {string_text})"


def bool_or(expression: str) -> str:
    return f"bool_or({expression})"


def any_value(expression: str) -> str:
    return f"any_value({expression})"


def listagg(measure: str, delimiter_text: str = "','", order_by_clause: str = "", _limit_num: int | None = None) -> str:
    return f"string_agg({measure}, {delimiter_text} {order_by_clause})"


def string_literal(value: str) -> str:
    return f"'{value}'"


def safe_cast(field: str, type_name: str) -> str:
    return f"cast({field} as {type_name})"


def type_string() -> str:
    return "text"


def type_timestamp() -> str:
    return "timestamp"


def type_int() -> str:
    return "integer"


def type_bigint() -> str:
    return "bigint"


def type_float() -> str:
    return "float"


def type_numeric() -> str:
    return "numeric"


def type_boolean() -> str:
    return "boolean"
