"""RapidOCR with its defaults as a peer."""

from importlib.metadata import version
from typing import Any

import cv2
import numpy as np

from pipelines.records import Pixels
from training.benchmark.peers import PageLine, Read, Repertoire


class RapidOcrPeer:
    """RapidOCR as installed, on one thread; its log is kept off the screen."""

    name = "rapidocr"
    masks = False

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self.version = version("rapidocr")
        self._engine = RapidOCR(
            params={
                "Global.log_level": "critical",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def read_line(
        self, pixels: Pixels, *, vertical: bool = False, repertoire: Repertoire = None
    ) -> Read:
        """Read without detector; a column is laid on its side, as it does with its own."""
        crop = np.ascontiguousarray(np.rot90(pixels)) if vertical else pixels
        found: Any = self._engine(_bgr(crop), use_det=False, use_cls=False, use_rec=True)
        if not found.txts:
            return Read("")
        return Read("".join(found.txts), None, float(np.mean(found.scores)))

    def read_page(self, pixels: Pixels) -> list[PageLine]:
        """Read with detector, classifier and recogniser."""
        found: Any = self._engine(_bgr(pixels), use_det=True, use_cls=True, use_rec=True)
        if found.txts is None or found.boxes is None:
            return []
        lines = []
        for text, corners in zip(found.txts, found.boxes, strict=True):
            low, high = corners.min(axis=0), corners.max(axis=0)
            box = (float(low[0]), float(low[1]), float(high[0]), float(high[1]))
            lines.append(PageLine(text, box))
        return lines

    def close(self) -> None:
        """Hold nothing."""


def _bgr(pixels: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), np.uint8)
