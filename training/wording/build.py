"""Make the artifact: `python -m training.wording.build --version 1.0.0`.

Counts drawn texts (`texts.py`), then measures what the model does to lines read from synthetic
scans: prose of the user guides (none of it counted) and lines that mean nothing, which must stay as
they were written.
"""

import argparse
import hashlib
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml

from models.head import load_head
from models.manifest import load_manifest
from models.recogniser import MODEL as RECOGNISER
from models.wording import MODEL, Wording
from training.wording.counts import fit
from training.wording.measure import measure
from training.wording.texts import draw_texts

_ARTIFACTS = Path(__file__).parents[2] / "models" / "artifacts"
_CARD = """# {name} {version}

How usual a text is as Japanese, character by character (n-grams up to four, Witten-Bell). Decides
between options that the ink of cursive writing leaves open, in free text and on unknown pages;
never in names, addresses, dates or figures, and never against clear ink.

Counted: {texts:,} texts drawn from IPAdic and `wordfreq`, and the phrases of this program
(`training/wording/texts.py`); no text of anybody. Wrong characters of synthetic lines before and
after (`python -m training.wording.build`):

| lines | before | after | became right | became wrong |
|---|--:|--:|--:|--:|
{rows}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", required=True)
    parser.add_argument("--texts", type=int, default=330_000)
    parser.add_argument("--words", type=int, default=1_500_000)
    parser.add_argument("--lines", type=int, default=400, help="lines of each kind to measure with")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    known = load_head(load_manifest(RECOGNISER)).characters
    characters = sorted({c for c in known if len(c) == 1 and c != " "})
    arrays = fit(draw_texts(options.texts, options.words, options.seed), characters)
    folder = _ARTIFACTS / MODEL / options.version
    folder.mkdir(parents=True, exist_ok=True)
    data = io.BytesIO()
    np.savez_compressed(data, **arrays)  # type: ignore[arg-type]
    (folder / "model.npz").write_bytes(data.getvalue())
    manifest = {
        "name": MODEL,
        "version": options.version,
        "task": "wording",
        "file": "model.npz",
        "sha256": hashlib.sha256(data.getvalue()).hexdigest(),
        "licence": "Apache-2.0; learnt from IPAdic (ICOT and NAIST licence) and wordfreq "
        "(CC BY-SA 4.0)",
        "attribution": "IPAdic, Nara Institute of Science and Technology, by way of janome "
        "(Tomoko Uchida); wordfreq, Robyn Speer",
        "provenance": f"{options.texts} texts of the dictionaries, seed {options.seed} "
        "(training/wording)",
    }
    _write(folder, manifest)
    figures = measure(Wording.load(version=options.version), options.lines)
    manifest["metrics"] = {
        f"{kind}_{name}": value
        for kind, values in figures.items()
        for name, value in values.items()
    }
    _write(folder, manifest)
    rows = "\n".join(
        f"| {kind} | {f['before']:.2%} | {f['after']:.2%} | {f['mended']:.0f} | {f['spoilt']:.0f} |"
        for kind, f in figures.items()
    )
    card = _CARD.format(name=MODEL, version=options.version, texts=options.texts, rows=rows)
    (folder / "README.md").write_text(card, "utf-8")
    sys.stdout.write(rows + "\n")
    return 0


def _write(folder: Path, manifest: dict[str, object]) -> None:
    text = yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True, width=100)
    (folder / "manifest.yaml").write_text(text, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
