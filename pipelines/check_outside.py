"""Writing outside of the boxes, as findings that say where it stands."""

from collections.abc import Iterable, Sequence

from pipelines.finding_places import place_params
from pipelines.outside import Stray
from pipelines.records import Finding, FindingKind, Severity
from pipelines.rules.texts import text_params, told

RULE = "page.writing_outside"
_MOST_NAMED = 3


def outside_findings(strays: Iterable[Stray]) -> tuple[Finding, ...]:
    """Tell of every page on which writing belongs to no box for sure, and where: one a page."""
    by_page: dict[int, list[Stray]] = {}
    for stray in strays:
        by_page.setdefault(stray.page, []).append(stray)
    return tuple(_finding(page, held) for page, held in sorted(by_page.items()))


def _finding(page: int, strays: Sequence[Stray]) -> Finding:
    where = "、".join(
        f"上から{s.place.y / 10:.0f}cm・左から{s.place.x / 10:.0f}cm" for s in strays[:_MOST_NAMED]
    )
    if len(strays) > _MOST_NAMED:
        where += f"など{len(strays)}か所"
    params = {
        **text_params("page", "page.writing_outside", where=where, count=str(len(strays))),
        **place_params(
            page,
            (((s.place.x, s.place.y, s.place.width, s.place.height), s.box) for s in strays),
        ),
    }
    return Finding(
        rule=RULE,
        kind=FindingKind.QUALITY,
        severity=Severity.WARNING,
        fields=(),
        message=told(params),
        ground="文書読取運用基準（枠外の記入）",
        params=params,
    )
