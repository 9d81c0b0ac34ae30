"""Where the documents of a stack begin: page groups from what is known about each page.

The rules, in their order:

1. A **cover sheet** ends what is before it; it belongs to no document, and what it says counts for
   the documents behind it until the next cover sheet.
2. A **blank page** belongs to no document. Between sheets of one side it is a separator: the page
   behind it begins a document, unless it goes on with the form before it (page 2 of the same form).
   In a stack scanned on both sides it is the back of a sheet and separates nothing (`_backs`); a
   sheet that is blank on both sides separates.
3. A **page of a known form** joins the document before it when that is of the same form and lacks
   this page. Page 1 joins only a document that begins with a later page of its form (a sheet that
   was turned over). A later page whose form is not the one before it joins the only document of its
   form between the same separators, if that lacks it: attachments slip between sheets. With two
   documents of its form it stands alone, for a page with another person's data is worse than a
   page too few, which the check of completeness reports.
4. An **unknown page** belongs to the document before it as an attachment: citizens put copies and
   certificates behind their form, and a reviewer who sees it there can cut it off. At the begin of
   a stack, or behind a separator or cover sheet, it begins a document of its own, and unknown pages
   behind it belong to that.

A stack of which nothing would be left stays one document with all of its pages.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipelines.forms.code import CoverCode
from pipelines.records import FormKey


class PageRole(StrEnum):
    """What a page of a stack is."""

    FORM = "form"
    UNKNOWN = "unknown"
    BLANK = "blank"
    COVER = "cover"


class CutReason(StrEnum):
    """Why a document begins where it begins."""

    START = "start"
    """It is the first of the file."""
    FORM = "form"
    """A form begins, or a page of another form than before."""
    REPEATED = "repeated"
    """The same page of the same form comes again: another sheet of it."""
    SEPARATOR = "separator"
    """A blank page stands before it."""
    COVER = "cover"
    """A cover sheet stands before it."""
    PERSON = "person"
    """A person cut here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class StackPage:
    """What is known about one page. `cover` is what its QR code says if it is a cover sheet."""

    number: int
    role: PageRole
    form: FormKey | None = None
    form_page: int | None = None
    cover: CoverCode | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PageGroup:
    """Pages of one document by number, in the order of the file.

    `cover` is the cover sheet that counts for it, `section` how many cover sheets came before it.
    """

    pages: tuple[int, ...]
    reason: CutReason
    cover: CoverCode | None = None
    section: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class StackSplit:
    """Documents in the order of their first page, and the numbers of the pages of no document."""

    groups: tuple[PageGroup, ...]
    dropped: tuple[int, ...] = ()


@dataclass(slots=True)
class _Open:
    """A document under way."""

    pages: list[int]
    reason: CutReason
    form: str | None
    cover: CoverCode | None
    section: int
    form_pages: set[int] = field(default_factory=set)

    def lacks(self, page: StackPage) -> bool:
        """Whether it is of the page's form and has no such page yet."""
        same = page.form is not None and self.form == page.form.id
        return same and page.form_page not in self.form_pages

    def turned_over(self) -> bool:
        """Whether it has later pages of its form only, and nothing behind them."""
        return len(self.pages) == len(self.form_pages)


@dataclass(slots=True)
class _Stack:
    """Documents so far. `pending`: the next page begins a document, for this reason."""

    groups: list[_Open] = field(default_factory=list)
    pending: CutReason | None = CutReason.START
    since: int = 0
    """Documents before the last separator or cover sheet."""
    cover: CoverCode | None = None
    section: int = 0

    def separate(self) -> None:
        if self.pending is None:
            self.pending, self.since = CutReason.SEPARATOR, len(self.groups)

    def begin_section(self, page: StackPage) -> None:
        self.pending, self.since = CutReason.COVER, len(self.groups)
        self.cover, self.section = page.cover, self.section + 1

    def put_form(self, page: StackPage) -> None:
        home = self._home(page)
        if home is None:
            last = self.groups[-1] if self.groups else None
            again = last is not None and page.form is not None and last.form == page.form.id
            home = self._begin(page, CutReason.REPEATED if again else CutReason.FORM)
        home.pages.append(page.number)
        home.form_pages.add(page.form_page or 0)
        self.pending = None

    def put_unknown(self, page: StackPage) -> None:
        home = self.groups[-1] if self.pending is None else self._begin(page, CutReason.FORM)
        home.pages.append(page.number)
        self.pending = None

    def _begin(self, page: StackPage, reason: CutReason) -> _Open:
        made = _Open(
            pages=[],
            reason=self.pending or reason,
            form=page.form.id if page.form else None,
            cover=self.cover,
            section=self.section,
        )
        self.groups.append(made)
        return made

    def _home(self, page: StackPage) -> _Open | None:
        """Find the document that a page of a form goes on with."""
        last = self.groups[-1] if self.groups else None
        if last is None or self.pending in (CutReason.START, CutReason.COVER):
            return None
        if last.lacks(page) and (page.form_page != 1 or last.turned_over()):
            # Behind a separator only a later page goes on with the form before it.
            return last if self.pending is None or page.form_page != 1 else None
        if page.form_page == 1 or self.pending is not None:
            return None
        alike = [g for g in self.groups[self.since :] if page.form and g.form == page.form.id]
        return alike[0] if len(alike) == 1 and alike[0].lacks(page) else None


def split_stack(pages: Sequence[StackPage]) -> StackSplit:
    """Group the pages of a posted file, in their order, into documents by the rules above."""
    blanks = frozenset(page.number for page in pages if page.role is PageRole.BLANK)
    backs = _backs(blanks, len(pages))
    stack = _Stack()
    for page in pages:
        if page.role is PageRole.COVER:
            stack.begin_section(page)
        elif page.role is PageRole.FORM:
            stack.put_form(page)
        elif page.role is PageRole.UNKNOWN:
            stack.put_unknown(page)
        elif page.number not in backs:
            stack.separate()
    groups = tuple(
        PageGroup(
            pages=tuple(sorted(group.pages)),
            reason=group.reason,
            cover=group.cover,
            section=group.section,
        )
        for group in stack.groups
    )
    numbers = tuple(page.number for page in pages)
    if not groups:
        return StackSplit(groups=(PageGroup(pages=numbers, reason=CutReason.START),))
    held = {number for group in groups for number in group.pages}
    return StackSplit(groups=groups, dropped=tuple(n for n in numbers if n not in held))


def _backs(blanks: frozenset[int], count: int) -> frozenset[int]:
    """Blank backs of sheets, if the stack was scanned on both sides.

    It was when it ends with a blank back, at least half of the backs are blank, and no front is
    blank without its back. A sheet that is blank on both sides is none of them.
    """
    backs = {number for number in blanks if number % 2 == 0}
    fronts = blanks - backs
    both_sides = (
        count % 2 == 0
        and count in blanks
        and 2 * len(backs) >= count // 2
        and all(front + 1 in blanks for front in fronts)
    )
    if not both_sides:
        return frozenset()
    return frozenset(number for number in backs if number - 1 not in fronts)
