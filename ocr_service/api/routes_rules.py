"""Trying the rules of a changed form, for the section that owns it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Query

from ocr_service.api import examples
from ocr_service.api.problems import responses
from ocr_service.api.routes_forms import FormId
from ocr_service.api.schemas_rules import (
    RuleCountBody,
    TrialBody,
    TrialFormBody,
    TriedDocumentBody,
    TriedFindingBody,
)
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.lookups import open_lookups
from ocr_service.trial.trial import DocumentTrial, Trial, TrialStore, try_rules
from pipelines.errors import CodedError, ErrorCode
from pipelines.forms.load import parse_form
from pipelines.records import Finding

router = APIRouter(prefix="/v1/forms", tags=["forms"])
Owner = Annotated[Principal, Depends(Guard(Permission.RULES_TRY, person=True))]
_E = ErrorCode
_ERRORS = (_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN, _E.AUTH_ORIGIN, _E.REQUEST_INVALID)


@router.post(
    "/{form_id}/rules/try",
    summary="変更した様式の規則を、過去の書類で試す",
    responses={
        **examples.answer(200, examples.TRIAL, "規則ごとの件数"),
        **responses(*_ERRORS, _E.FORM_INVALID, _E.FORM_UNKNOWN, _E.REQUEST_TOO_LARGE),
    },
)
def post_try(
    form_id: FormId,
    definition: Annotated[
        bytes,
        Body(
            media_type="application/yaml",
            description="変更した様式定義（YAML）",
            openapi_examples={"changed": {"value": examples.CHANGED_FORM}},
        ),
    ],
    services: Has,
    who: Owner,
    rule: Annotated[str | None, Query(max_length=100)] = None,
    since: date | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> TrialBody:
    """Judge the last documents of a form by a changed definition and by today's.

    Nothing changes. Ids of documents and messages are for those who may see content; the counts
    are for every form owner. What was looked at is audited.
    """
    installed = services.forms.find(form_id)
    changed = parse_form(definition, file=f"{form_id}.yaml", directory=installed.directory)
    if changed.id != form_id:
        raise CodedError(ErrorCode.REQUEST_INVALID, f"the definition is not of {form_id}")
    store = TrialStore(
        database=services.database,
        objects=services.objects,
        forms=services.forms,
        clock=services.clock,
        time_zone=services.settings.time_zone,
        lookups=open_lookups(services.settings),
    )
    trial = try_rules(store, changed, who.actor, rule=rule, since=since, limit=limit)
    return _body(trial, content=who.may(Permission.CONTENT_VIEW))


def _body(trial: Trial, *, content: bool) -> TrialBody:
    documents = trial.documents if content else ()
    return TrialBody(
        form=TrialFormBody(id=trial.form.id, revision=trial.form.revision),
        documents=len(trial.documents),
        damaged=len(trial.damaged),
        rules=[
            RuleCountBody(
                rule=count.rule,
                before=count.before,
                now=count.now,
                new=count.new,
                gone=count.gone,
                same=count.same,
            )
            for count in trial.rules
        ],
        changes=[_document(d) for d in documents if d.new or d.gone or d.same],
    )


def _document(document: DocumentTrial) -> TriedDocumentBody:
    return TriedDocumentBody(
        id=document.id,
        new=[_finding(finding) for finding in document.new],
        gone=[_finding(finding) for finding in document.gone],
        same=[_finding(finding) for finding in document.same],
    )


def _finding(finding: Finding) -> TriedFindingBody:
    return TriedFindingBody(
        rule=finding.rule,
        severity=finding.severity.value,
        fields=list(finding.fields),
        message=finding.message,
    )
