"""What findings say that no shared rule makes, in three languages; one place tells any finding."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources

import yaml

from pipelines.records import Finding
from pipelines.rules.catalogue import Language, fill, message_in

TEXTS = "told_by"
"""Of the params of a finding: ids of the texts it is told by, separated by blanks."""
OWN = {Language.EN: "message_en", Language.EASY: "message_easy"}
"""Of the params of a finding by a rule of its form: what that says in other languages."""
PREMISE = "premise"
"""Of the params of a finding: id of the text that tells what it takes for granted."""
_MOST_NAMED = 5
_MORE = {
    Language.JA: "など{count}か所",
    Language.EN: " ({count} in all)",
    Language.EASY: " など {count}か所（しょ）",
}


def text_params(*texts: str, **params: str) -> dict[str, str]:
    """Params of a finding that is told by `texts`."""
    return {TEXTS: " ".join(texts), **params}


def label_params(labels: Iterable[str]) -> dict[str, str]:
    """Params for {labels}: the first five names, and how many there are."""
    names = tuple(labels)
    named = "".join(f"「{name}」" for name in names[:_MOST_NAMED])
    return {"labels": named, "count": str(len(names))}


def told(params: Mapping[str, str], language: Language = Language.JA) -> str:
    """Tell what the texts of `params` say. Raises KeyError for one that is not there."""
    words = dict(params)
    if "labels" in words and int(words["count"]) > _MOST_NAMED:
        words["labels"] += _MORE[language].replace("{count}", words["count"])
    between = "" if language is Language.JA else " "
    texts = _texts()
    return between.join(fill(texts[text][language], words) for text in params[TEXTS].split())


def on_premise(finding: Finding, premise: str) -> Finding:
    """Say of a finding what it takes for granted: `premise` is the id of a text.

    One that takes something for granted already keeps it.
    """
    if PREMISE in finding.params:
        return finding
    message = _texts()[premise][Language.JA] + finding.message
    return replace(finding, message=message, params={**finding.params, PREMISE: premise})


def told_in(finding: Finding, language: Language) -> str | None:
    """Tell any finding in a language; None when it is known in Japanese only.

    That is so for rules of a form that have no other wording, and for findings that were stored
    before there was one.
    """
    if language is Language.JA:
        return finding.message
    if TEXTS in finding.params:
        known = all(text in _texts() for text in finding.params[TEXTS].split())
        message = told(finding.params, language) if known else None
    else:
        message = finding.params.get(OWN[language]) or message_in(finding, language)
    premise = _texts().get(finding.params.get(PREMISE, ""))
    return message if message is None or premise is None else f"{premise[language]} {message}"


@cache
def _texts() -> Mapping[str, Mapping[Language, str]]:
    text = resources.files("pipelines.rules").joinpath("texts.yaml").read_text("utf-8")
    rows = yaml.safe_load(text)
    return {name: {each: str(row[each]) for each in Language} for name, row in rows.items()}
