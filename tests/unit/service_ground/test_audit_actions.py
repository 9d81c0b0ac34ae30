"""Every action that the audit record can hold has a name in every language of the screens."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import ocr_service
from ocr_service.cases.membership import _PAST as CASE_PAST
from ocr_service.loop.promote import PROMOTED, ROLLED_BACK
from ocr_service.taxonomy.change import _PAST as CATEGORY_PAST

_ROOT = Path(ocr_service.__file__).parent
_ACTION = re.compile(r"[a-z]+\.[a-z_]+")
_RECORDERS = {"append", "_audit", "record"}


def _recorded(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else None
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if name in _RECORDERS:
            for given in node.args:
                if isinstance(given, ast.Constant) and _ACTION.fullmatch(str(given.value)):
                    yield str(given.value)


def _actions() -> set[str]:
    found = {a for path in _ROOT.rglob("*.py") for a in _recorded(path.read_text("utf-8"))}
    found |= {f"category.{past}" for past in CATEGORY_PAST.values()}
    found |= {f"case.{past}" for past in CASE_PAST.values()}
    return found | {f"model.{kind}" for kind in (PROMOTED, ROLLED_BACK)}


def _named(language: str) -> set[str]:
    text = (_ROOT / "web/src/i18n" / f"{language}.ts").read_text("utf-8")
    block = text[text.index("\n  audit: {") :]
    block = block[block.index("\n    actions: {") : block.index("\n    lead:")]
    groups = re.findall(r"\n      (\w+): \{(.*?)\n      \}", block, re.DOTALL)
    return {f"{kind}.{name}" for kind, of in groups for name in re.findall(r"\n        (\w+):", of)}


@pytest.mark.parametrize("language", ["ja", "en", "jaEasy"])
def test_every_action_has_a_name(language: str) -> None:
    actions = _actions()
    assert len(actions) > 50
    assert actions - _named(language) == set()
