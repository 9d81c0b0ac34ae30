"""What is wrong with a form file, said so that its owner can mend it."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.errors import CodedError, ErrorCode


@dataclass(frozen=True, kw_only=True, slots=True)
class FormProblem:
    """One mistake in a form file.

    `file` is its path as given, `field` the dotted path inside it with names where the items have
    names (`fields.child_name.box.x`) and numbers from 1 where not (`pages.1.printed.4.size`),
    `line` counts from 1. `message` is Japanese, for form owners; `detail` English, for operators.
    """

    file: str
    field: str
    line: int
    message: str
    detail: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.message}"


class FormFileError(CodedError):
    """A form file that can't be used: `form.invalid` with every problem found, in file order."""

    def __init__(self, problems: Iterable[FormProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.field)))
        first = self.problems[0]
        detail = f"{first.file}:{first.line}: {first.field}: {first.detail}"
        if len(self.problems) > 1:
            detail += f" (and {len(self.problems) - 1} more)"
        super().__init__(
            ErrorCode.FORM_INVALID, detail, file=first.file, line=first.line, message=first.message
        )

    def __reduce__(self) -> tuple[object, ...]:
        return (FormFileError, (self.problems,))


def explain(kind: str, context: Mapping[str, object], given: object, english: str) -> str:
    """Japanese for one pydantic error: its type, context, the value given and its own message."""
    if kind == "string_type" and not isinstance(given, str):
        return _not_text(given)
    if kind == "value_error":
        return _cross_check(english)
    if kind == "enum" and (near := _nearest(given, str(context.get("expected", "")))):
        return f"「{_shown(given)}」はありません。「{near}」の書き間違いではありませんか。"
    template = _TEMPLATES.get(kind)
    if template is None:
        return f"値が正しくありません（{_shown(given)}）。"
    return template.format_map(_Context(context, given=_shown(given)))


def _nearest(given: object, expected: str) -> str | None:
    # A short list of allowed values is better shown whole.
    values = re.findall(r"'([^']+)'", expected)
    near = difflib.get_close_matches(str(given), values, n=1, cutoff=0.6)
    return near[0] if near and len(values) > 25 else None


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Japanese for a key that the model does not have, with the nearest known one."""
    names = sorted(known)
    near = difflib.get_close_matches(key, names, n=1, cutoff=0.6)
    if near:
        return f"「{key}」という項目はありません。「{near[0]}」の書き間違いではありませんか。"
    return f"「{key}」という項目はありません。使える項目: {'、'.join(names)}"


class _Context(dict[str, object]):
    def __init__(self, context: Mapping[str, object], given: str) -> None:
        super().__init__(context)
        self["given"] = given

    def __missing__(self, key: str) -> str:
        return "?"


_TEMPLATES = {
    "missing": "必ず書く項目ですが、書かれていません。",
    "string_too_short": "空にはできません。",
    "string_pattern_mismatch": (
        "「{given}」は使えません。半角の英小文字で始め、定められた文字だけで書いてください"
        "（形式: {pattern}）。"
    ),
    "too_short": "少なくとも{min_length}件が必要です。",
    "enum": "「{given}」は選べません。選べる値: {expected}",
    "literal_error": "「{given}」は選べません。選べる値: {expected}",
    "form_role": "「{given}」という役割はありません。「{near}」の書き間違いではありませんか。",
    "greater_than": "{gt}より大きい数にしてください（今の値: {given}）。",
    "greater_than_equal": "{ge}以上の数にしてください（今の値: {given}）。",
    "less_than": "{lt}より小さい数にしてください（今の値: {given}）。",
    "less_than_equal": "{le}以下の数にしてください（今の値: {given}）。",
    "int_type": "整数を書いてください（今の値: {given}）。",
    "int_parsing": "整数を書いてください（今の値: {given}）。",
    "int_from_float": "小数は使えません。整数を書いてください（今の値: {given}）。",
    "float_type": "数を書いてください（今の値: {given}）。",
    "float_parsing": "数を書いてください（今の値: {given}）。",
    "bool_type": "true か false を書いてください（今の値: {given}）。",
    "bool_parsing": "true か false を書いてください（今の値: {given}）。",
    "date_type": "日付を「2026-04-01」の形で書いてください（今の値: {given}）。",
    "date_parsing": "日付を「2026-04-01」の形で書いてください（今の値: {given}）。",
    "date_from_datetime_parsing": "日付を「2026-04-01」の形で書いてください（今の値: {given}）。",
    "tuple_type": "「- 」で始まる並びにしてください。",
    "model_type": "「項目: 値」の組にしてください。",
    "model_attributes_type": "「項目: 値」の組にしてください。",
    "union_tag_not_found": "type を書いてください（text、line、rect、circle のどれか）。",
    "union_tag_invalid": (
        "type「{tag}」はありません。text、line、rect、circle のどれかにしてください。"
    ),
}

_CROSS_CHECKS = (
    (r"pages must be numbered", "ページ番号は 1 から順に、抜けなく付けてください。"),
    (r"name used twice: (.+)", "同じ名前が 2 回使われています: {0}"),
    (r"(\w+): page (\d+) does not exist", "「{0}」が置かれた {1} ページはありません。"),
    (r"(\w+): box leaves page (\d+)", "「{0}」の枠が {1} ページの外に出ています。"),
    (
        r"export column (.+): no field (\w+)",
        "出力列「{0}」の「{1}」という欄・選択肢・押印は、この様式にありません。",
    ),
    (
        r"rule ([^:]+): no field (\w+)",
        "規則「{0}」の「{1}」という欄・選択肢・押印は、この様式にありません。",
    ),
)


def _cross_check(english: str) -> str:
    for pattern, japanese in _CROSS_CHECKS:
        found = re.search(pattern, english)
        if found:
            return japanese.format(*found.groups())
    return f"定義の中で食い違いがあります: {english}"


def _not_text(given: object) -> str:
    if isinstance(given, bool):
        words = "yes・no・on・off・true・false"
        return f'{words} は文字になりません。"no" のように " で囲んでください。'
    return f'文字を書いてください。数や日付は "{_shown(given)}" のように " で囲んでください。'


def _shown(given: object) -> str:
    text = str(given)
    return text if len(text) <= 40 else text[:39] + "…"
