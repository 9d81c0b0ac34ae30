"""What papers say that are about nothing of ours: sentences, English, answer sheets, fragments."""

import random

from training.categories.vocabulary import sentences_of_no_office, strangers

_ENGLISH = (
    *("the", "of", "and", "to", "in", "is", "was", "for", "with", "that", "on", "as", "by", "at"),
    *("from", "this", "which", "be", "are", "not", "have", "one", "two", "chapter", "figure"),
    *("table", "page", "language", "water", "sugar", "butter", "flour", "minutes", "over", "small"),
    *("large", "house", "question", "answer", "marks", "roll", "number", "name", "class", "test"),
    *("sheet", "option", "correct", "school", "student", "time", "box", "fill", "dark", "section"),
)


def foreign_texts(rng: random.Random, *, held_out: bool) -> list[str]:
    """Lines of a paper of no office."""
    known, dice = sentences_of_no_office(held_out=held_out), rng.random()
    if dice < 0.12:
        texts = [_cut(rng.choice(known), rng) for _ in range(rng.randint(1, 10))]
    elif dice < 0.3:
        texts = [english(rng, 12) for _ in range(_long(rng))]
    elif dice < 0.4:
        signs = "0123456789ABCDEabcdeOo○●()QNoＱ."
        texts = ["".join(rng.choices(signs, k=rng.randint(1, 8))) for _ in range(_long(rng) * 2)]
    elif dice < 0.55:
        texts = [_scrambled(rng.choice(known), rng) for _ in range(_long(rng))]
    else:
        texts = rng.choices(known, k=rng.randint(1, 30))
    return texts


def english(rng: random.Random, longest: int) -> str:
    """Two to `longest` English words."""
    return " ".join(rng.choices(_ENGLISH, k=rng.randint(2, longest)))


def distraction(rng: random.Random, *, held_out: bool) -> list[str]:
    """Lines that say nothing about the kind: other matters, sentences, characters at random."""
    matters = strangers(held_out=held_out)
    sentences = sentences_of_no_office(held_out=held_out)
    lines = []
    for _ in range(int(2 * 25 ** rng.random())):
        dice = rng.random()
        if dice < 0.45:
            text = rng.choice(rng.choice(matters).words)
        elif dice < 0.65:
            text = _scrambled(rng.choice(sentences), rng)
        elif dice < 0.8:
            text = rng.choice(sentences)
        else:
            text = "".join(chr(rng.randint(0x4E00, 0x7FFF)) for _ in range(rng.randint(2, 9)))
        lines.append(text)
    return lines


def _long(rng: random.Random) -> int:
    return int(3 * 20 ** rng.random())


def _cut(sentence: str, rng: random.Random) -> str:
    """Keep two to eight characters: a note, or what little was read of one."""
    start = rng.randrange(max(1, len(sentence) - 2))
    return sentence[start : start + rng.randint(2, 8)]


def _scrambled(sentence: str, rng: random.Random) -> str:
    """Keep the signs and lose the sense: what a sentence is made of, not which one it is."""
    cut = rng.randint(1, max(1, len(sentence) - 1))
    parts = [sentence[cut:], sentence[:cut]]
    rng.shuffle(parts)
    signs = list("".join(parts))
    for _ in range(len(signs) // 3):
        signs[rng.randrange(len(signs))] = chr(
            rng.choice((rng.randint(0x3042, 0x3093), rng.randint(0x4E00, 0x8FFF)))
        )
    return "".join(signs)
