"""From rows and records to the bodies of the API: names added, numbers masked."""

from collections.abc import Mapping

from ocr_service.api.schemas import (
    AlternativeBody,
    BoxBody,
    CategoryBody,
    CategoryOptionBody,
    DecisionBody,
    DocumentBody,
    FieldBody,
    FindingBody,
    FormRef,
    OptionBody,
    PageBody,
    PlaceBody,
    QualityBody,
    SuggestionBody,
)
from ocr_service.api.schemas_office import ExportBody
from ocr_service.audit.chain import as_utc
from ocr_service.auth.principal import Principal
from ocr_service.cases.repeats import again_documents, again_in
from ocr_service.error_map import describe
from ocr_service.review.decision_body import DecisionRecord
from ocr_service.review.masking import hide_digits, mask, number_names
from ocr_service.review.queue import QueueItem
from ocr_service.states import DocumentState
from ocr_service.storage.suggestion_codec import decode_verdicts
from ocr_service.storage.tables import ExportRow, SuggestionRow
from ocr_service.taxonomy.store import taxonomy_of, title_today
from pipelines.errors import CodedError, ErrorCode
from pipelines.finding_places import finding_places
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldDefinition, FormDefinition, MarkGroup, SealDefinition
from pipelines.records import (
    BoundingBox,
    CategoryScore,
    Field,
    Finding,
    FormKey,
    QualityReason,
    QualityVerdict,
    Suggestion,
)
from pipelines.rules.catalogue import Language
from pipelines.rules.texts import told_in

QUALITY_TEXTS = {
    QualityReason.BLANK: "何も書かれていません",
    QualityReason.BLURRED: "画像がぼやけています",
    QualityReason.DARK: "画像が暗すぎます",
    QualityReason.OVEREXPOSED: "画像が明るすぎます",
    QualityReason.LOW_RESOLUTION: "解像度が低すぎます",
    QualityReason.CUT_CORNER: "用紙の角が切れています",
    QualityReason.LOW_CONTRAST: "文字が薄すぎます",
    QualityReason.WRONG_SIDE: "裏面のようです",
    QualityReason.DAMAGED: "画像データの一部が壊れています",
    QualityReason.COVERED: "用紙の一部が隠れているか、切れています",
    QualityReason.LOST_STROKES: "文字の線が途切れ、薄い文字が消えている可能性があります",
    QualityReason.TWO_SHEETS: "2枚以上の用紙が写っています",
    QualityReason.NOT_PLACED: "用紙が曲がるなどして、記入欄の位置が決められません",
    QualityReason.WAY_UP: "用紙の上下が分かりません",
    QualityReason.STREAKS: "スキャナーの汚れによる線が入っています",
}
"""What a scanning station shows for each reason."""
_Item = FieldDefinition | MarkGroup | SealDefinition


def document_body(item: QueueItem, forms: FormLibrary, who: Principal) -> DocumentBody:
    """One document as the queue shows it."""
    row = item.row
    form = form_ref(forms, row.form_id, row.form_revision)
    failed = row.failure_code if item.state == DocumentState.FAILED else None
    return DocumentBody(
        id=row.id,
        batch_id=row.batch_id,
        state=item.state,
        version=row.version,
        received_at=as_utc(row.received_at),
        updated_at=as_utc(row.updated_at),
        station=item.station,
        page_count=row.page_count,
        form=form,
        category=row.category,
        category_label=title_today(row, row.category) if row.category else None,
        category_by=item.category_by,
        fields_total=row.fields_total,
        fields_doubtful=row.fields_doubtful,
        findings_error=row.findings_error,
        findings_warning=row.findings_warning,
        claimed_by=item.claimant,
        claimed_by_me=item.claimed_by is not None and item.claimed_by == who.id,
        claimed_until=as_utc(row.claimed_until) if item.claimed_by and row.claimed_until else None,
        failure_code=failed,
        failure_message=_failure_message(failed),
        failure_retryable=row.failure_retryable if failed else None,
        suggestion_id=row.suggestion_id,
        quality=[quality_body(v) for v in decode_verdicts(row.quality)],
        awaits_second=item.first_confirmed_by is not None,
        first_confirmed_by_me=item.first_confirmed_by == who.id,
        case_id=item.case_id,
        case_status=item.case_status,
        stack_id=row.stack_id,
        pages=row.pages,
        merged_into=row.merged_into,
    )


def suggestion_body(
    row: SuggestionRow, suggestion: Suggestion, forms: FormLibrary, *, unmasked: bool
) -> SuggestionBody:
    """Show a suggestion with what its form says of the fields; 個人番号 masked or `unmasked`."""
    form = definition_of(forms, suggestion.form)
    hidden = frozenset() if unmasked else number_names(form, suggestion.fields)
    items: dict[str, _Item] = {}
    if form is not None:
        items = {i.name: i for group in (form.fields, form.marks, form.seals) for i in group}
    return SuggestionBody(
        id=row.id,
        document_id=row.document_id,
        created_at=as_utc(row.created_at),
        form=form_ref_of(form),
        form_score=suggestion.form_score,
        category=_category_body(row, suggestion.category),
        fields=[
            _field_body(f, items.get(f.name), masked=f.name in hidden) for f in suggestion.fields
        ],
        findings=[_finding_body(hide_digits(f, hidden)) for f in suggestion.findings],
        pages=[
            PageBody(
                number=p.number,
                width=p.width,
                height=p.height,
                rotation=p.rotation,
                form_page=p.form_page,
                quality=quality_body(p.quality),
            )
            for p in suggestion.pages
        ],
        versions=dict(suggestion.versions),
        seconds=row.seconds,
        unmasked=unmasked,
    )


def decision_body(record: DecisionRecord, state: DocumentState, *, unmasked: bool) -> DecisionBody:
    """Show a decision; 個人番号 masked unless `unmasked`."""
    hidden = () if unmasked else record.masked
    return DecisionBody(
        id=record.decision_id,
        document_id=record.document_id,
        suggestion_id=record.suggestion_id,
        action=record.action,
        decided_by=record.user_name,
        created_at=record.decided_at,
        reason=record.reason,
        values={n: mask(v) if n in hidden else v for n, v in record.values.items()},
        changed=list(record.changed),
        state=state,
        masked=list(hidden),
    )


def export_body(row: ExportRow, forms: FormLibrary) -> ExportBody:
    """One export file."""
    form = form_ref(forms, row.form_id, row.form_revision)
    assert form is not None
    return ExportBody(
        id=row.id,
        form=form,
        format=row.format,
        state=row.state,
        document_count=row.document_count,
        sha256=row.sha256,
        created_at=as_utc(row.created_at),
    )


def form_ref(forms: FormLibrary, form_id: str | None, revision: str | None) -> FormRef | None:
    """Name a form with its title; the id stands for it when the office no longer has the form."""
    if form_id is None or revision is None:
        return None
    form = definition_of(forms, FormKey(id=form_id, revision=revision))
    return FormRef(id=form_id, revision=revision, title=form.title if form else form_id)


def form_ref_of(form: FormDefinition | None) -> FormRef | None:
    """Name a form with its title."""
    return FormRef(id=form.id, revision=form.revision, title=form.title) if form else None


def definition_of(forms: FormLibrary, key: FormKey | None) -> FormDefinition | None:
    """Definition of a form, None when there is none or the office no longer has it."""
    if key is None:
        return None
    try:
        return forms.get(key).definition
    except CodedError:
        return None


def quality_body(verdict: QualityVerdict) -> QualityBody:
    """Verdict on a page with its Japanese texts."""
    return QualityBody(
        page=verdict.page,
        ok=verdict.ok,
        reasons=[r.value for r in verdict.reasons],
        messages=[QUALITY_TEXTS[r] for r in verdict.reasons],
    )


def box_body(box: BoundingBox | None) -> BoxBody | None:
    """Give a box as a body."""
    return BoxBody(x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1) if box else None


def _category_body(row: SuggestionRow, category: CategoryScore) -> CategoryBody:
    taxonomy = taxonomy_of(row)
    known = len(category.scores) == len(category.candidates)
    options = [
        CategoryOptionBody(
            id=name,
            title=taxonomy.title(name),
            score=category.scores[at] if known else None,
            selectable=taxonomy.may_be_chosen(name),
        )
        for at, name in enumerate(category.candidates)
    ]
    return CategoryBody(
        label=category.label,
        title=taxonomy.title(category.label),
        confidence=category.confidence,
        candidates=list(category.candidates),
        options=options,
    )


def _finding_body(finding: Finding) -> FindingBody:
    return FindingBody(
        rule=finding.rule,
        kind=finding.kind.value,
        severity=finding.severity.value,
        fields=list(finding.fields),
        message=finding.message,
        message_en=_in(finding, Language.EN),
        message_easy=_in(finding, Language.EASY),
        ground=finding.ground,
        places=[
            PlaceBody(page=page, box=BoxBody(x0=box.x0, y0=box.y0, x1=box.x1, y1=box.y1))
            for page, box in finding_places(finding)
        ],
        documents=list(again_documents(finding)),
    )


def _in(finding: Finding, language: Language) -> str | None:
    """Tell a finding in another language, if it is one of those that can be."""
    return again_in(finding, language) or told_in(finding, language)


def _field_body(field: Field, item: _Item | None, *, masked: bool) -> FieldBody:
    about = _about(item)
    if masked:
        about["sensitivity"] = "number"
    return FieldBody(
        name=field.name,
        label=field.label,
        kind=field.kind,
        value=mask(field.value) if masked else field.value,
        raw_text=(mask(field.raw_text) or "") if masked else field.raw_text,
        confidence=field.confidence,
        state=field.state.value,
        source=field.source.value,
        box=box_body(field.box),
        page=field.page,
        doubtful=field.doubtful,
        # Other readings together would tell what the mask hides.
        alternatives=[]
        if masked
        else [AlternativeBody(value=a.value, confidence=a.confidence) for a in field.alternatives],
        masked=masked,
        correction_seal=field.correction_seal,
        correction_fluid=field.correction_fluid,
        **about,
    )


def _about(item: _Item | None) -> dict[str, object]:
    """Collect what the form says about a field."""
    if item is None:
        return {}
    if isinstance(item, SealDefinition):
        return {"section": item.section, "required": item.required}
    about: Mapping[str, object] = {
        "section": item.section,
        "row": item.row,
        "required": item.required,
        "critical": item.critical,
        "sensitivity": item.sensitivity.value,
    }
    if isinstance(item, FieldDefinition):
        return {**about, "hint": item.hint}
    options = [OptionBody(value=o.value, label=o.label) for o in item.options]
    return {**about, "options": options, "select": item.select.value}


def _failure_message(code: str | None) -> str | None:
    if code is None:
        return None
    try:
        return describe(ErrorCode(code)).message()
    except ValueError:
        return describe(ErrorCode.INTERNAL).message()
