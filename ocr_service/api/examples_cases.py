"""Examples of cases in the OpenAPI document. All people in them are made up."""

from typing import Any

from ocr_service.api.examples import DOCUMENT

_TIME = "2026-11-20T01:23:45Z"
_CASE_ID = "case_01kahg9b2d4f6h8k1m3p5r7t9w"
_CHANGE = "chg_01kahgb5d7f9h1k3m5p7r9t1w3"
_GROUND = "児童手当法施行規則第1条の4"

CASE: dict[str, Any] = {
    "id": _CASE_ID,
    "number": "R8-000123",
    "status": "incomplete",
    "missing": 1,
    "version": 3,
    "document_count": 1,
    "opened_at": _TIME,
    "updated_at": _TIME,
}
CASES: dict[str, Any] = {"items": [CASE], "next": None}
DETAIL: dict[str, Any] = {
    "case": CASE,
    "documents": [
        {
            "document": {**DOCUMENT, "case_id": _CASE_ID, "case_status": "incomplete"},
            "origin": "number",
            "part": "main",
            "purpose": None,
            "replaced": False,
        }
    ],
    "needs": [
        {
            "key": "child-allowance-claim@2026.1#2",
            "main": DOCUMENT["id"],
            "main_form": DOCUMENT["form"],
            "number": 2,
            "label": "請求者名義の口座の写し",
            "ground": _GROUND,
            "conditional": True,
            "state": "missing",
            "documents": [],
            "match": None,
        }
    ],
    "proposals": [],
    "dismissed": [],
    "changes": [
        {
            "id": _CHANGE,
            "kind": "move",
            "by": "確認 花子",
            "at": _TIME,
            "documents": [DOCUMENT["id"]],
            "undone": False,
        }
    ],
    "requests": [],
}
DOCUMENT_CASE: dict[str, Any] = {"case": DETAIL, "proposals": [], "dismissed": []}
DISMISS_REQUEST: dict[str, Any] = {"document": "doc_01kahgc7f9h1k3m5p7r9t1w3y5"}
OPEN_REQUEST: dict[str, Any] = {"documents": [DOCUMENT["id"]], "number": "R8-000123"}
MOVE_REQUEST: dict[str, Any] = {"documents": [DOCUMENT["id"]]}
MERGE_REQUEST: dict[str, Any] = {"other": "case_01kahgc7f9h1k3m5p7r9t1w3y5"}
PURPOSE_REQUEST: dict[str, Any] = {"purpose": "child-allowance-claim@2026.1#2"}
TEXT: dict[str, Any] = {
    "reference": "R8-000123-1",
    "issued_on": "2026-11-20",
    "reply_by": "2026-12-04",
    "recipient_postal_code": "〒120-8510",
    "recipient_address": "足立区中央本町1丁目17番1号",
    "recipient_name": "足立 花子",
    "section": "区役所 児童手当担当",
    "plain": {
        "title": "書類の補正について（依頼）",
        "opening": "次のとおり、足りない書類がありました。",
        "items": [{"text": "「請求者名義の口座の写し」を提出してください。", "ground": _GROUND}],
        "closing": "下の担当へお持ちください。",
    },
    "easy": {
        "title": "書類《しょるい》についての お願《ねが》い",
        "opening": "足《た》りない ものが あります。",
        "items": [
            {"text": "「口座《こうざ》の写《うつ》し」を 出《だ》して ください。", "ground": ""}
        ],
        "closing": "窓口《まどぐち》に 持《も》って 来《き》て ください。",
    },
}
REQUEST: dict[str, Any] = {
    "id": "req_01kahgd9h1k3m5p7r9t1w3y5a7",
    "case_id": _CASE_ID,
    "version": 1,
    "created_at": _TIME,
    "updated_at": _TIME,
    "text": TEXT,
}
REQUEST_EDIT: dict[str, Any] = {"version": 1, "text": TEXT}
