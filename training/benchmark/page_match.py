"""Which of the lines an engine found on a page belong to which line of the truth."""

from collections.abc import Sequence

from training.benchmark.items import Corners, TruthLine
from training.benchmark.peers import PageLine

# A line found belongs to the line of the truth that covers most of it, if that is this share.
_COVERED = 0.3
_SAME_ROW = 0.5
# Furigana is left out of the truth: lines much lower than the page's own.
_RUBY = 0.62


def match_page(truth: Sequence[TruthLine], found: Sequence[PageLine]) -> list[tuple[str, str]]:
    """Pairs of truth and reading.

    Where the truth has boxes, a pair for every line of it: what was found mostly inside its box,
    in reading order; what lies elsewhere (an address printed on the notebook) does not count.
    Otherwise one pair for the whole page: lines found are put into rows from the top, each from
    the left, and furigana is dropped.
    """
    if any(line.box is None for line in truth):
        return [("".join(line.text for line in truth), _rows(found))]
    parts: list[list[PageLine]] = [[] for _ in truth]
    for line in found:
        shares = [_share(line.box, t.box) for t in truth if t.box is not None]
        best = max(range(len(shares)), key=lambda i: shares[i])
        if shares[best] >= _COVERED:
            parts[best].append(line)
    return [
        (t.text, "".join(p.text for p in _along(t.box, part)))
        for t, part in zip(truth, parts, strict=True)
    ]


def _rows(found: Sequence[PageLine]) -> str:
    # The usual height is that of most of the text, not of most of the boxes.
    heights = sorted(_height(line) for line in found for _ in line.text)
    if not heights:
        return ""
    usual = heights[len(heights) // 2]
    rows: list[list[PageLine]] = []
    for line in sorted(found, key=lambda n: n.box[1] + n.box[3]):
        if _height(line) < _RUBY * usual:
            continue
        if rows and _same_row(rows[-1][0].box, line.box):
            rows[-1].append(line)
        else:
            rows.append([line])
    return "".join(n.text for row in rows for n in sorted(row, key=lambda n: n.box[0]))


def _along(box: Corners | None, part: Sequence[PageLine]) -> list[PageLine]:
    vertical = box is not None and box[3] - box[1] > box[2] - box[0]
    return sorted(part, key=lambda n: n.box[1] if vertical else n.box[0])


def _same_row(a: Corners, b: Corners) -> bool:
    common = min(a[3], b[3]) - max(a[1], b[1])
    return common > _SAME_ROW * min(a[3] - a[1], b[3] - b[1])


def _share(inner: Corners, outer: Corners) -> float:
    """Share of the area of `inner` that lies in `outer`."""
    width = min(inner[2], outer[2]) - max(inner[0], outer[0])
    height = min(inner[3], outer[3]) - max(inner[1], outer[1])
    area = (inner[2] - inner[0]) * (inner[3] - inner[1])
    return max(0.0, width) * max(0.0, height) / area if area > 0 else 0.0


def _height(line: PageLine) -> float:
    return line.box[3] - line.box[1]
