"""Writing outside of the boxes, as findings that say where it stands."""

from collections.abc import Iterable, Sequence

from pipelines.outside import Stray
from pipelines.records import BoundingBox, Finding, FindingKind, Severity

RULE = "page.writing_outside"
_MOST_NAMED = 3


def outside_findings(strays: Iterable[Stray]) -> tuple[Finding, ...]:
    """Tell of every page on which writing belongs to no box for sure: one finding a page.

    `params` hold the places: `zones` in mm of the form (x,y,width,height), `boxes` in pixels of the
    scan (x0,y0,x1,y1), both separated by ";".
    """
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
    return Finding(
        rule=RULE,
        kind=FindingKind.QUALITY,
        severity=Severity.WARNING,
        fields=(),
        message=(
            f"{page}ページ目: 枠の外に書き込みがあります（{where}）。"
            "どの項目のものか、画像で確かめてください。"
        ),
        ground="文書読取運用基準（枠外の記入）",
        params={
            "page": str(page),
            "zones": ";".join(
                f"{s.place.x:.1f},{s.place.y:.1f},{s.place.width:.1f},{s.place.height:.1f}"
                for s in strays
            ),
            "boxes": ";".join(_corners(s.box) for s in strays),
        },
    )


def _corners(box: BoundingBox) -> str:
    return ",".join(f"{value:.0f}" for value in (box.x0, box.y0, box.x1, box.y1))
