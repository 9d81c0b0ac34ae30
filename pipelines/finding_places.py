"""Places on the scan that a finding tells of: how they stand in its params, and back."""

from collections.abc import Iterable

from pipelines.records import BoundingBox, Finding

Place = tuple[float, float, float, float]
"""x, y, width, height in mm of the form."""


PLACE_PARAMS = frozenset({"page", "zones", "boxes"})
"""Params that say where something is, and nothing of what is written there."""


def place_params(page: int, places: Iterable[tuple[Place, BoundingBox]]) -> dict[str, str]:
    """Params of a finding about places of a page.

    `zones` in mm of the form (x,y,width,height), `boxes` in pixels of the scan (x0,y0,x1,y1), both
    separated by ";".
    """
    held = tuple(places)
    return {
        "page": str(page),
        "zones": ";".join(",".join(f"{value:.1f}" for value in zone) for zone, _ in held),
        "boxes": ";".join(
            f"{box.x0:.0f},{box.y0:.0f},{box.x1:.0f},{box.y1:.0f}" for _, box in held
        ),
    }


def finding_places(finding: Finding) -> tuple[tuple[int, BoundingBox], ...]:
    """Give page and place on the scan of everything that a finding shows; most show nothing."""
    boxes = finding.params.get("boxes")
    if not boxes:
        return ()
    page = int(finding.params["page"])
    corners = (tuple(map(float, box.split(","))) for box in boxes.split(";"))
    return tuple((page, BoundingBox(x0=a, y0=b, x1=c, y1=d)) for a, b, c, d in corners)
