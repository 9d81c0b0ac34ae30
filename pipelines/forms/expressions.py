"""CEL expressions of form definitions: compiled once, evaluated over the values of a document.

CEL has no loops and no side effects, so an expression of a form owner always ends;
`expression_limits.py` sees to it that it ends soon. Besides the standard functions there are
`age(birth, on)` (completed years), `days(from, to)` (whole days), `school_year(birth)` (western
year of entering primary school) and `same(a, b)` (the same text but for spaces and forms of one
kanji: 渡邊 太郎 and 渡辺太郎).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache

import celpy
from celpy import celtypes
from celpy.evaluation import base_functions

from pipelines.forms.expression_limits import (
    MACROS,
    ExpressionError,
    check_source,
    check_tree,
    search_pattern,
)
from pipelines.reference.variants import plain_forms

__all__ = ["EvaluationError", "Expression", "ExpressionError", "Value", "compile_expression"]

Value = str | int | bool | date | None | list[str]


class EvaluationError(Exception):
    """An expression failed on the values at hand (wrong type, unknown name)."""


def _age(birth: celtypes.TimestampType, on: celtypes.TimestampType) -> celtypes.IntType:
    before_birthday = (on.month, on.day) < (birth.month, birth.day)
    return celtypes.IntType(on.year - birth.year - before_birthday)


def _days(start: celtypes.TimestampType, end: celtypes.TimestampType) -> celtypes.IntType:
    return celtypes.IntType((end - start).days)


def _school_year(birth: celtypes.TimestampType) -> celtypes.IntType:
    # Born up to 1 April counts for the school year before (学校教育法第17条).
    early = (birth.month, birth.day) <= (4, 1)
    return celtypes.IntType(birth.year + (6 if early else 7))


def _same(a: celtypes.StringType, b: celtypes.StringType) -> celtypes.BoolType:
    return celtypes.BoolType(plain_forms("".join(a.split())) == plain_forms("".join(b.split())))


def _matches(text: celtypes.StringType, pattern: celtypes.StringType) -> celtypes.BoolType:
    # The library lets RE2 write the patterns that it refuses to stderr.
    if text is None:
        raise TypeError("matches(null)")
    return celtypes.BoolType(search_pattern(str(pattern)).search(str(text)) is not None)


def _equal(a: object, b: object) -> object:
    # The library refuses to compare numbers and lists with null; the CEL standard says false.
    if a is None or b is None:
        return celtypes.BoolType(a is b)
    return base_functions["_==_"](a, b)


def _unequal(a: object, b: object) -> object:
    if a is None or b is None:
        return celtypes.BoolType(a is not b)
    return base_functions["_!=_"](a, b)


def _not_null(name: str) -> Callable[[object], object]:
    # The library takes the size and the number of null for 0; the standard has neither.
    def call(value: object) -> object:
        if value is None:
            raise TypeError(f"{name}(null)")
        return base_functions[name](value)

    return call


_FUNCTIONS = {
    "age": _age,
    "days": _days,
    "school_year": _school_year,
    "same": _same,
    "matches": _matches,
    "_==_": _equal,
    "_!=_": _unequal,
    "size": _not_null("size"),
    "int": _not_null("int"),
}
_CALLABLE = frozenset({*base_functions, *_FUNCTIONS})
_ENVIRONMENT = celpy.Environment()


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A compiled expression and the top-level names it uses.

    `places` is where each name stands first: line and column from 1.
    """

    source: str
    names: frozenset[str]
    places: Mapping[str, tuple[int, int]]
    _program: celpy.Runner

    def evaluate(self, values: Mapping[str, Value]) -> bool:
        """Whether the expression holds for `values` (every name it uses must be a key).

        Raises `EvaluationError` when it does not give a truth value.
        """
        # Only what it uses: loading a form's hundred names takes longer than most expressions.
        used = tuple((name, values[name]) for name in sorted(self.names) if name in values)
        if all(value is None or isinstance(value, bool) for _, value in used):
            outcome = _outcome_of_blanks(self, used)
        else:
            outcome = self.outcome(used)
        if isinstance(outcome, str):
            raise EvaluationError(outcome)
        return outcome

    def outcome(self, used: Iterable[tuple[str, Value]]) -> bool | str:
        """Truth value for the names it uses, or why there is none."""
        try:
            result = self._program.evaluate({name: _to_cel(value) for name, value in used})
        except Exception as error:  # the library raises what the functions raise
            return f"{type(error).__name__} in: {self.source}"
        if not isinstance(result, celtypes.BoolType | bool):
            return f"not a truth value: {self.source}"
        return bool(result)


@lru_cache(maxsize=4096)
def _outcome_of_blanks(
    expression: Expression, used: tuple[tuple[str, bool | None], ...]
) -> bool | str:
    # Most boxes of most papers are blank: the same questions over and over.
    return expression.outcome(used)


@lru_cache(maxsize=4096)
def compile_expression(source: str) -> Expression:
    """Compile `source`. Raises `ExpressionError` with the place in the expression.

    Refused are slips of syntax, functions that nobody knows, and what is too long, too deep or too
    costly.
    """
    check_source(source)
    try:
        tree = _ENVIRONMENT.compile(source)
        program = _ENVIRONMENT.program(tree, functions=_FUNCTIONS)
    except celpy.CELParseError as error:
        line, column = error.line or 1, error.column or 1
        raise ExpressionError(str(error).splitlines()[0], line, column) from error
    check_tree(tree, _CALLABLE)
    places = _places(tree)
    return Expression(source, frozenset(places), places, program)


def _places(tree: celpy.Expression) -> dict[str, tuple[int, int]]:
    # `ident` nodes are variables; members after a dot and function names are other nodes.
    # In `list.exists(x, …)` the first argument declares a variable: it is no field name.
    declared = {
        str(next(call.children[2].children[0].find_data("ident")).children[0])
        for call in tree.find_data("member_dot_arg")
        if str(call.children[1]) in MACROS
    }
    found: dict[str, tuple[int, int]] = {}
    for node in tree.find_data("ident"):
        token = node.children[0]
        if str(token) not in declared:
            place = (token.line or 1, token.column or 1)
            found[str(token)] = min(place, found.get(str(token), place))
    return found


def _to_cel(value: Value) -> object:
    if isinstance(value, date) and not isinstance(value, datetime):
        return celtypes.TimestampType(datetime(value.year, value.month, value.day, tzinfo=UTC))
    return celpy.json_to_cel(value)
