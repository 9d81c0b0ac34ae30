"""The `tesseract` program as a peer."""

import csv
import io
import os
import shutil
import subprocess
from pathlib import Path

import cv2

from pipelines.records import Pixels
from training.benchmark.peers import PageLine, PeerUnavailableError, Read, Repertoire

_INSTALL = "apt-get install tesseract-ocr tesseract-ocr-jpn tesseract-ocr-jpn-vert"
_LINE, _COLUMN, _PAGE = "7", "5", "3"
# It wants some white around a line.
_BORDER = 12
_SECONDS = 120
# 3 is a page, 4 a line, 5 a word in the levels of its table.
_WORD = "5"


class TesseractPeer:
    """One process a picture, on one thread."""

    name = "tesseract"
    masks = False

    def __init__(self, program: str, version: str, languages: set[str], folder: Path) -> None:
        self.version = version
        self._program = program
        self._columns = "jpn_vert" if "jpn_vert" in languages else "jpn"
        self._file = folder / "tesseract.png"

    def read_line(
        self, pixels: Pixels, *, vertical: bool = False, repertoire: Repertoire = None
    ) -> Read:
        """Read as a single line (`--psm 7`), a column with `jpn_vert` (`--psm 5`)."""
        padded = cv2.copyMakeBorder(
            pixels, _BORDER, _BORDER, _BORDER, _BORDER, cv2.BORDER_REPLICATE
        )
        language = self._columns if vertical else "jpn"
        words = self._words(padded, language, _COLUMN if vertical else _LINE)
        scores = [float(word["conf"]) / 100 for word in words]
        mean = sum(scores) / len(scores) if scores else None
        return Read("".join(word["text"] for word in words), None, mean)

    def read_page(self, pixels: Pixels) -> list[PageLine]:
        """Read with its own layout analysis (`--psm 3`), words put together to its lines."""
        lines: dict[tuple[str, ...], list[dict[str, str]]] = {}
        for word in self._words(pixels, "jpn", _PAGE):
            key = (word["block_num"], word["par_num"], word["line_num"])
            lines.setdefault(key, []).append(word)
        return [_line(words) for words in lines.values()]

    def close(self) -> None:
        """Remove the picture."""
        self._file.unlink(missing_ok=True)

    def _words(self, pixels: Pixels, language: str, mode: str) -> list[dict[str, str]]:
        cv2.imwrite(str(self._file), cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR))
        command = [self._program, str(self._file), "stdout", "-l", language, "--psm", mode, "tsv"]
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=_SECONDS,
            check=True,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
        table = csv.DictReader(
            io.StringIO(done.stdout.decode("utf-8")), delimiter="\t", quoting=csv.QUOTE_NONE
        )
        return [row for row in table if row["level"] == _WORD and (row["text"] or "").strip()]


def open_tesseract(folder: Path) -> TesseractPeer:
    """Find the program and Japanese. Raises `PeerUnavailableError`."""
    program = shutil.which("tesseract")
    if program is None:
        raise PeerUnavailableError(f"no program `tesseract`: {_INSTALL}")
    listed = subprocess.run([program, "--list-langs"], capture_output=True, text=True, check=True)
    languages = set(listed.stdout.split())
    if "jpn" not in languages:
        raise PeerUnavailableError(f"tesseract lacks Japanese: {_INSTALL}")
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    version = told.stdout.split()[1]
    return TesseractPeer(program, version, languages, folder)


def _line(words: list[dict[str, str]]) -> PageLine:
    boxes = [[float(w[name]) for name in ("left", "top", "width", "height")] for w in words]
    return PageLine(
        "".join(w["text"] for w in words),
        (
            min(b[0] for b in boxes),
            min(b[1] for b in boxes),
            max(b[0] + b[2] for b in boxes),
            max(b[1] + b[3] for b in boxes),
        ),
    )
