"""Both pictures of an estimate as one SVG: risk against review, and how right confidences were."""

from collections.abc import Callable, Iterable
from html import escape
from math import log10

from ocr_service.residual.estimate import Estimate, Point

_WIDTH, _HEIGHT = 1000, 430
_LEFT, _TOP, _SIDE, _FLOOR = 80, 70, 370, 350
_GAP = 490
"""From the left edge of one panel to that of the other."""
_LEAST = 1e-4
"""Least share of errors that the scale shows: what is less stands on its floor."""
_SHARES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_TOLD, _SEEN, _MARK = "#0017c1", "#c74700", "#1d7a3e"
_FONTS = "Noto Sans JP,Yu Gothic,Hiragino Sans,sans-serif"
_Scale = Callable[[float], float]


def plot_svg(estimate: Estimate) -> str:
    """Draw the curve of risk by share reviewed, and errors told against corrections by bin.

    Scales of errors are logarithmic from one in ten thousand. Too few confirmations are said in
    words.
    """
    body = _too_few() if not estimate.enough else [*_risk(estimate), *_reliability(estimate)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" role="img" fill="#1a1a1a" '
            f'font-family="{_FONTS}" font-size="13">',
            "<title>確認する割合と残る誤り、確信度の当たり方</title>",
            f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
            *body,
            "</svg>\n",
        ]
    )


def _risk(estimate: Estimate) -> list[str]:
    x: _Scale = lambda share: _LEFT + _SIDE * share  # noqa: E731 - a scale in one line
    curve = estimate.curve
    parts = _frame(
        _LEFT, "確認する割合と、確認しない項目に残る誤り", "全項目のうち確認する割合", "誤りの割合"
    )
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(_text(x(share), _FLOOR + 18, f"{share:.0%}", anchor="middle"))
    band = [(x(p.reviewed), _y(p.corrected.high)) for p in curve]
    band += [(x(p.reviewed), _y(p.corrected.low)) for p in reversed(curve)]
    parts.append(f'<polygon points="{_points(band)}" fill="{_SEEN}" fill-opacity="0.15"/>')
    parts.append(_line(((x(p.reviewed), _y(_told(p))) for p in curve), _TOLD, dashed=True))
    parts.append(_line(((x(p.reviewed), _y(p.corrected.rate)) for p in curve), _SEEN))
    sure = estimate.sure
    now = (x(1 - sure.of / estimate.fields), _y(sure.rate))
    parts.append(_diamond(*now, "#1a1a1a"))
    labels = [("確信度から", _TOLD, "dash"), ("訂正から（帯は95%）", _SEEN, "line")]
    labels.append(("今のしきい値", "#1a1a1a", "diamond"))
    target = estimate.target
    if target is not None and target.point is not None:
        parts.append(_dot(x(target.point.reviewed), _y(target.point.risk), _MARK, 6))
        labels.append((f"正しさ {target.accuracy:.10g}", _MARK, "dot"))
    return [*parts, *_legend(_LEFT + _SIDE - 165, labels)]


def _reliability(estimate: Estimate) -> list[str]:
    left = _LEFT + _GAP
    x: _Scale = lambda share: left + _SIDE * _position(share)  # noqa: E731 - a scale in one line
    parts = _frame(left, "確信度の当たり方", "確信度から見込んだ誤り", "訂正された割合")
    for share in _SHARES:
        parts.append(_text(x(share), _FLOOR + 18, _percent(share), anchor="middle"))
    parts.append(_line([(x(_LEAST), _y(_LEAST)), (x(1.0), _y(1.0))], "#767676", dashed=True))
    for each in estimate.bins:
        at, seen = x(1 - each.confidence), each.corrected
        parts.append(_line([(at, _y(seen.low)), (at, _y(seen.high))], _SEEN))
        parts.append(_dot(at, _y(seen.rate), _SEEN, 4))
        parts.append(_text(at + 7, _y(seen.rate) - 6, f"{seen.of}", size=11))
    labels = [
        ("線の上なら当たり", "#767676", "dash"),
        ("訂正と95%の範囲（数は項目数）", _SEEN, "dot"),
    ]
    return [*parts, *_legend(left + 12, labels)]


def _frame(left: float, title: str, across: str, up: str) -> list[str]:
    middle = left + _SIDE / 2
    parts = [_text(left, _TOP - 30, title, size=16, weight="bold")]
    for share in _SHARES:
        y = _y(share)
        parts.append(f'<path d="M{left} {y:.1f}h{_SIDE}" stroke="#d9d9d9"/>')
        parts.append(_text(left - 8, y + 4, _percent(share), anchor="end"))
    parts.append(f'<path d="M{left} {_TOP}V{_FLOOR}h{_SIDE}" fill="none" stroke="#1a1a1a"/>')
    parts.append(_text(middle, _FLOOR + 44, across, anchor="middle"))
    parts.append(_text(left - 8, _TOP - 10, up, anchor="middle"))
    return parts


def _legend(left: float, labels: Iterable[tuple[str, str, str]]) -> list[str]:
    parts = []
    for number, (words, colour, sign) in enumerate(labels):
        y = _TOP + 14 + 20 * number
        if sign == "diamond":
            parts.append(_diamond(left + 11, y, colour))
        elif sign == "dot":
            parts.append(_dot(left + 11, y, colour, 5))
        else:
            parts.append(_line([(left, y), (left + 22, y)], colour, dashed=sign == "dash"))
        parts.append(_text(left + 30, y + 4, words))
    return parts


def _too_few() -> list[str]:
    words = "確定した文書が少なすぎて、グラフにできません。"
    return [_text(_WIDTH / 2, _HEIGHT / 2, words, size=18, anchor="middle")]


def _told(point: Point) -> float:
    return point.expected / point.unreviewed


def _position(share: float) -> float:
    return 1 - log10(max(share, _LEAST)) / log10(_LEAST)


def _y(share: float) -> float:
    return _FLOOR - (_FLOOR - _TOP) * _position(share)


def _percent(share: float) -> str:
    return f"{share * 100:g}%" if share > _LEAST else f"≤{share * 100:g}%"


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in pairs)


def _line(pairs: Iterable[tuple[float, float]], colour: str, *, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="6 4"' if dashed else ""
    style = f'fill="none" stroke="{colour}" stroke-width="2"{dash}'
    return f'<polyline points="{_points(pairs)}" {style}/>'


def _dot(x: float, y: float, colour: str, radius: int) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" fill="{colour}"/>'


def _diamond(x: float, y: float, colour: str) -> str:
    return f'<path d="M{x:.1f} {y - 7:.1f}l7 7l-7 7l-7 -7z" fill="{colour}"/>'


def _text(
    x: float, y: float, words: str, *, size: int = 13, anchor: str = "start", weight: str = "normal"
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'font-weight="{weight}">{escape(words)}</text>'
    )
