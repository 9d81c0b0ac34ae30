"""Examples of models and alarms in the OpenAPI document."""

from typing import Any

_ROW: dict[str, Any] = {
    "measure": "confidence",
    "group": "all",
    "documents": 120,
    "items": 4100,
    "active": -0.0412,
    "candidate": -0.0371,
    "difference": 0.0041,
    "low": 0.0012,
    "high": 0.0069,
    "p_better": 0.0007,
    "p_worse": 0.9995,
    "gained": 0,
    "lost": 0,
    "mcnemar": 1.0,
    "worse": False,
}
ACTIVATION: dict[str, Any] = {
    "number": 3,
    "name": "field_confidence",
    "version": "2026.11",
    "previous": None,
    "kind": "promoted",
    "at": "2026-11-26T01:00:00Z",
}
_ALARM: dict[str, Any] = {
    "id": "alm_01jd",
    "signal": "revision",
    "scope": "resident-move",
    "effect": 0.62,
    "p_value": 1e-12,
    "before": {"share": 0.01, "documents": 140},
    "now": {"share": 0.63, "documents": 41},
    "opened_at": "2026-11-26T01:00:00Z",
    "closed_at": None,
}
MODELS: dict[str, Any] = {
    "versions": [
        {
            "name": "field_confidence",
            "version": "2026.11",
            "task": "confidence of values by kind of field, from confirmed documents",
            "origin": "office",
            "active": True,
            "passed": None,
            "provenance": "training.loop.calibrate on data set 3f2a…",
            "metrics": {"date.before": -0.05, "date.after": -0.04},
            "added_at": "2026-11-25T01:00:00Z",
        }
    ],
    "evaluations": [
        {
            "id": "evl_01jd",
            "name": "field_confidence",
            "version": "2026.11",
            "against": {"ppocrv6_small_rec": "2.0.0"},
            "gold": "9c1e" * 16,
            "documents": 120,
            "passed": True,
            "own": "confidence",
            "reasons": [],
            "rows": [_ROW],
            "created_at": "2026-11-25T02:00:00Z",
        }
    ],
    "changes": [ACTIVATION],
    "shadow": None,
    "alarms": [_ALARM],
    "past_alarms": [],
}
