"""What the routes work with, opened once an application."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, cast

from fastapi import Depends, Request

from ocr_service.api.form_drafts import FormDrafts
from ocr_service.api.metrics import Metrics
from ocr_service.api.page_views import PageViews
from ocr_service.api.upload import UploadBudget
from ocr_service.audit.watch import ChainWatch
from ocr_service.auth.lockout import LockPolicy
from ocr_service.auth.sessions import SessionLimits
from ocr_service.cases.check import CaseChecker
from ocr_service.cases.requests import RequestDesk
from ocr_service.clock import Clock
from ocr_service.export.outbox import Outbox
from ocr_service.intake.receive import Intake
from ocr_service.jobs.queue import JobQueue
from ocr_service.metrics import WorkMetrics
from ocr_service.settings import Settings
from ocr_service.storage.database import Database
from ocr_service.storage.objects import ObjectStore
from pipelines.forms.load import FormLibrary


@dataclass(frozen=True, kw_only=True)
class Services:
    """Parts of one application; all are safe to use from several threads."""

    settings: Settings
    database: Database
    objects: ObjectStore
    forms: FormLibrary
    intake: Intake
    jobs: JobQueue
    outbox: Outbox
    cases: CaseChecker
    requests: RequestDesk
    views: PageViews
    drafts: FormDrafts
    metrics: Metrics
    work: WorkMetrics
    chain: ChainWatch
    uploads: UploadBudget
    clock: Clock

    @property
    def session_limits(self) -> SessionLimits:
        """How long a sign-in lasts."""
        return SessionLimits(
            idle=timedelta(minutes=self.settings.session_idle_minutes),
            absolute=timedelta(hours=self.settings.session_hours),
        )

    @property
    def lock_policy(self) -> LockPolicy:
        """When wrong passwords lock."""
        return LockPolicy(
            failures=self.settings.sign_in_failures,
            longest=timedelta(minutes=self.settings.sign_in_lock_minutes),
        )


def services_of(request: Request) -> Services:
    """Get the services of the application that handles the request."""
    return cast(Services, request.app.state.services)


Has = Annotated[Services, Depends(services_of)]
