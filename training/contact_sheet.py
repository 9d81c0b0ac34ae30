"""Crops of what a stage got wrong, and all of them on one picture to look at.

python -m training.contact_sheet FOLDER PICTURE.png
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from pipelines.records import BoundingBox, Pixels

_TILE = (230, 176)
_WORDS = 40
_ACROSS = 6


def save_crop(path: Path, pixels: Pixels, box: BoundingBox, *, around: float = 1.2) -> None:
    """Write the part of a scan (RGB) around a box; `around` is a share of its longer side."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pad = around * max(box.x1 - box.x0, box.y1 - box.y0)
    rows = slice(max(0, round(box.y0 - pad)), round(box.y1 + pad))
    columns = slice(max(0, round(box.x0 - pad)), round(box.x1 + pad))
    cv2.imwrite(str(path), pixels[rows, columns, ::-1])


def contact_sheet(files: Sequence[Path]) -> Pixels:
    """All pictures beside each other, each with its name below."""
    tiles = [_tile(path) for path in files]
    blank = np.full((_TILE[1], _TILE[0], 3), 255, np.uint8)
    tiles += [blank] * (-len(tiles) % _ACROSS)
    rows = [np.hstack(tiles[at : at + _ACROSS]) for at in range(0, len(tiles), _ACROSS)]
    return np.asarray(np.vstack(rows), np.uint8)


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("picture", type=Path)
    parser.add_argument("--most", type=int, default=60)
    options = parser.parse_args()
    files = sorted(options.folder.glob("*.png"))[: options.most]
    if files:
        cv2.imwrite(str(options.picture), contact_sheet(files))
    return 0


def _tile(path: Path) -> Pixels:
    wide, high = _TILE
    crop = cv2.imread(str(path))
    scale = min((wide - 8) / crop.shape[1], (high - _WORDS) / crop.shape[0])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
    tile = np.full((high, wide, 3), 255, np.uint8)
    tile[: size[1], : size[0]] = cv2.resize(crop, size, interpolation=how)
    for line in range(2):
        words = path.stem[36 * line : 36 * (line + 1)]
        at = (2, high - 24 + 14 * line)
        cv2.putText(tile, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 0, 160), 1, cv2.LINE_AA)
    return tile


if __name__ == "__main__":
    raise SystemExit(main())
