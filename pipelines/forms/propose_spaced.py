"""Words to circle that nothing but room stands between."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from pipelines.forms.blank_page import Char
from pipelines.forms.propose_parts import Word, lines_of, words_of


def find_spaced(chars: Sequence[Char], known: Collection[str]) -> Iterator[tuple[Word, ...]]:
    """Find words to circle with nothing but room between them, at the end of a line.

    The first and most of them must be `known` as words that people circle.
    """
    for line in lines_of(chars):
        words = list(words_of(line))
        start = next((i for i, word in enumerate(words) if word.text in known), len(words))
        chain = words[start:]
        gaps = [(b.area.x0 - a.area.x1) / a.area.height for a, b in pairwise(chain)]
        many = 2 * sum(word.text in known for word in chain) > len(chain)
        short = all(len(word.text) <= 6 for word in chain)
        if len(chain) > 1 and many and short and all(0.8 < gap < 6 for gap in gaps):
            yield tuple(chain)
