"""Draw training lines to look at: `python -m training.synthesize --out var/lines`.

Writes contact sheets and their texts, one file a kind of text, and says how many lines a second one
core draws.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import cv2

from training.recogniser.config import load_config
from training.recogniser.corpus import Corpus, TextKind
from training.recogniser.data import Lines
from training.recogniser.fonts import load_fonts
from training.recogniser.model import make_trainable
from training.recogniser.scan import sheet

_CONFIG = Path(__file__).parent / "recogniser" / "config.yaml"
_COLUMNS = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder of the sheets")
    parser.add_argument("--count", type=int, default=96, help="lines a sheet")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", nargs="*", type=TextKind, default=[], help="one sheet a kind")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    cv2.setNumThreads(1)
    config = load_config(_CONFIG)
    known = frozenset(make_trainable(config.base_model, config.base_version).index)
    fonts = load_fonts()
    sheets = {str(kind): {kind: 1.0} for kind in options.kinds} or {"mixed": config.weights}
    for name, weights in sheets.items():
        lines = Lines(Corpus(known, weights), fonts, config.longest)
        start = time.process_time()
        drawn = [lines.draw(options.seed, name, number) for number in range(options.count)]
        rate = options.count / (time.process_time() - start)
        picture = sheet([line.pixels for line in drawn], columns=_COLUMNS)
        cv2.imwrite(str(options.out / f"{name}.png"), picture)
        texts = [
            "\t".join(line.text for line in drawn[at : at + _COLUMNS])
            for at in range(0, len(drawn), _COLUMNS)
        ]
        (options.out / f"{name}.txt").write_text("\n".join(texts) + "\n", "utf-8")
        sys.stdout.write(f"{name}: {rate:.0f} lines a second on one core\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
