"""A posted file of several pages, read: its documents, each with its suggestion."""

from dataclasses import dataclass

from pipelines.records import Suggestion
from pipelines.split import PageGroup, StackPage


@dataclass(frozen=True, kw_only=True, slots=True)
class StackDocument:
    """One document of a stack: its pages, why it begins there, what is suggested for it."""

    group: PageGroup
    suggestion: Suggestion


@dataclass(frozen=True, kw_only=True, slots=True)
class StackReading:
    """All documents of a file in its order (one at least), and what each page was taken for."""

    documents: tuple[StackDocument, ...]
    pages: tuple[StackPage, ...]
