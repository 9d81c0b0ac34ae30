"""Bodies about posted stacks: which documents their pages make up."""

from typing import Literal

from ocr_service.api.schemas import Body, FormRef
from ocr_service.states import DocumentState

CutReasonName = Literal["start", "form", "repeated", "separator", "cover", "person"]
PageRoleName = Literal["form", "unknown", "blank", "cover"]


class StackPageBody(Body):
    """A page of the posted file: what it was taken for, and whose it is.

    `document_id` is None for pages of no document (blank pages, cover sheets): they are kept and
    can be taken into one.
    """

    number: int
    role: PageRoleName
    form: FormRef | None = None
    form_page: int | None = None
    document_id: str | None = None


class StackDocumentBody(Body):
    """A document of the stack with its pages, and why it begins where it does."""

    id: str
    pages: list[int]
    reason: CutReasonName | None
    state: DocumentState
    form: FormRef | None = None


class StackBody(Body):
    """The file that a document was posted in. `id` is None when it holds no other document."""

    id: str | None
    page_count: int
    pages: list[StackPageBody]
    documents: list[StackDocumentBody]


class StackChangeRequest(Body):
    """Correct the split of a stack.

    `merge_previous`: the document's pages belong to the document before it. `cut_before`: with
    `page` another document begins. `take_page`: `page`, which is in no document, belongs here.
    Pages are counted in the posted file.
    """

    action: Literal["merge_previous", "cut_before", "take_page"]
    page: int | None = None
