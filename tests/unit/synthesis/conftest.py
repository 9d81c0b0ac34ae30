from pathlib import Path

import pytest

from pipelines.forms.load import FormEntry
from pipelines.forms.model import FormDefinition

_BOX = {"height": 9.0}


def _date(name: str, label: str, y: float) -> dict[str, object]:
    return {
        "name": name,
        "label": label,
        "kind": "date",
        "required": True,
        "box": {"x": 60, "y": y, "width": 50, **_BOX},
        "eras": [
            {"value": "showa", "box": {"x": 40, "y": y, "width": 5, "height": 5}},
            {"value": "heisei", "box": {"x": 46, "y": y, "width": 5, "height": 5}},
            {"value": "reiwa", "box": {"x": 52, "y": y, "width": 5, "height": 5}},
        ],
        "parts": [
            {"part": "year", "box": {"x": 60, "y": y, "width": 12, **_BOX}},
            {"part": "month", "box": {"x": 78, "y": y, "width": 12, **_BOX}},
            {"part": "day", "box": {"x": 96, "y": y, "width": 12, **_BOX}},
        ],
    }


@pytest.fixture(scope="session")
def small_entry() -> FormEntry:
    """A form of half a page with one item of most sorts."""
    definition = FormDefinition.model_validate(
        {
            "id": "small-form",
            "revision": "1",
            "title": "試験様式",
            "operation": "child_allowance",
            "document_kind": "claim",
            "valid": {"from": "2026-01-01"},
            "pages": [
                {
                    "number": 1,
                    "width": 148,
                    "height": 210,
                    "printed": [
                        {"type": "text", "text": "試験様式", "x": 74, "y": 16, "align": "center"},
                        {"type": "rect", "x": 38, "y": 28, "width": 100, "height": 80},
                    ],
                }
            ],
            "fields": [
                {
                    "name": "applicant_name",
                    "label": "請求者氏名",
                    "kind": "kanji_name",
                    "required": True,
                    "box": {"x": 40, "y": 30, "width": 90, **_BOX},
                },
                {
                    "name": "applicant_kana",
                    "label": "請求者フリガナ",
                    "kind": "kana_name",
                    "required": True,
                    "box": {"x": 40, "y": 40, "width": 90, **_BOX},
                },
                _date("birth_date", "生年月日", 50),
                _date("child_birth", "児童の生年月日", 60),
                {
                    "name": "my_number",
                    "label": "個人番号",
                    "kind": "my_number",
                    "cells": 12,
                    "required": True,
                    "box": {"x": 40, "y": 72, "width": 72, "height": 7},
                },
                {
                    "name": "postal_code",
                    "label": "郵便番号",
                    "kind": "postal_code",
                    "required": True,
                    "box": {"x": 40, "y": 82, "width": 38, "height": 7},
                    "parts": [
                        {
                            "part": "first",
                            "cells": 3,
                            "box": {"x": 40, "y": 82, "width": 15, "height": 7},
                        },
                        {
                            "part": "second",
                            "cells": 4,
                            "box": {"x": 58, "y": 82, "width": 20, "height": 7},
                        },
                    ],
                },
                {
                    "name": "address",
                    "label": "住所",
                    "kind": "address",
                    "lines": 2,
                    "required": True,
                    "box": {"x": 40, "y": 92, "width": 90, "height": 16},
                },
                {
                    "name": "first_amount",
                    "label": "給与収入",
                    "kind": "amount",
                    "required": True,
                    "box": {"x": 40, "y": 112, "width": 40, **_BOX},
                },
                {
                    "name": "second_amount",
                    "label": "年金収入",
                    "kind": "amount",
                    "required": True,
                    "box": {"x": 90, "y": 112, "width": 40, **_BOX},
                },
                {
                    "name": "total_amount",
                    "label": "合計",
                    "kind": "amount",
                    "required": True,
                    "box": {"x": 40, "y": 124, "width": 40, **_BOX},
                },
                {
                    "name": "reason_text",
                    "label": "理由",
                    "kind": "text",
                    "required_when": "reason == 'other'",
                    "box": {"x": 40, "y": 136, "width": 90, **_BOX},
                },
                {
                    "name": "remarks",
                    "label": "備考",
                    "kind": "text",
                    "box": {"x": 40, "y": 148, "width": 90, "height": 12},
                },
            ],
            "marks": [
                {
                    "name": "reason",
                    "label": "事由",
                    "style": "tick",
                    "required": True,
                    "options": [
                        {
                            "value": value,
                            "label": label,
                            "box": {"x": x, "y": 164, "width": 4, "height": 4},
                        }
                        for value, label, x in (
                            ("move_in", "転入", 40),
                            ("birth", "出生", 60),
                            ("other", "その他", 80),
                        )
                    ],
                }
            ],
            "seals": [
                {
                    "name": "applicant_seal",
                    "label": "印",
                    "required": True,
                    "box": {"x": 100, "y": 164, "width": 14, "height": 14},
                }
            ],
            "rules": [
                {
                    "id": "total",
                    "severity": "error",
                    "expression": "total_amount == first_amount + second_amount",
                    "message": "合計が合いません。",
                    "ground": "試験",
                },
                {
                    "id": "parent-older",
                    "severity": "error",
                    "expression": "birth_date < child_birth",
                    "message": "生年月日を確認してください。",
                    "ground": "試験",
                },
            ],
        }
    )
    return FormEntry(definition, Path(), Path("small.yaml"))
