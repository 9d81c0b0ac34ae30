"""Examples of the OpenAPI document. All people in them are made up."""

from typing import Any

_TIME = "2026-11-20T01:23:45Z"
_DOCUMENT = "doc_01kahg3c2w8m6r1t5v9x0z4b7d"
_SUGGESTION = "sug_01kahg3f7q2n5s8v1y4b6d9g0j"
_FORM = {"id": "child-allowance-claim", "revision": "2026.1", "title": "児童手当認定請求書"}
_QUALITY = {"page": 1, "ok": True, "reasons": [], "messages": []}

RECEIPT: dict[str, Any] = {
    "id": _DOCUMENT,
    "batch_id": "bat_01kahg3c2w0a2c4e6g8j1k3m5n",
    "state": "received",
    "duplicate": False,
    "page_count": 1,
    "quality": [_QUALITY],
}
DOCUMENT: dict[str, Any] = {
    "id": _DOCUMENT,
    "batch_id": "bat_01kahg3c2w0a2c4e6g8j1k3m5n",
    "state": "awaiting_review",
    "version": 3,
    "received_at": _TIME,
    "updated_at": _TIME,
    "station": "北千住窓口1",
    "page_count": 1,
    "form": _FORM,
    "category": "child_allowance.claim",
    "category_label": "児童手当・請求書",
    "fields_total": 32,
    "fields_doubtful": 2,
    "findings_error": 0,
    "findings_warning": 1,
    "claimed_by": None,
    "claimed_by_me": False,
    "suggestion_id": _SUGGESTION,
    "quality": [_QUALITY],
}
DOCUMENTS: dict[str, Any] = {
    "items": [DOCUMENT],
    "next": None,
    "counts": {"awaiting_review": 1, "confirmed": 12},
}
SUGGESTION: dict[str, Any] = {
    "id": _SUGGESTION,
    "document_id": _DOCUMENT,
    "created_at": _TIME,
    "form": _FORM,
    "form_score": 0.97,
    "category": {
        "label": "child_allowance.claim",
        "title": "児童手当・請求書",
        "confidence": 0.99,
        "candidates": ["child_allowance.claim"],
        "options": [
            {
                "id": "child_allowance.claim",
                "title": "児童手当・請求書",
                "score": 0.99,
                "selectable": True,
            }
        ],
    },
    "fields": [
        {
            "name": "claimant_name",
            "label": "請求者氏名",
            "kind": "kanji_name",
            "value": "足立 花子",
            "raw_text": "足立花子",
            "confidence": 0.93,
            "state": "read",
            "source": "read",
            "box": {"x0": 412.0, "y0": 640.5, "x1": 980.0, "y1": 712.0},
            "page": 1,
            "doubtful": False,
            "required": True,
        }
    ],
    "findings": [],
    "pages": [
        {
            "number": 1,
            "width": 1654,
            "height": 2339,
            "rotation": 0,
            "form_page": 1,
            "quality": _QUALITY,
        }
    ],
    "versions": {"program": "0.1.0"},
    "seconds": 0.82,
}
DECISION_REQUEST: dict[str, Any] = {
    "suggestion_id": _SUGGESTION,
    "action": "confirm",
    "values": {"claimant_name": "足立 華子"},
}
RETURN_REQUEST: dict[str, Any] = {
    "suggestion_id": _SUGGESTION,
    "action": "return",
    "reason": "振込先口座の記入がないため",
}
DECISION: dict[str, Any] = {
    "id": "dec_01kahg5m3p7r0t4w8y2b6d1g5j",
    "document_id": _DOCUMENT,
    "suggestion_id": _SUGGESTION,
    "action": "confirm",
    "decided_by": "確認 花子",
    "created_at": _TIME,
    "reason": "",
    "values": {"claimant_name": "足立 華子"},
    "changed": ["claimant_name"],
    "state": "confirmed",
}
SESSION: dict[str, Any] = {
    "user_id": "user_01kahg00000000000000000000",
    "name": "hanako",
    "display_name": "確認 花子",
    "roles": ["reviewer"],
    "expires_at": _TIME,
}
FORMS: dict[str, Any] = {"items": [_FORM]}
TRIAL: dict[str, Any] = {
    "form": {"id": "child-allowance-claim", "revision": "2026.2"},
    "documents": 200,
    "damaged": 0,
    "rules": [
        {"rule": "claim.adult", "before": 0, "now": 3, "new": 3, "gone": 0, "same": 0},
        {"rule": "value.phone_number", "before": 5, "now": 5, "new": 0, "gone": 0, "same": 5},
    ],
    "changes": [],
}
CHANGED_FORM = 'id: child-allowance-claim\nrevision: "2026.2"\ntitle: 児童手当認定請求書\n'
EXPORT: dict[str, Any] = {
    "id": "exp_01kahg7z9k2m4p6r8t0w3y5b7d",
    "form": _FORM,
    "format": "csv",
    "state": "ready",
    "document_count": 12,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "created_at": _TIME,
}
EXPORTS: dict[str, Any] = {"items": [EXPORT], "pending": {"child-allowance-claim": 3}}
AUDIT: dict[str, Any] = {
    "items": [
        {
            "sequence": 41,
            "at": _TIME,
            "actor": "user:user_01kahg00000000000000000000",
            "actor_name": "佐藤 花子",
            "action": "document.confirmed",
            "subject": f"document:{_DOCUMENT}",
            "details": {"changed": ["claimant_name"]},
        }
    ],
    "next": None,
    "verified": True,
}


def answer(status: int, example: object, description: str) -> dict[int | str, dict[str, Any]]:
    """OpenAPI description of a JSON answer with its example."""
    return {
        status: {
            "description": description,
            "content": {"application/json": {"example": example}},
        }
    }
