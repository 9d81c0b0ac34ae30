"""Examples of the OpenAPI document: stacks."""

from typing import Any

from ocr_service.api.examples import DOCUMENT

_FORM = DOCUMENT["form"]
_OTHER = "doc_01kahg3d0x3n7s2v6w1y5a9c4e"

STACK: dict[str, Any] = {
    "id": "stk_01kahg3e5z1q4t7w0y3b6d9f2h",
    "page_count": 4,
    "pages": [
        {
            "number": 1,
            "role": "form",
            "form": _FORM,
            "form_page": 1,
            "document_id": DOCUMENT["id"],
        },
        {"number": 2, "role": "unknown", "document_id": DOCUMENT["id"]},
        {"number": 3, "role": "blank"},
        {"number": 4, "role": "unknown", "document_id": _OTHER},
    ],
    "documents": [
        {
            "id": DOCUMENT["id"],
            "pages": [1, 2],
            "reason": "start",
            "state": "awaiting_review",
            "form": _FORM,
        },
        {"id": _OTHER, "pages": [4], "reason": "separator", "state": "awaiting_review"},
    ],
}
CHANGES: dict[str, Any] = {
    "merge": {"summary": "前の書類につなげる", "value": {"action": "merge_previous"}},
    "cut": {"summary": "2ページ目の前で分ける", "value": {"action": "cut_before", "page": 2}},
    "take": {"summary": "白紙のページを加える", "value": {"action": "take_page", "page": 3}},
}
