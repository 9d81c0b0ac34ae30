"""The web application: `uvicorn --factory ocr_service.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.routing import APIRoute

from ocr_service.api import (
    problems,
    routes_audit,
    routes_case_requests,
    routes_cases,
    routes_categories,
    routes_content,
    routes_documents,
    routes_drafts,
    routes_exports,
    routes_forms,
    routes_models,
    routes_ops,
    routes_residual,
    routes_review,
    routes_rules,
    routes_session,
    routes_stacks,
)
from ocr_service.api.form_drafts import FormDrafts
from ocr_service.api.metrics import Metrics
from ocr_service.api.middleware import BodyLimit, RequestFrame
from ocr_service.api.openapi import install_openapi
from ocr_service.api.page_views import PageViews
from ocr_service.api.routes_forms import BlankPdfs
from ocr_service.api.services import Services
from ocr_service.api.static_ui import StaticUi
from ocr_service.api.upload import UploadBudget
from ocr_service.audit.watch import ChainWatch
from ocr_service.cases.check import open_checker
from ocr_service.cases.requests import RequestDesk
from ocr_service.clock import Clock, utc_now
from ocr_service.export.outbox import Outbox
from ocr_service.forms_catalog import open_forms
from ocr_service.intake.receive import open_intake
from ocr_service.metrics import WorkMetrics
from ocr_service.settings import Settings, load_settings
from ocr_service.storage.database import open_database
from ocr_service.storage.objects import open_objects

_UPLOADS_AT_ONCE = 8
"""Postings of the largest size that may be in memory together."""


def create_app(settings: Settings | None = None, *, clock: Clock = utc_now) -> FastAPI:
    """Make the application; it opens database, store and forms when it starts serving.

    The database must have been migrated. Raises CodedError SETTINGS_INVALID, FORM_INVALID.
    """
    chosen = settings or load_settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with ExitStack() as stack:
            app.state.services = _open(chosen, clock, metrics, stack)
            yield

    app = FastAPI(
        title="OCR Service",
        version=version("ocr-service"),
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        generate_unique_id_function=_operation_id,
        redirect_slashes=False,
        # Its spans and logs would carry addresses with what people typed into them.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.blanks = BlankPdfs()
    for routes in (
        routes_documents,
        routes_content,
        routes_review,
        routes_stacks,
        routes_drafts,
        routes_cases,
        routes_categories,
        routes_case_requests,
        routes_forms,
        routes_rules,
        routes_session,
        routes_exports,
        routes_audit,
        routes_residual,
        routes_models,
        routes_ops,
    ):
        app.include_router(routes.router)
    app.router.default = StaticUi()
    problems.install(app)
    install_openapi(app)
    app.add_middleware(BodyLimit)
    https = chosen.public_url.startswith("https:")
    app.add_middleware(RequestFrame, metrics=metrics, https=https)
    return app


def _open(settings: Settings, clock: Clock, metrics: Metrics, stack: ExitStack) -> Services:
    database = open_database(settings)
    stack.callback(database.dispose)
    objects = open_objects(settings, clock=clock)
    forms = open_forms(settings)
    views = PageViews(settings)
    stack.callback(views.close)
    views.warm_up()
    drafts = FormDrafts(settings)
    stack.callback(drafts.close)
    intake = open_intake(settings, database, objects, clock=clock)
    stack.callback(intake.close)
    return Services(
        settings=settings,
        database=database,
        objects=objects,
        forms=forms,
        intake=intake,
        jobs=intake.jobs,
        outbox=Outbox(database, objects, forms, clock),
        cases=open_checker(settings, database, objects, lambda: forms, clock=clock),
        requests=RequestDesk(settings, objects, forms, clock),
        views=views,
        drafts=drafts,
        metrics=metrics,
        work=WorkMetrics(database),
        chain=ChainWatch(),
        uploads=UploadBudget(_UPLOADS_AT_ONCE * settings.upload_bytes),
        clock=clock,
    )


def _operation_id(route: APIRoute) -> str:
    return route.name
