"""Records of cases: the documents of a case, what their main forms need, where the case stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ocr_service.states import CaseStatus, DocumentState
from pipelines.forms.model import FormDefinition

MAIN = "main"
"""Purpose of a form that a case is about."""
OTHER = "other"
"""Purpose of a paper that is neither a main form nor an attachment that one needs."""


class Origin(StrEnum):
    """Why a document is in its case."""

    NUMBER = "number"
    """Its station named the case."""
    BATCH = "batch"
    """Its station said that its batch is one case."""
    COVER = "cover"
    """A cover sheet in its stack said so."""
    PERSON = "person"
    """A person put it there."""


class NeedState(StrEnum):
    """What became of a paper that a main form asks for."""

    PRESENT = "present"
    LIKELY = "likely"
    """A paper of that kind is there; only a person can say whether it is the one."""
    MISSING = "missing"
    UNCLEAR = "unclear"
    """Whether it is needed depends on something that is not known yet."""
    NOT_NEEDED = "not_needed"


class Match(StrEnum):
    """How a document was found to be an attachment, the surest first."""

    PERSON = "person"
    FORM = "form"
    TITLE = "title"
    KIND = "kind"


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseDocument:
    """One document as the case sees it.

    `values` are the decided ones, the suggested ones before (None where nothing is written);
    `heading` is the text of its first lines without spaces (pages of no known form only).
    """

    id: str
    state: DocumentState
    received_at: datetime
    form: FormDefinition | None = None
    category: str | None = None
    purpose: str | None = None
    values: Mapping[str, str | None]
    heading: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """A paper that a main form names. `key` is the purpose of documents that are this paper.

    `number` counts the attachments of the form from 1, as the rule `attachment.N` does.
    """

    key: str
    main: str
    number: int
    label: str
    ground: str
    conditional: bool
    state: NeedState
    documents: tuple[str, ...] = ()
    match: Match | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Packet:
    """A case judged: its main documents, what they need, what nobody asked for, its status.

    `replaced` are returned documents after which the same paper came again; `returned` those that
    still wait for the citizen.
    """

    mains: tuple[str, ...]
    needs: tuple[Need, ...]
    others: tuple[str, ...]
    returned: tuple[str, ...]
    replaced: tuple[str, ...]
    status: CaseStatus

    @property
    def missing(self) -> tuple[Need, ...]:
        """What must still come."""
        return tuple(need for need in self.needs if need.state is NeedState.MISSING)


def need_key(form: FormDefinition, number: int) -> str:
    """Purpose of documents that are attachment `number` of a form: `form@revision#number`."""
    return f"{form.id}@{form.revision}#{number}"
