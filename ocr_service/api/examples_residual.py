"""Example of the expected residual error in the OpenAPI document."""

from typing import Any

from ocr_service.api.schemas_residual import CAVEAT

_POINT: dict[str, Any] = {
    "threshold": 0.9912,
    "reviewed": 0.083,
    "unreviewed": 18340,
    "expected": 17.2,
    "corrected": {"count": 11, "of": 18340, "rate": 0.0006, "low": 0.0003, "high": 0.00107},
}
_GROUP: dict[str, Any] = {
    "documents": 500,
    "fields": 20000,
    "enough": True,
    "sure": {"count": 21, "of": 19200, "rate": 0.00109, "low": 0.00068, "high": 0.00167},
    "doubtful": {"count": 190, "of": 800, "rate": 0.2375, "low": 0.2084, "high": 0.2686},
    "blank": 8600,
    "by_confidence": {"wrong": 26.4, "low": 17.0, "high": 37.0},
    "by_corrections": {"wrong": 21.0, "low": 13.0, "high": 32.1},
    "larger": {"wrong": 26.4, "low": 17.0, "high": 37.0},
    "agrees": True,
    "target": {"accuracy": 0.999, "proven": False, "point": _POINT},
}
_FEW: dict[str, Any] = {
    **_GROUP,
    "documents": 12,
    "fields": 250,
    "enough": False,
    "sure": {"count": 0, "of": 240, "rate": 0.0, "low": 0.0, "high": 0.0153},
    "doubtful": {"count": 3, "of": 10, "rate": 0.3, "low": 0.0667, "high": 0.6525},
    "blank": 80,
    "by_confidence": None,
    "by_corrections": None,
    "larger": None,
    "target": None,
}
RESIDUAL: dict[str, Any] = {
    "caveat": CAVEAT,
    "least_documents": 30,
    "least_fields": 300,
    "overall": {
        **_GROUP,
        "bins": [
            {
                "low": 0.99,
                "high": 0.995,
                "confidence": 0.9931,
                "corrected": {
                    "count": 4, "of": 910, "rate": 0.0044, "low": 0.0012, "high": 0.0112,
                },
            }
        ],
        "curve": [_POINT],
    },
    "by_form": {"child-allowance-claim": _GROUP, "-": _FEW},
    "by_kind": {"date": _GROUP},
    "damaged": 0,
    "left_out": 120,
}  # fmt: skip
