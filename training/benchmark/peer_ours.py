"""Our own reading as a peer: with the current recogniser, or with the unmodified one."""

import numpy as np

from models.detector import Detector, TextRegion
from models.engines import Engines, load_engines
from models.errors import ModelError
from models.recogniser import Recogniser
from pipelines.line_crops import pieces
from pipelines.lines import Found, joined, read_lines, read_regions
from pipelines.orient import straighten
from pipelines.records import Page, Pixels
from pipelines.upright import turn_upright
from pipelines.wording import worded
from training.benchmark.peers import PageLine, PeerUnavailableError, Read, Repertoire

_UNMODIFIED = "ppocrv6_small_rec", "1.0.0"
_DPI = 200.0


class OursPeer:
    """The pipeline with a recogniser and a detector."""

    masks = True

    def __init__(self, name: str, engines: Engines) -> None:
        self.name = name
        self.engines = engines
        self.version = ", ".join(f"{n} {v}" for n, v in engines.versions.items())

    def read_line(
        self, pixels: Pixels, *, vertical: bool = False, repertoire: Repertoire = None
    ) -> Read:
        """Read as the boxes of forms are read; columns and very long lines as unknown pages."""
        parts = pieces(pixels)
        if not vertical and len(parts) == 1:
            (reading,) = self.engines.recogniser.read([pixels], [repertoire])
            if repertoire is None and self.engines.wording is not None:
                reading = worded(reading, self.engines.wording)
            return Read(reading.text, reading.confidence, joined([reading])[1])
        height, width = pixels.shape[:2]
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        whole = Found(TextRegion(corners, 1.0), vertical)
        ((text, mean),) = read_regions(
            pixels, [whole], self.engines.recogniser, self.engines.wording
        )
        return Read(text, None, mean)

    def read_page(self, pixels: Pixels) -> list[PageLine]:
        """Read as a page of no known form is read."""
        height, width = pixels.shape[:2]
        page = Page(
            number=1,
            pixels=pixels,
            dpi=_DPI,
            to_scan=np.eye(3),
            scan_width=width,
            scan_height=height,
        )
        engines = self.engines
        upright, regions = turn_upright(straighten(page), engines.detector, engines.recogniser)
        lines = read_lines(upright, regions, engines.recogniser, engines.wording)
        return [PageLine(n.text, (n.box.x0, n.box.y0, n.box.x1, n.box.y1)) for n in lines]

    def close(self) -> None:
        """Hold nothing."""


def open_ours() -> OursPeer:
    """Open the current models. Raises `PeerUnavailableError`."""
    try:
        return OursPeer("ours", load_engines())
    except ModelError as error:
        raise PeerUnavailableError(str(error)) from error


def open_unmodified() -> OursPeer:
    """Open PP-OCRv6 small as it came in the wheel, read the same way.

    Raises `PeerUnavailableError`.
    """
    model, version = _UNMODIFIED
    try:
        recogniser = Recogniser.load(model=model, version=version)
        return OursPeer("unmodified", Engines(recogniser=recogniser, detector=Detector.load()))
    except ModelError as error:
        raise PeerUnavailableError(str(error)) from error
