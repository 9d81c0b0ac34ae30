"""Routes about models: what is in use, what was judged how, alarms; promoting and going back.

Evaluating takes minutes and has the machine to itself: it is a command (`ocr-service models`).
"""

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Path

from ocr_service.api import examples
from ocr_service.api.examples_models import ACTIVATION, MODELS
from ocr_service.api.problems import responses
from ocr_service.api.schemas_models import (
    ActivationBody,
    ModelsBody,
    activation_body,
    alarm_body,
    evaluation_body,
    shadow_body,
    version_body,
)
from ocr_service.api.security import Guard
from ocr_service.api.services import Has
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.loop.promote import promote, rollback
from ocr_service.loop.registry import OFFICE, list_versions, newest_evaluation
from ocr_service.loop.shadow import shadow_report
from ocr_service.loop.watch import open_alarms, past_alarms
from ocr_service.storage.tables_models import ModelActivationRow
from pipelines.errors import ErrorCode

router = APIRouter(prefix="/v1/models", tags=["operations"])
_E = ErrorCode
_ERRORS = (_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN, _E.STORAGE_UNAVAILABLE)
_CHANGE = (*_ERRORS, _E.AUTH_ORIGIN, _E.REQUEST_INVALID, _E.MODEL_UNKNOWN, _E.MODEL_REFUSED)
_NAME = r"^[a-z0-9_]{1,64}$"
_VERSION = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,63}$"
Name = Annotated[str, Path(pattern=_NAME, description="モデルの名前")]
Version = Annotated[str, Path(pattern=_VERSION, description="版")]
Changer = Annotated[Principal, Depends(Guard(Permission.MODELS_CHANGE, person=True))]


@router.get(
    "",
    summary="モデルの版・評価・警報",
    responses={**examples.answer(200, MODELS, "モデルと警報"), **responses(*_ERRORS)},
)
def get_models(
    services: Has, _who: Annotated[Principal, Depends(Guard(Permission.METRICS_VIEW))]
) -> ModelsBody:
    """Give every version, the newest evaluation of each, past changes, and the alarms."""
    with services.database.reading() as session:
        versions = list_versions(session)
        office = [each for each in versions if each.origin == OFFICE]
        judged = [newest_evaluation(session, each.name, each.version) for each in office]
        changes = session.scalars(
            sa.select(ModelActivationRow).order_by(ModelActivationRow.number.desc()).limit(50)
        ).all()
        return ModelsBody(
            versions=[version_body(each) for each in versions],
            evaluations=[evaluation_body(row) for row in judged if row is not None],
            changes=[activation_body(row) for row in changes],
            shadow=shadow_body(shadow_report(session)),
            alarms=[alarm_body(row) for row in open_alarms(session)],
            past_alarms=[alarm_body(row) for row in past_alarms(session)],
        )


@router.post(
    "/{name}/versions/{version}/promote",
    summary="候補を使い始める",
    responses={**examples.answer(200, ACTIVATION, "使い始めました"), **responses(*_CHANGE)},
)
def promote_model(name: Name, version: Version, services: Has, who: Changer) -> ActivationBody:
    """Use a candidate from the next document on; 409 unless its newest evaluation passed."""
    with services.database.transaction() as session:
        row = promote(
            services.database, session, f"{name}@{version}", who.actor, at=services.clock()
        )
        return activation_body(row)


@router.post(
    "/{name}/rollback",
    summary="前の版に戻す",
    responses={**examples.answer(200, ACTIVATION, "戻しました"), **responses(*_CHANGE)},
)
def rollback_model(name: Name, services: Has, who: Changer) -> ActivationBody:
    """Use again what was in use before the last promotion; needs no evaluation."""
    with services.database.transaction() as session:
        row = rollback(services.database, session, name, who.actor, at=services.clock())
        return activation_body(row)
