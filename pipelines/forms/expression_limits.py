"""What an expression of a form owner may cost: length, nesting, steps, and the names it may call.

CEL always ends, but not always soon: lists within lists within lists take as long as one likes.
Patterns of `matches` run in RE2, whose time is linear in the text; they are compiled here once.
"""

from collections.abc import Collection, Iterator
from typing import Any

import re2

LONGEST = 2000
"""Characters of one expression."""
DEEPEST = 24
"""Brackets within brackets, and signs (`!`, `-`) one after the other."""
MOST_STEPS = 50_000
"""Nodes visited at the worst: about half a second on one core."""
LONGEST_PATTERN = 300
_LIST = 50
"""Elements taken for a list that is not written out (a mark group)."""
MACROS = frozenset({"all", "exists", "exists_one", "map", "filter"})
_MACROS = MACROS | {"has"}
_SEARCH = re2.Options()
_SEARCH.log_errors = False


class ExpressionError(Exception):
    """An expression that cannot be used; `line` and `column` count from 1 within it.

    `reason` is the same in Japanese, empty for mere syntax.
    """

    def __init__(self, message: str, line: int, column: int, reason: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.column = column
        self.reason = reason


def search_pattern(pattern: str) -> Any:
    """Compile a pattern of `matches`. Raises `re2.error` for one that RE2 refuses."""
    return re2.compile(pattern, _SEARCH)


def check_source(source: str) -> None:
    """Refuse what is too long or too deep to be looked at. Raises `ExpressionError`."""
    if len(source) > LONGEST:
        raise ExpressionError(
            f"longer than {LONGEST} characters", 1, 1, f"式が長すぎます（{LONGEST}文字まで）"
        )
    depth = signs = 0
    quote = ""
    line, column = 1, 0
    for i, char in enumerate(source):
        line, column = (line + 1, 0) if char == "\n" else (line, column + 1)
        if quote:
            quote = "" if char == quote and source[i - 1] != "\\" else quote
            continue
        quote = char if char in "'\"" else ""
        signs = signs + 1 if char in "!-" else signs if char.isspace() else 0
        depth += (char in "([{") - (char in ")]}")
        if depth > DEEPEST or signs > DEEPEST:
            raise ExpressionError("nested too deeply", line, column, "式の入れ子が深すぎます")


def check_tree(tree: Any, functions: Collection[str]) -> None:
    """Refuse functions that nobody knows, patterns that RE2 refuses, and what costs too much.

    `tree` is the syntax tree of the library. Raises `ExpressionError`.
    """
    for name in _called(tree):
        if str(name) not in functions and str(name) not in _MACROS:
            raise ExpressionError(
                f"unknown function {name}",
                name.line or 1,
                name.column or 1,
                f"「{name}」という関数はありません",
            )
    for pattern in _patterns(tree):
        _check_pattern(pattern)
    longest = max([_LIST, *(len(node.children) for node in tree.find_data("exprlist"))])
    try:
        steps = _steps(tree, longest)
    except RecursionError:
        raise ExpressionError("nested too deeply", 1, 1, "式の入れ子が深すぎます") from None
    if steps > MOST_STEPS:
        raise ExpressionError(
            f"may take {steps} steps, {MOST_STEPS} are allowed",
            1,
            1,
            "式の計算に時間がかかりすぎます",
        )


def _called(tree: Any) -> Iterator[Any]:
    for node in tree.find_data("ident_arg"):
        yield node.children[0]
    for node in tree.find_data("member_dot_arg"):
        yield node.children[1]


def _patterns(tree: Any) -> Iterator[Any]:
    """Literal patterns of `matches`, as tokens with their quotes."""
    for call in tree.find_data("member_dot_arg"):
        if str(call.children[1]) == "matches" and len(call.children) > 2:
            yield from (literal.children[0] for literal in call.children[2].find_data("literal"))


def _check_pattern(token: Any) -> None:
    text = str(token)
    raw = text[:1] in "rR"
    pattern = text.lstrip("rR").strip("'\"")
    pattern = pattern if raw else pattern.replace("\\\\", "\\")
    refused = len(pattern) > LONGEST_PATTERN
    try:
        search_pattern(pattern)
    except re2.error:
        refused = True
    if refused:
        raise ExpressionError(
            "pattern of matches() is too long or not RE2",
            token.line or 1,
            token.column or 1,
            f"matches の正規表現が正しくないか、長すぎます（{LONGEST_PATTERN}文字まで）",
        )


def _steps(node: Any, longest: int) -> int:
    """Bound the nodes that are visited: the body of a macro once for each element of its list."""
    children = getattr(node, "children", None)
    if children is None:
        return 0
    if node.data == "member_dot_arg" and str(children[1]) in MACROS and len(children) > 2:
        return _steps(children[0], longest) + _elements(children[0], longest) * (
            1 + _steps(children[2], longest)
        )
    return 1 + sum(_steps(child, longest) for child in children)


def _elements(node: Any, longest: int) -> int:
    """Bound the length of the list that `node` gives: all that is written in it or named."""
    written = sum(len(found.children) for found in node.find_data("exprlist"))
    named = sum(1 for _ in node.find_data("ident"))
    return int(written + named * longest)
