"""The OpenAPI document: what FastAPI makes, with problems where it says validation errors."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from ocr_service.api.schemas import ProblemBody

_TAGS = [
    {"name": "documents", "description": "端末からの送信と、書類の一覧・状態"},
    {"name": "content", "description": "書類の内容（閲覧はすべて監査記録に残ります）"},
    {"name": "review", "description": "確認作業：確認開始、決定、読み直し"},
    {"name": "cases", "description": "案件：一緒に出された書類、足りないもの、補正依頼"},
    {"name": "forms", "description": "様式"},
    {"name": "session", "description": "サインイン"},
    {"name": "exports", "description": "確定した書類の出力"},
    {"name": "audit", "description": "監査記録"},
    {"name": "operations", "description": "稼働状況"},
]
_DESCRIPTION = (
    "紙の申請書を読み取り、確認する人に提案します。決めるのは人です。\n\n"
    "Errors are `application/problem+json` with a stable `code` (docs/errors.md). "
    "Stations sign in with an API key (`Authorization: Bearer prefix.secret`), people with a "
    "session cookie; what changes something must come from our own pages."
)


def install_openapi(app: FastAPI) -> None:
    """Make `app.openapi()` and `/openapi.json` give our document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=_DESCRIPTION,
                routes=app.routes,
                tags=_TAGS,
            )
            app.openapi_schema = _with_problems(document)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ProblemBody"] = ProblemBody.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    for path in document["paths"].values():
        for operation in path.values():
            for status, answer in list(operation["responses"].items()):
                content = answer.get("content", {})
                reference = content.get("application/json", {}).get("schema", {}).get("$ref", "")
                if status == "422" and reference.endswith("/HTTPValidationError"):
                    del operation["responses"][status]
                # FastAPI adds its own JSON beside the problems.
                if "application/problem+json" in content:
                    content.pop("application/json", None)
    return document
