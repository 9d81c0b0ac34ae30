"""How the pages of a posted stack are grouped into documents: records made by hand."""

import pytest

from pipelines.forms.code import CoverCode, CoverKind, format_cover, parse_cover
from pipelines.records import FormKey
from pipelines.split import CutReason, PageRole, StackPage, StackSplit, split_stack

_CASE = CoverCode(kind=CoverKind.CASE, number="2026-001")


def stack(text: str) -> list[StackPage]:
    """Write pages as words: `A1` page 1 of form A, `?` unknown, `_` blank, `=` a cover sheet."""
    pages = []
    for number, word in enumerate(text.split(), start=1):
        if word == "=":
            pages.append(StackPage(number=number, role=PageRole.COVER, cover=_CASE))
        elif word in "?_":
            role = PageRole.UNKNOWN if word == "?" else PageRole.BLANK
            pages.append(StackPage(number=number, role=role))
        else:
            form = FormKey(id=word[0], revision=word[2:] or "1")
            form_page = int(word[1])
            pages.append(
                StackPage(number=number, role=PageRole.FORM, form=form, form_page=form_page)
            )
    return pages


def groups(split: StackSplit) -> list[tuple[int, ...]]:
    return [group.pages for group in split.groups]


def reasons(split: StackSplit) -> list[CutReason]:
    return [group.reason for group in split.groups]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A1", [(1,)]),
        ("A1 B1 C1", [(1,), (2,), (3,)]),
        ("A1 A2 B1", [(1, 2), (3,)]),
        ("A1 A2 ? ? B1", [(1, 2, 3, 4), (5,)]),
        ("A1 A1 A1", [(1,), (2,), (3,)]),
        ("A1 A2 A1 A2", [(1, 2), (3, 4)]),
        # Page 2 is missing in the first, page 1 in the last.
        ("A1 A1 A2 A2", [(1,), (2, 3), (4,)]),
        # A sheet of two sides that was turned over.
        ("A2 A1 A2 A1", [(1, 2), (3, 4)]),
        ("A2 ? A1", [(1, 2), (3,)]),
        # Another revision printed page 2 no differently.
        ("A1 A2n", [(1, 2)]),
        # Form B slipped between the pages of A.
        ("A1 B1 A2", [(1, 3), (2,)]),
        # Whose page 2 it is can't be known.
        ("A1 A1 B1 A2", [(1,), (2,), (3,), (4,)]),
        ("? ? ?", [(1, 2, 3)]),
        ("? A1", [(1,), (2,)]),
        ("A1 ? A2", [(1, 2, 3)]),
    ],
)
def test_forms_begin_documents_and_unknown_pages_go_with_what_is_before_them(
    text: str, expected: list[tuple[int, ...]]
) -> None:
    split = split_stack(stack(text))
    assert groups(split) == expected
    assert split.dropped == ()


@pytest.mark.parametrize(
    ("text", "expected", "dropped"),
    [
        ("A1 _ ?", [(1,), (3,)], (2,)),
        ("? _ ? ? _ ?", [(1,), (3, 4), (6,)], (2, 5)),
        ("_ A1 _", [(2,)], (1, 3)),
        # The back of page 1 is not the end of the form.
        ("A1 _ A2 ?", [(1, 3, 4)], (2,)),
        # Behind a separator another page 1 is another document, and so is a foreign page 2.
        ("A1 B1 _ A2", [(1,), (2,), (4,)], (3,)),
        ("A1 _ A1", [(1,), (3,)], (2,)),
        # Scanned on both sides: backs separate nothing, a sheet that is blank on both does.
        ("A1 _ ? _", [(1, 3)], (2, 4)),
        ("A1 _ ? _ _ _ ? _", [(1, 3), (7,)], (2, 4, 5, 6, 8)),
        ("A1 A2 ? _", [(1, 2, 3)], (4,)),
        ("_", [(1,)], ()),
        ("_ _ _", [(1, 2, 3)], ()),
        ("=", [(1,)], ()),
    ],
)
def test_blank_pages_separate_or_are_backs_and_are_recorded(
    text: str, expected: list[tuple[int, ...]], dropped: tuple[int, ...]
) -> None:
    split = split_stack(stack(text))
    assert (groups(split), split.dropped) == (expected, dropped)


def test_no_page_is_lost_or_in_two_documents() -> None:
    for text in ("A1 _ A2 = ? B1 B1 _ _ A2", "= _ = A2 A1 ? _ ?", "_ = _"):
        pages = stack(text)
        split = split_stack(pages)
        held = [n for group in split.groups for n in group.pages] + list(split.dropped)
        assert sorted(held) == [page.number for page in pages]


def test_a_cover_sheet_counts_for_what_is_behind_it() -> None:
    split = split_stack(stack("A1 = A2 ? = = B1"))
    assert groups(split) == [(1,), (3, 4), (7,)]
    assert split.dropped == (2, 5, 6)
    assert [group.cover for group in split.groups] == [None, _CASE, _CASE]
    assert [group.section for group in split.groups] == [0, 1, 3]


def test_every_document_says_why_it_begins() -> None:
    split = split_stack(stack("A1 A2 B1 B1 _ ? = C1 A2"))
    assert reasons(split) == [
        CutReason.START,
        CutReason.FORM,
        CutReason.REPEATED,
        CutReason.SEPARATOR,
        CutReason.COVER,
        CutReason.FORM,
    ]


def test_a_stack_without_pages_is_an_empty_document() -> None:
    assert groups(split_stack([])) == [()]


@pytest.mark.parametrize(
    "code",
    [
        CoverCode(kind=CoverKind.NEXT),
        CoverCode(kind=CoverKind.TOGETHER),
        CoverCode(kind=CoverKind.CASE, number="R8/001-a.b_c"),
    ],
)
def test_cover_codes_are_read_back(code: CoverCode) -> None:
    assert parse_cover(format_cover(code)) == code


@pytest.mark.parametrize(
    "code",
    [
        CoverCode(kind=CoverKind.CASE),
        CoverCode(kind=CoverKind.NEXT, number="1"),
        CoverCode(kind=CoverKind.CASE, number="山田 太郎"),
    ],
)
def test_cover_codes_that_could_not_be_read_back_are_refused(code: CoverCode) -> None:
    with pytest.raises(ValueError, match="cover"):
        format_cover(code)


@pytest.mark.parametrize("text", ["", "ocr-service:cover:", "ocr-service:form:a:1:1", "https://x"])
def test_other_codes_are_no_cover_sheets(text: str) -> None:
    assert parse_cover(text) is None
