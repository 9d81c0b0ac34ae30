"""The engines that are compared, behind one small protocol.

| name | what it is |
|---|---|
| `ours` | the current recogniser and detector of `models/artifacts`, read as the pipeline reads |
| `unmodified` | the same way of reading with PP-OCRv6 small as it came |
| `rapidocr` | RapidOCR 3.10 with its defaults (the same unmodified weights, its own reading) |
| `tesseract` | the `tesseract` binary with `jpn` (and `jpn_vert` for columns) |
| `paddleocr` | PaddleOCR 3.7 on onnxruntime in an environment of its own (`--paddle-python`) |

All run on one thread. A peer that cannot run here is a `Missing` that says how to install it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from models.engines import Engines
from pipelines.records import Pixels
from training.benchmark.items import Corners

Repertoire = frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Read:
    """What an engine says of one line.

    `confidence` is its probability that the whole text is right, `mean` that of a character
    (geometric or arithmetic mean, as the engine states it); None where it states nothing.
    """

    text: str
    confidence: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True)
class PageLine:
    """One line found on a page; `box` in pixels of the page."""

    text: str
    box: Corners


class Peer(Protocol):
    """An engine. `masks`: whether it can be told what a field may hold."""

    name: str
    version: str
    masks: bool

    def read_line(
        self, pixels: Pixels, *, vertical: bool = False, repertoire: Repertoire = None
    ) -> Read:
        """Read one line (H x W x 3 RGB)."""
        ...

    def read_page(self, pixels: Pixels) -> list[PageLine]:
        """Find and read the lines of a page (H x W x 3 RGB), in any order."""
        ...

    def close(self) -> None:
        """Give back processes and files."""
        ...


@runtime_checkable
class OwnPeer(Protocol):
    """An engine that the pipeline for known forms can be run with."""

    name: str
    engines: Engines


@dataclass(frozen=True, slots=True)
class Missing:
    """A peer that cannot run here, and how to make it run."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PeerOptions:
    """What peers need to know. `paddle_python` has PaddleOCR; `folder` is for temporary files."""

    folder: Path
    paddle_python: Path | None = None


class PeerUnavailableError(Exception):
    """A peer cannot run here; the text says how to install it."""


def open_peers(
    names: Iterable[str],
    options: PeerOptions,
    openers: "Mapping[str, Callable[[PeerOptions], Peer]] | None" = None,
) -> list[Peer | Missing]:
    """Open the named peers in this order. Raises KeyError for a name that no peer has."""
    known = OPENERS if openers is None else openers
    chosen = [(name, known[name]) for name in names]
    found: list[Peer | Missing] = []
    for name, opener in chosen:
        try:
            found.append(opener(options))
        except PeerUnavailableError as error:
            found.append(Missing(name, str(error)))
    return found


# Each engine is imported when it is opened: a peer that is not installed must not stop the others.
def _ours(options: PeerOptions) -> Peer:
    from training.benchmark.peer_ours import open_ours

    return open_ours()


def _unmodified(options: PeerOptions) -> Peer:
    from training.benchmark.peer_ours import open_unmodified

    return open_unmodified()


def _rapidocr(options: PeerOptions) -> Peer:
    from training.benchmark.peer_rapidocr import RapidOcrPeer

    return RapidOcrPeer()


def _tesseract(options: PeerOptions) -> Peer:
    from training.benchmark.peer_tesseract import open_tesseract

    return open_tesseract(options.folder)


def _paddleocr(options: PeerOptions) -> Peer:
    from training.benchmark.peer_paddle import open_paddle

    return open_paddle(options.paddle_python, options.folder)


OPENERS: Mapping[str, Callable[[PeerOptions], Peer]] = {
    "ours": _ours,
    "unmodified": _unmodified,
    "rapidocr": _rapidocr,
    "tesseract": _tesseract,
    "paddleocr": _paddleocr,
}
