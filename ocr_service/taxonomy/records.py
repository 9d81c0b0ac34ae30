"""The taxonomy as it stands: categories, what became of them, what they are called today."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from ocr_service.review.categories import category_title
from pipelines.category_model import UNKNOWN
from pipelines.reference.categories import category_titles

OFFICE = "office"
"""First part of the ids of categories that an office adds under no other."""


class CategoryState(StrEnum):
    """What became of a category."""

    ACTIVE = "active"
    RETIRED = "retired"
    """No longer chosen; documents that have it keep it."""
    MERGED = "merged"
    """Another one stands for it."""


class CategoryChange(StrEnum):
    """What a person did with a category."""

    ADD = "add"
    RENAME = "rename"
    MERGE = "merge"
    RETIRE = "retire"
    LEARN = "learn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One category. `builtin`: it comes with the program. `samples`: papers it was learnt from."""

    id: str
    title: str
    state: CategoryState = CategoryState.ACTIVE
    merged_into: str | None = None
    builtin: bool = False
    samples: int = 0

    @property
    def parent(self) -> str | None:
        """The category or operation that it is a kind of."""
        return self.id.rpartition(".")[0] or None


class Taxonomy:
    """All categories at one moment; those of the office stand over those of the program."""

    def __init__(self, changed: Iterable[Category] = ()) -> None:
        own = {UNKNOWN: category_title(UNKNOWN), **category_titles()}
        self._all: dict[str, Category] = {
            id_: Category(id=id_, title=title, builtin=True) for id_, title in own.items()
        }
        self._all.update({category.id: category for category in changed})

    def __iter__(self) -> Iterator[Category]:
        return iter(self._all.values())

    def get(self, category_id: str) -> Category | None:
        """Give the category of an id, as it is itself; None when there is none."""
        return self._all.get(category_id)

    def resolve(self, category_id: str) -> str:
        """Id that stands for a category today: merged ones lead to another."""
        seen = {category_id}
        while (found := self._all.get(category_id)) and found.merged_into not in (None, *seen):
            category_id = found.merged_into or category_id
            seen.add(category_id)
        return category_id

    def title(self, category_id: str) -> str:
        """Say what a category is called today, after merges."""
        resolved = self.resolve(category_id)
        found = self._all.get(resolved)
        return found.title if found else category_title(resolved)

    def may_be_chosen(self, category_id: str) -> bool:
        """Whether a person may say that a document is of it."""
        found = self._all.get(category_id)
        return found is not None and found.state is CategoryState.ACTIVE

    def family(self, category_id: str) -> tuple[str, ...]:
        """Ids that are shown under one today: itself and all that were merged into it."""
        return tuple(id_ for id_ in self._all if self.resolve(id_) == category_id)
