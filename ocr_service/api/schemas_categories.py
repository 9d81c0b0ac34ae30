"""Bodies of the category taxonomy."""

from datetime import datetime

from pydantic import Field

from ocr_service.api.schemas import Body
from ocr_service.taxonomy.records import CategoryChange, CategoryState

_ID = r"^[a-z0-9_.]{1,96}$"


class TaxonomyEntryBody(Body):
    """One category: `resolved` is the id that stands for it today; `samples` it was taught from."""

    id: str
    title: str
    parent: str | None
    state: CategoryState
    merged_into: str | None
    resolved: str
    builtin: bool
    samples: int


class TaxonomyChangeBody(Body):
    """One change: titles before and after, who and when, whether it was taken back."""

    id: str
    category: str
    kind: CategoryChange
    title_before: str | None
    title_after: str
    into: str | None
    by: str
    at: datetime
    undone: bool


class TaxonomyBody(Body):
    """The whole taxonomy with its last changes, the newest first."""

    items: list[TaxonomyEntryBody]
    changes: list[TaxonomyChangeBody]


class CategoryAdd(Body):
    """A new category, as a kind of `parent` if there is one."""

    title: str = Field(min_length=1, max_length=200)
    parent: str | None = Field(default=None, pattern=_ID)


class CategoryRename(Body):
    """Another name."""

    title: str = Field(min_length=1, max_length=200)


class CategoryMerge(Body):
    """The category that stands for this one from now on."""

    into: str = Field(pattern=_ID)


class CategorySamples(Body):
    """Documents that a category is taught from: a blank and some filled ones."""

    documents: list[str] = Field(min_length=1, max_length=50)


class CategoryChoice(Body):
    """What a person says a document is."""

    category: str = Field(pattern=_ID)


class DocumentCategoryBody(Body):
    """What was chosen: the id and name of then, the name of today."""

    document: str
    category: str
    title_then: str
    title: str
    suggested: str | None
    by: str
    at: datetime


class SampleBody(Body):
    """A document of no known form that a person said is of the category. No content."""

    document: str
    received_at: datetime
    page_count: int
    by: str


class SamplesBody(Body):
    """Documents that a category can be taught from, the newest first; it takes `least` of them."""

    category: str
    title: str
    least: int
    items: list[SampleBody]
