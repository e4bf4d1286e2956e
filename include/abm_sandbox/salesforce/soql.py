"""Read SOQL: one object, its own fields, conditions, order, limit. No relationships, no aggregates but COUNT().

https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select.htm
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from abm_sandbox.salesforce.errors import SalesforceError
from abm_sandbox.salesforce.ids import is_id, long_id
from abm_sandbox.salesforce.moments import date_range, is_date_literal, stored
from abm_sandbox.salesforce.schema import NUMERIC, TEXTUAL, Field

if TYPE_CHECKING:
    from abm_sandbox.salesforce.org import Org

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>'(?:[^'\\]|\\.)*')
      | (?P<moment>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2}))?)
      | (?P<number>[+-]?\d+(?:\.\d+)?)
      | (?P<word>[A-Za-z_][\w.]*(?::\d+)?)
      | (?P<mark><=|>=|!=|<>|[=<>(),])
    )""",
    re.VERBOSE,
)
_COMPARISONS = {"=": "is", "!=": "is not", "<>": "is not", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_CASE_SENSITIVE = frozenset({"id", "reference"})


@dataclass
class Query:
    """A read query, as the parts of an SQL statement over the object's table."""

    object: str
    fields: tuple[Field, ...]
    is_count: bool = False
    where: str = "1"
    parameters: list[Any] = field(default_factory=list)
    order: str = "rowid"
    limit: int | None = None
    offset: int = 0


def parse(org: Org, text: str) -> Query:
    """Return the query; raises the errors that Salesforce answers for a text it cannot run."""
    return _Parser(org, text).query()


def malformed(message: str) -> SalesforceError:
    return SalesforceError(400, "MALFORMED_QUERY", message)


def invalid_field(message: str) -> SalesforceError:
    return SalesforceError(400, "INVALID_FIELD", message)


class _Parser:
    def __init__(self, org: Org, text: str) -> None:
        self._org = org
        self._text = text
        self._tokens = _tokenise(text)
        self._at = 0
        self._object = ""
        self._fields: dict[str, Field] = {}

    def query(self) -> Query:
        self._expect("select")
        names = self._selected()
        self._expect("from")
        self._object = self._org.object_name(self._next("word"))
        self._fields = self._org.fields(self._object)
        is_count = names == ["COUNT()"]
        query = Query(self._object, () if is_count else tuple(self._field(name) for name in names), is_count)
        if self._take("where"):
            query.where = self._any_of(query.parameters)
        if self._take("order"):
            self._expect("by")
            query.order = self._order()
        if self._take("limit"):
            query.limit = int(self._next("number"))
        if self._take("offset"):
            query.offset = int(self._next("number"))
        if self._at < len(self._tokens):
            raise malformed(f"unexpected token: '{self._tokens[self._at][1]}'")
        return query

    def _selected(self) -> list[str]:
        names = [self._next("word")]
        if names[0].lower() == "count" and self._take("("):
            self._expect(")")
            return ["COUNT()"]
        while self._take(","):
            names.append(self._next("word"))
        return names

    def _field(self, name: str) -> Field:
        own_name = name.split(".", 1)[1] if name.lower().startswith(f"{self._object.lower()}.") else name
        if (found := self._fields.get(own_name.lower())) is None:
            raise invalid_field(
                f"\n{self._text}\n{' ' * self._text.find(name)}^\nERROR at Row:1:Column:{self._text.find(name) + 1}\n"
                f"No such column '{own_name}' on entity '{self._object}'. If you are attempting to use a custom field, "
                "be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe "
                "call for the appropriate names."
            )
        return found

    def _any_of(self, parameters: list[Any]) -> str:
        terms = [self._all_of(parameters)]
        while self._take("or"):
            terms.append(self._all_of(parameters))
        return f"({' or '.join(terms)})"

    def _all_of(self, parameters: list[Any]) -> str:
        terms = [self._term(parameters)]
        while self._take("and"):
            terms.append(self._term(parameters))
        return f"({' and '.join(terms)})"

    def _term(self, parameters: list[Any]) -> str:
        if self._take("not"):
            return f"(not {self._term(parameters)})"
        if self._take("("):
            inner = self._any_of(parameters)
            self._expect(")")
            return inner
        return self._comparison(parameters)

    def _comparison(self, parameters: list[Any]) -> str:
        column = self._field(self._next("word"))
        quoted = f'"{column.name}"' + ("" if column.type in _CASE_SENSITIVE else " collate nocase")
        if self._take("like"):
            parameters.append(self._value(column))
            return f"(\"{column.name}\" like ? escape '\\')"
        if self._take("in"):
            return f"({quoted} in {self._list(column, parameters)})"
        if self._take("not"):
            self._expect("in")
            return f"({quoted} is null or {quoted} not in {self._list(column, parameters)})"
        mark = self._next("mark")
        if mark not in _COMPARISONS:
            raise malformed(f"unexpected token: '{mark}'")
        literal = self._peek()
        if literal is not None and literal[0] == "word" and is_date_literal(literal[1]):
            self._at += 1
            return _range_comparison(quoted, mark, date_range(literal[1], self._org.now(), column.type), parameters)
        parameters.append(self._value(column))
        return f"({quoted} {_COMPARISONS[mark]} ?)"

    def _list(self, column: Field, parameters: list[Any]) -> str:
        self._expect("(")
        values = [self._value(column)]
        while self._take(","):
            values.append(self._value(column))
        self._expect(")")
        parameters += values
        return f"({', '.join('?' * len(values))})"

    def _value(self, column: Field) -> Any:
        kind, text = self._peek() or ("end", "")
        self._at += 1
        if kind == "word" and text.lower() == "null":
            return None
        if kind == "word" and text.lower() in {"true", "false"}:
            self._must_be(column, column.type == "boolean", "boolean")
            return int(text.lower() == "true")
        if kind == "string":
            self._must_be(column, column.type in TEXTUAL, column.type, "should not be enclosed in quotes")
            return long_id(text[1:-1]) if column.type in _CASE_SENSITIVE and is_id(text[1:-1]) else _unescaped(text)
        if kind == "moment":
            self._must_be(column, column.type == ("datetime" if "T" in text else "date"), column.type)
            return stored(text) if "T" in text else text
        if kind == "number":
            self._must_be(column, column.type in NUMERIC, column.type, "should be enclosed in quotes")
            return float(text)
        raise malformed(f"unexpected token: '{text or '<EOF>'}'")

    @staticmethod
    def _must_be(column: Field, ok: bool, wanted: str, hint: str = "") -> None:
        if not ok:
            remedy = f" and {hint}" if hint else ""
            raise invalid_field(f"value of filter criterion for field '{column.name}' must be of type {wanted}{remedy}")

    def _order(self) -> str:
        terms = []
        while True:
            column = self._field(self._next("word"))
            direction = "desc" if self._take("desc") else "asc"
            if direction == "asc":
                self._take("asc")
            terms.append(f'"{column.name}" {direction} nulls {self._nulls()}')
            if not self._take(","):
                return ", ".join([*terms, "rowid"])

    def _nulls(self) -> str:
        if not self._take("nulls"):
            return "first"
        if self._take("last"):
            return "last"
        self._expect("first")
        return "first"

    def _peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _take(self, text: str) -> bool:
        found = self._peek()
        is_there = found is not None and found[0] != "string" and found[1].lower() == text
        self._at += is_there
        return is_there

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise malformed(f"unexpected token: '{(self._peek() or ('', '<EOF>'))[1]}'; expecting '{text}'")

    def _next(self, kind: str) -> str:
        found = self._peek()
        if found is None or found[0] != kind:
            raise malformed(f"unexpected token: '{found[1] if found else '<EOF>'}'")
        self._at += 1
        return found[1]


def _tokenise(text: str) -> list[tuple[str, str]]:
    tokens, at = [], 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise malformed(f"unexpected token: '{text[at:].strip()[:20]}'")
        tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
        at = match.end()
    return tokens


def _range_comparison(column: str, mark: str, bounds: tuple[str, str], parameters: list[Any]) -> str:
    start, end = bounds
    if mark in {"=", "!=", "<>"}:
        parameters += [start, end]
        inside = f"({column} >= ? and {column} < ?)"
        return inside if mark == "=" else f"({column} is null or not {inside})"
    parameters.append(end if mark in {">", "<="} else start)
    return f"({column} {'>=' if mark in {'>', '>='} else '<'} ?)"


def _unescaped(text: str) -> str:
    return re.sub(
        r"\\(.)", lambda match: _ESCAPES.get(match[1], match[0] if match[1] in "%_" else match[1]), text[1:-1]
    )
