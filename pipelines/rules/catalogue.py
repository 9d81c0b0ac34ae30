"""The catalogue of shared rules: ground, severity, switch, and what is said in three languages."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

import yaml

from pipelines.forms.kinds import FieldKind
from pipelines.forms.model import FormDefinition
from pipelines.forms.rule_ids import SharedRule
from pipelines.records import Finding, FindingKind, Severity


class Language(StrEnum):
    """Languages in which findings are told; `easy` is やさしい日本語."""

    JA = "ja"
    EN = "en"
    EASY = "easy"


class Need(StrEnum):
    """Lists of the office that a rule may look into."""

    BANKS = "banks"
    RESIDENTS = "residents"


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleText:
    """One rule of the catalogue. `default`: it holds on forms that say nothing about it.

    `looks_at` are the kinds and roles that it needs, for form owners.
    """

    id: SharedRule
    looks_at: str
    severity: Severity
    ground: str
    default: bool
    needs: Need | None
    messages: Mapping[Language, str]


_KINDS = {
    FieldKind.DATE: {"ja": "日付", "en": "date", "easy": "日（ひ）"},
    FieldKind.TIME: {"ja": "時刻", "en": "time", "easy": "時間（じかん）"},
    FieldKind.AMOUNT: {"ja": "金額", "en": "sum of money", "easy": "お金（かね）"},
    FieldKind.PHONE: {"ja": "電話番号", "en": "phone number", "easy": "電話番号（でんわばんごう）"},
    FieldKind.POSTAL_CODE: {
        "ja": "郵便番号",
        "en": "postal code",
        "easy": "郵便番号（ゆうびんばんごう）",
    },
    FieldKind.MY_NUMBER: {"ja": "個人番号", "en": "individual number", "easy": "マイナンバー"},
    FieldKind.CORPORATE_NUMBER: {
        "ja": "法人番号",
        "en": "corporate number",
        "easy": "会社（かいしゃ）の 番号（ばんごう）",
    },
    FieldKind.DIGITS: {"ja": "番号", "en": "number", "easy": "番号（ばんごう）"},
}
_NAMED = re.compile(r"\{(\w+)\}")
_ANY_KIND = {"ja": "値", "en": "value", "easy": "ことば"}


@cache
def catalogue() -> Mapping[SharedRule, RuleText]:
    """All rules, in the order of `SharedRule`."""
    text = resources.files("pipelines.rules").joinpath("catalogue.yaml").read_text("utf-8")
    rows = yaml.safe_load(text)
    return {rule: _rule(rule, rows[rule]) for rule in SharedRule}


def active_rules(form: FormDefinition) -> frozenset[SharedRule]:
    """Shared rules that hold on a form: those of the catalogue, as the form switches them."""
    switched = form.shared_rules
    rules = {rule for rule, text in catalogue().items() if text.default}
    return frozenset((rules | set(switched.enable)) - set(switched.disable))


def make_finding(
    rule: SharedRule,
    fields: Iterable[str],
    params: Mapping[str, str],
    *,
    ground: str = "",
) -> Finding:
    """Make the finding of a shared rule; the first of `fields` is the one it is about."""
    text, names = catalogue()[rule], tuple(fields)
    return Finding(
        rule=f"{rule}.{names[0]}",
        kind=FindingKind.PLAUSIBILITY,
        severity=text.severity,
        fields=names,
        message=_filled(text, params, Language.JA),
        ground=ground or text.ground,
        params=dict(params),
    )


def message_in(finding: Finding, language: Language) -> str | None:
    """Tell a finding in another language.

    None when its rule is not one of the catalogue, or when the finding is older than its params.
    """
    rule = shared_rule_of(finding)
    if rule is None or "label" not in finding.params:
        return None
    return _filled(catalogue()[rule], finding.params, language)


def fill(message: str, words: Mapping[str, str]) -> str:
    """Put `words` in the place of their {names}, once: what stands on the paper may hold braces."""
    return _NAMED.sub(lambda found: words.get(found[1], found[0]), message)


def shared_rule_of(finding: Finding) -> SharedRule | None:
    """Find the shared rule that made a finding."""
    if not finding.fields or not finding.rule.endswith(f".{finding.fields[0]}"):
        return None
    name = finding.rule.removesuffix(f".{finding.fields[0]}")
    return SharedRule(name) if name in set(SharedRule) else None


def _filled(text: RuleText, params: Mapping[str, str], language: Language) -> str:
    words = dict(params)
    if "what" in words:
        kind = words["what"]
        known = _KINDS.get(FieldKind(kind), _ANY_KIND) if kind in set(FieldKind) else _ANY_KIND
        words["what"] = known[language]
    return fill(text.messages[language], words)


def _rule(rule: SharedRule, row: Mapping[str, object]) -> RuleText:
    needs = row.get("needs")
    return RuleText(
        id=rule,
        looks_at=str(row["looks_at"]),
        severity=Severity(str(row["severity"])),
        ground=str(row["ground"]),
        default=row.get("default") is not False,
        needs=None if needs is None else Need(str(needs)),
        messages={language: str(row[language]) for language in Language},
    )
