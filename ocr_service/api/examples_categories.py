"""Examples of the category taxonomy in the OpenAPI document."""

from typing import Any

ADD = {"title": "区民農園 利用申込", "parent": None}
RENAME = {"title": "保育園 利用申込"}
MERGE = {"into": "other.attachment"}
SAMPLES = {"documents": ["doc_01k8z3t5p2v7q9", "doc_01k8z3t5p2v7qa", "doc_01k8z3t5p2v7qb"]}
CHOICE = {"category": "nursery_admission.attachment"}
TAXONOMY: dict[str, Any] = {
    "items": [
        {
            "id": "nursery_admission.attachment",
            "title": "就労証明書",
            "parent": "nursery_admission",
            "state": "active",
            "merged_into": None,
            "resolved": "nursery_admission.attachment",
            "builtin": True,
            "samples": 0,
        }
    ],
    "changes": [
        {
            "id": "ctc_01k8z3t5p2v7q9",
            "category": "nursery_admission.attachment",
            "kind": "rename",
            "title_before": "勤務の証明",
            "title_after": "就労証明書",
            "into": None,
            "by": "様式 花子",
            "at": "2026-11-20T10:00:00Z",
            "undone": False,
        }
    ],
}
CHOSEN: dict[str, Any] = {
    "document": "doc_01k8z3t5p2v7q9",
    "category": "nursery_admission.attachment",
    "title_then": "勤務の証明",
    "title": "就労証明書",
    "suggested": "unknown",
    "by": "審査 一郎",
    "at": "2026-11-20T10:00:00Z",
}
SAMPLE_LIST: dict[str, Any] = {
    "category": "nursery_admission.attachment",
    "title": "就労証明書",
    "least": 3,
    "items": [
        {
            "document": "doc_01k8z3t5p2v7q9",
            "received_at": "2026-11-20T10:00:00Z",
            "page_count": 1,
            "by": "審査 一郎",
        }
    ],
}
