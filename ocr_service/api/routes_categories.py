"""The category taxonomy over HTTP: seen by all who list documents, changed by form owners."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from sqlalchemy.orm import Session

from ocr_service.api import examples, examples_categories
from ocr_service.api.problems import responses
from ocr_service.api.schemas_categories import (
    CategoryAdd,
    CategoryChoice,
    CategoryMerge,
    CategoryRename,
    CategorySamples,
    DocumentCategoryBody,
    SampleBody,
    SamplesBody,
    TaxonomyBody,
    TaxonomyChangeBody,
    TaxonomyEntryBody,
)
from ocr_service.api.security import Guard
from ocr_service.api.services import Has, Services
from ocr_service.auth.permissions import Permission
from ocr_service.auth.principal import Principal
from ocr_service.review.queue import lock_document
from ocr_service.storage.tables_taxonomy import CategoryChangeRow
from ocr_service.taxonomy import change, choose
from ocr_service.taxonomy.learn import learn_category, papers_of
from ocr_service.taxonomy.records import CategoryChange
from ocr_service.taxonomy.store import load_changes, load_chosen, load_taxonomy
from pipelines.category_kinds import LEAST_SAMPLES
from pipelines.errors import CodedError, ErrorCode

router = APIRouter(tags=["categories"])
CategoryId = Annotated[str, Path(pattern=r"^[a-z0-9_.]{1,96}$", description="分類のID")]
DocumentId = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,40}$", description="書類のID")]
Viewer = Annotated[Principal, Depends(Guard(Permission.DOCUMENT_LIST))]
Owner = Annotated[Principal, Depends(Guard(Permission.CATEGORY_EDIT, person=True))]
Reviewer = Annotated[Principal, Depends(Guard(Permission.REVIEW, person=True))]
_E = ErrorCode
_SEEING = (_E.AUTH_REQUIRED, _E.AUTH_FAILED, _E.AUTH_FORBIDDEN, _E.REQUEST_INVALID)
_CHANGING = (
    *_SEEING,
    _E.AUTH_ORIGIN,
    _E.REQUEST_TOO_LARGE,
    _E.CATEGORY_UNKNOWN,
    _E.CATEGORY_INVALID,
    _E.CATEGORY_CHANGED,
)
_TAXONOMY = examples.answer(200, examples_categories.TAXONOMY, "分類の一覧と変更の履歴")


@router.get("/v1/categories", summary="分類の一覧", responses={**_TAXONOMY, **responses(*_SEEING)})
def get_categories(services: Has, who: Viewer) -> TaxonomyBody:
    """Show all categories, retired and merged ones too, and the last changes."""
    with services.database.reading() as session:
        return _body(session)


@router.post(
    "/v1/categories",
    summary="分類を加える",
    responses={**_TAXONOMY, **responses(*_CHANGING)},
)
def post_category(
    services: Has,
    who: Owner,
    request: Annotated[CategoryAdd, Body(examples=[examples_categories.ADD])],
) -> TaxonomyBody:
    """Add a category. 409 when the name is in use."""
    with services.database.transaction() as session:
        change.add_category(
            session, request.title, _editor(who), parent=request.parent, now=services.clock()
        )
        return _body(session)


@router.post(
    "/v1/categories/undo",
    summary="最後の変更を取り消す",
    responses={**_TAXONOMY, **responses(*_CHANGING)},
)
def post_category_undo(services: Has, who: Owner) -> TaxonomyBody:
    """Take back the last change that still stands. 409 when there is none."""
    with services.database.transaction() as session:
        change.undo_last(session, _editor(who), now=services.clock())
        return _body(session)


@router.put(
    "/v1/categories/{category_id}/title",
    summary="分類の名前を変える",
    responses={**_TAXONOMY, **responses(*_CHANGING)},
)
def put_category_title(
    category_id: CategoryId,
    services: Has,
    who: Owner,
    request: Annotated[CategoryRename, Body(examples=[examples_categories.RENAME])],
) -> TaxonomyBody:
    """Rename: documents show the new name at once, records keep the old one beside it."""
    with services.database.transaction() as session:
        change.rename_category(
            session, category_id, request.title, _editor(who), now=services.clock()
        )
        return _body(session)


@router.post(
    "/v1/categories/{category_id}/merge",
    summary="分類をほかの分類にまとめる",
    responses={**_TAXONOMY, **responses(*_CHANGING)},
)
def post_category_merge(
    category_id: CategoryId,
    services: Has,
    who: Owner,
    request: Annotated[CategoryMerge, Body(examples=[examples_categories.MERGE])],
) -> TaxonomyBody:
    """Let another category stand for this one; documents keep the id they were given."""
    with services.database.transaction() as session:
        change.merge_category(
            session, category_id, request.into, _editor(who), now=services.clock()
        )
        return _body(session)


@router.post(
    "/v1/categories/{category_id}/retire",
    summary="分類の使用をやめる",
    responses={**_TAXONOMY, **responses(*_CHANGING)},
)
def post_category_retire(category_id: CategoryId, services: Has, who: Owner) -> TaxonomyBody:
    """Let nobody choose the category any more; documents that have it keep it."""
    with services.database.transaction() as session:
        change.retire_category(session, category_id, _editor(who), now=services.clock())
        return _body(session)


@router.post(
    "/v1/categories/{category_id}/samples",
    summary="見本の書類から分類を覚えさせる",
    responses={
        **_TAXONOMY,
        **responses(
            *_CHANGING,
            _E.CATEGORY_ALIKE,
            _E.DOCUMENT_UNKNOWN,
            _E.DOCUMENT_STATE,
            _E.MODEL_MISSING,
            _E.STORAGE_DAMAGED,
            _E.STORAGE_UNAVAILABLE,
            _E.STORAGE_FULL,
        ),
    },
)
def post_category_samples(
    category_id: CategoryId,
    services: Has,
    who: Owner,
    request: Annotated[CategorySamples, Body(examples=[examples_categories.SAMPLES])],
) -> TaxonomyBody:
    """Teach a category from documents that were read (a blank and some filled ones).

    It counts from the next document on; nothing is retrained. 422 when the samples can't be told
    from kinds that are known. No content is shown; that the documents were used is audited.
    """
    now, editor = services.clock(), _editor(who)
    with services.database.transaction() as session:
        papers = papers_of(session, services.objects, request.documents, editor, now=now)
        learn_category(session, services.objects, category_id, papers, editor, now=now)
        return _body(session)


@router.get(
    "/v1/categories/{category_id}/samples",
    summary="分類の見本になる書類",
    responses={
        **examples.answer(200, examples_categories.SAMPLE_LIST, "新しい順"),
        **responses(*_SEEING, _E.CATEGORY_UNKNOWN),
    },
)
def get_category_samples(category_id: CategoryId, services: Has, who: Owner) -> SamplesBody:
    """List documents of no known form that people said are of the category; at most 50."""
    with services.database.reading() as session:
        taxonomy = load_taxonomy(session)
        if taxonomy.get(category_id) is None:
            raise CodedError(ErrorCode.CATEGORY_UNKNOWN, category_id)
        found = choose.chosen_samples(session, category_id)
        return SamplesBody(
            category=category_id,
            title=taxonomy.title(category_id),
            least=LEAST_SAMPLES,
            items=[
                SampleBody(
                    document=each.document_id,
                    received_at=each.received_at,
                    page_count=each.page_count,
                    by=each.user_name,
                )
                for each in found
            ],
        )


@router.put(
    "/v1/documents/{document_id}/category",
    summary="書類の分類を選ぶ",
    responses={
        **examples.answer(200, examples_categories.CHOSEN, "選ばれた分類"),
        **responses(*_CHANGING, _E.DOCUMENT_UNKNOWN, _E.DOCUMENT_STATE),
    },
)
def put_document_category(
    document_id: DocumentId,
    services: Has,
    who: Reviewer,
    request: Annotated[CategoryChoice, Body(examples=[examples_categories.CHOICE])],
) -> DocumentCategoryBody:
    """Say what a document is; later readings don't change it. 409 for a retired category."""
    with services.database.transaction() as session:
        _hold(services, session, document_id)
        choose.choose_category(session, document_id, request.category, who, now=services.clock())
        services.cases.document_changed(session, document_id)
        return _chosen(session, document_id)


@router.delete(
    "/v1/documents/{document_id}/category",
    summary="選んだ分類を取り消す",
    status_code=204,
    responses=responses(
        *_CHANGING,
        _E.DOCUMENT_UNKNOWN,
        _E.DOCUMENT_STATE,
        _E.STORAGE_DAMAGED,
        _E.STORAGE_UNAVAILABLE,
    ),
)
def delete_document_category(document_id: DocumentId, services: Has, who: Reviewer) -> None:
    """Take back what was chosen: the suggested category stands again. 404 when nobody chose."""
    with services.database.transaction() as session:
        _hold(services, session, document_id)
        choose.withdraw_choice(session, services.objects, document_id, who, now=services.clock())
        services.cases.document_changed(session, document_id)


@router.get(
    "/v1/documents/{document_id}/category",
    summary="書類に選ばれた分類",
    responses={
        **examples.answer(200, examples_categories.CHOSEN, "選ばれた分類"),
        **responses(*_SEEING, _E.CATEGORY_UNKNOWN),
    },
)
def get_document_category(
    document_id: DocumentId, services: Has, who: Viewer
) -> DocumentCategoryBody:
    """Show what a person chose, by its name of then and of today. 404 when nobody has."""
    with services.database.reading() as session:
        return _chosen(session, document_id)


def _hold(services: Services, session: Session, document_id: str) -> None:
    """Lock a document and its case, before the audit chain: what a paper is changes its case."""
    lock_document(session, document_id)
    services.cases.hold(session, document_id)


def _editor(who: Principal) -> change.Editor:
    return change.Editor(actor=who.actor, name=who.display_name)


def _chosen(session: Session, document_id: str) -> DocumentCategoryBody:
    chosen = load_chosen(session, document_id)
    if chosen is None:
        raise CodedError(ErrorCode.CATEGORY_UNKNOWN, "nobody chose one")
    return DocumentCategoryBody(
        document=chosen.document_id,
        category=chosen.category_id,
        title_then=chosen.title_then,
        title=chosen.title,
        suggested=chosen.suggested,
        by=chosen.user_name,
        at=chosen.at,
    )


def _body(session: Session) -> TaxonomyBody:
    taxonomy = load_taxonomy(session)
    return TaxonomyBody(
        items=[
            TaxonomyEntryBody(
                id=item.id,
                title=item.title,
                parent=item.parent,
                state=item.state,
                merged_into=item.merged_into,
                resolved=taxonomy.resolve(item.id),
                builtin=item.builtin,
                samples=item.samples,
            )
            for item in taxonomy
        ],
        changes=[_change(row) for row in load_changes(session)],
    )


def _change(row: CategoryChangeRow) -> TaxonomyChangeBody:
    into = row.after.get("merged_into")
    return TaxonomyChangeBody(
        id=row.id,
        category=row.category_id,
        kind=CategoryChange(row.kind),
        title_before=str(row.before["title"]) if row.before else None,
        title_after=str(row.after["title"]),
        into=str(into) if into else None,
        by=row.actor_name,
        at=row.at,
        undone=row.undone_by is not None,
    )
