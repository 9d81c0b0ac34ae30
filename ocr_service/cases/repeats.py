"""The same person on the same form once more within some days: told as information, with links.

Compared are the keyed digests of `people` (kana name with date of birth, 個人番号); no name and no
date leaves them. A second application may be right: a second child, a mended paper.
"""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from ocr_service.states import DocumentState
from ocr_service.storage.tables import DocumentRow
from ocr_service.storage.tables_cases import PersonDigestRow
from pipelines.records import Finding, FindingKind, Severity
from pipelines.rules.catalogue import Language

RULE = "applicant.again"
GROUND = "文書読取運用基準（同一人の重複申請の確認）"
_MOST = 5
# A paper that was sent back is meant to come again.
_PASSED = (
    DocumentState.REJECTED.value,
    DocumentState.MERGED.value,
    DocumentState.RETURNED.value,
    DocumentState.FAILED.value,
)
_TEXTS = {
    "all": {
        Language.JA: "同じ人の同じ様式の書類が、{days}日以内にほかに{count}件あります。"
        "二重の申請でないか確かめてください。",
        Language.EN: "Other documents of the same person on the same form within {days} days: "
        "{count}. Check that this is no second application.",
        Language.EASY: "同（おな）じ 人（ひと）の 同（おな）じ 書類（しょるい）が、"
        "{days}日（にち）の 間（あいだ）に ほかに {count}件（けん） あります。"
        "2回（かい） 出（だ）して いないか 見（み）て ください。",
    },
    "some": {
        Language.JA: "同じ人も書かれている同じ様式の書類が、{days}日以内にほかに{count}件あります。"
        "きょうだいなど、別の申請かもしれません。",
        Language.EN: "Other documents on the same form that name some of the same people within "
        "{days} days: {count}. They may be about somebody else, such as a brother or sister.",
        Language.EASY: "同（おな）じ 人（ひと）も 書（か）いて ある 同（おな）じ "
        "書類（しょるい）が、{days}日（にち）の 間（あいだ）に ほかに {count}件（けん） "
        "あります。きょうだいなど、べつの 人（ひと）の 書類（しょるい）かも しれません。",
    },
}


def again_findings(session: Session, document_id: str, *, within: timedelta) -> tuple[Finding, ...]:
    """Tell of other documents of the same people on the same form, before or after; at most one.

    `all` people of one of the papers being on the other is told apart from `some`.
    """
    row = session.get(DocumentRow, document_id)
    if row is None or row.form_id is None or not within:
        return ()
    shared = _sharing(session, row, within)
    if not shared:
        return ()
    people = _digests(session, [document_id, *shared])
    own = people[document_id]
    same = [other for other in shared if own <= people[other] or people[other] <= own]
    chosen, kind = (same, "all") if same else (shared, "some")
    params = {
        "people": kind,
        "days": str(within.days),
        "count": str(len(chosen)),
        "documents": ",".join(chosen[:_MOST]),
    }
    return (
        Finding(
            rule=RULE,
            kind=FindingKind.PLAUSIBILITY,
            severity=Severity.INFO,
            fields=(),
            message=_TEXTS[kind][Language.JA].format(**params),
            ground=GROUND,
            params=params,
        ),
    )


def again_in(finding: Finding, language: Language) -> str | None:
    """Tell such a finding in another language; None for others."""
    if finding.rule != RULE:
        return None
    return _TEXTS[finding.params["people"]][language].format(**finding.params)


def again_documents(finding: Finding) -> tuple[str, ...]:
    """Ids of the documents that such a finding speaks of, the newest first; others have none."""
    if finding.rule != RULE:
        return ()
    return tuple(finding.params["documents"].split(","))


def _sharing(session: Session, row: DocumentRow, within: timedelta) -> list[str]:
    theirs, own = aliased(PersonDigestRow), aliased(PersonDigestRow)
    query = (
        select(DocumentRow.id)
        .join(theirs, theirs.document_id == DocumentRow.id)
        .join(own, own.digest == theirs.digest)
        .where(
            own.document_id == row.id,
            DocumentRow.id != row.id,
            DocumentRow.form_id == row.form_id,
            DocumentRow.received_at.between(row.received_at - within, row.received_at + within),
            DocumentRow.state.not_in(_PASSED),
        )
        .distinct()
        .order_by(DocumentRow.id.desc())
    )
    return list(session.scalars(query))


def _digests(session: Session, documents: Collection[str]) -> dict[str, set[str]]:
    """Digests by document, of names with a date of birth where there are any.

    A 個人番号 that one of two papers lacks must not make them papers of different people.
    """
    rows = session.execute(
        select(PersonDigestRow.document_id, PersonDigestRow.basis, PersonDigestRow.digest).where(
            PersonDigestRow.document_id.in_(list(documents))
        )
    ).all()
    found: dict[str, set[str]] = {document: set() for document in documents}
    for basis in ("name_birth", "number"):
        have = {document for document, digests in found.items() if digests}
        for document, of, digest in rows:
            if of == basis and document not in have:
                found[document].add(digest)
    return found
