"""Word lists from confirmed documents: `python -m training.loop.words DATASET`.

A word is learned only when it was confirmed on the papers of several different applicants
(`--applicants`, five at least), so that the list tells of nobody. Papers that share a person or a
home are of one applicant; papers whose applicant is not known count as one all together. Names of
people are refused wherever they stand, and so is what people often corrected away. What is on a
shipped list is not learned again.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from models.acceptors import Chain, Trie
from pipelines.field_words import listed_at
from pipelines.forms.kinds import FieldKind
from pipelines.forms.load import FormLibrary
from pipelines.forms.model import FieldDefinition
from pipelines.office_words import LEAST_APPLICANTS, MODEL, WordList, dump_words, lists_of, words_in
from pipelines.reference.words import given_names, relations, surnames, ward_towns
from training.loop.candidate import Candidate, write_candidate
from training.loop.dataset import Dataset, Example, is_check, load_dataset

_UNKNOWN = "unknown"
_OFTEN_CORRECTED = 0.1
"""A reading that people corrected in more than this share of cases is no word."""
_NAMES = (FieldKind.KANJI_NAME, FieldKind.KANA_NAME)
Words = dict[WordList, frozenset[str]]


@dataclass(slots=True)
class Tally:
    """By list and word: the applicants that confirmed it, and how often it was corrected away."""

    applicants: dict[tuple[WordList, str], set[str]] = field(
        default_factory=lambda: defaultdict(set)
    )
    confirmed: dict[tuple[WordList, str], int] = field(default_factory=lambda: defaultdict(int))
    corrected: dict[tuple[WordList, str], int] = field(default_factory=lambda: defaultdict(int))
    names: set[str] = field(default_factory=set)


def applicants_of(examples: Iterable[Example]) -> dict[str, str]:
    """Applicant of each document: documents that share a digest, one by one, have the same."""
    people = {example.document: example.people for example in examples}
    leader: dict[str, str] = {}

    def find(node: str) -> str:
        while leader.setdefault(node, node) != node:
            leader[node] = leader[leader[node]]
            node = leader[node]
        return node

    for document, digests in people.items():
        keys = [_UNKNOWN] if digests is None else [f"person:{digest}" for digest in digests]
        for key in keys:
            leader[find(f"document:{document}")] = find(key)
    return {document: find(f"document:{document}") for document in people}


def count_words(examples: Sequence[Example], library: FormLibrary) -> Tally:
    """Count words of the fields that have a list; forms that are not installed are left out."""
    applicants, tally, fields = applicants_of(examples), Tally(), _listed_fields(library)
    for example in examples:
        if example.kind in _NAMES and example.confirmed:
            tally.names.add(_bare(example.confirmed))
        known = fields.get((example.form, example.revision, example.field))
        if known is None or not example.confirmed:
            continue
        stood = words_in(known, example.confirmed)
        for key in stood:
            tally.applicants[key].add(applicants[example.document])
            tally.confirmed[key] += 1
        if example.corrected and example.suggested:
            for key in set(words_in(known, example.suggested)) - set(stood):
                tally.corrected[key] += 1
    return tally


def choose_words(tally: Tally, least: int) -> Words:
    """Words of at least `least` applicants that may be learned. Raises ValueError below five."""
    if least < LEAST_APPLICANTS:
        raise ValueError(f"a word needs {LEAST_APPLICANTS} applicants at least")
    found: dict[WordList, set[str]] = defaultdict(set)
    for (words, text), applicants in tally.applicants.items():
        key = words, text
        wrong = tally.corrected.get(key, 0)
        often = wrong > _OFTEN_CORRECTED * (wrong + tally.confirmed[key])
        if len(applicants) >= least and not often and not _refused(words, text, tally.names):
            found[words].add(text)
    return {words: frozenset(texts) for words, texts in found.items()}


def make_candidate(
    dataset: Dataset, library: FormLibrary, *, least: int = LEAST_APPLICANTS, command: str
) -> Candidate:
    """Learn from all documents; how much a list covers is told of documents kept aside.

    Raises ValueError when no word was confirmed by enough applicants.
    """
    tally = count_words(dataset.examples, library)
    lists = choose_words(tally, least)
    if not lists:
        raise ValueError(f"no word was confirmed on the papers of {least} applicants")
    fit = [e for e in dataset.examples if not is_check(e.document)]
    held = [e for e in dataset.examples if is_check(e.document)]
    part = choose_words(count_words(fit, library), least)
    metrics: dict[str, float] = {"applicants_needed": least}
    for words in sorted(lists):
        others = [len(who) for (of, _), who in tally.applicants.items() if of is words]
        metrics[f"{words}.words"] = len(lists[words])
        metrics[f"{words}.left_out"] = len(others) - len(lists[words])
        seen, covered = _coverage(held, words, part, library)
        metrics[f"{words}.held_out"] = seen
        metrics[f"{words}.covered"] = covered
    return Candidate(
        name=MODEL,
        task="words of the office for soft lists, from confirmed documents",
        file="words.json",
        data=dump_words(lists),
        command=command,
        metrics=metrics,
        notes=(
            f"Each word stood on confirmed papers of {least} applicants at least; `left_out` are "
            "those that did not, or that may be a name. `covered` of `held_out` words of documents "
            "kept aside are on the list of the others. The words themselves stand in `words.json` "
            "only, which is stored sealed."
        ),
    )


def _coverage(
    held: Iterable[Example], words: WordList, part: Mapping[WordList, frozenset[str]],
    library: FormLibrary,
) -> tuple[int, int]:  # fmt: skip
    seen = covered = 0
    fields = _listed_fields(library)
    for example in held:
        known = fields.get((example.form, example.revision, example.field))
        if known is None or not example.confirmed:
            continue
        for of, text in words_in(known, example.confirmed):
            if of is words and text not in _shipped():
                seen += 1
                covered += text in part.get(words, ())
    return seen, covered


def _listed_fields(library: FormLibrary) -> dict[tuple[str, str, str], FieldDefinition]:
    """Fields that have a list, by form, revision and name."""
    return {
        (form.definition.id, form.definition.revision, each.name): each
        for form in library.entries
        for each in form.definition.fields
        if lists_of(each)
    }


def _refused(words: WordList, text: str, names: set[str]) -> bool:
    """Whether a word is a name of somebody, or stands on a shipped list already."""
    bare = _bare(text)
    return text in _shipped() or bare in names or listed_at(bare, 0, _full_names()) == bare


def _bare(text: str) -> str:
    return "".join(text.split())


@cache
def _shipped() -> frozenset[str]:
    return relations() | ward_towns()


@cache
def _full_names() -> Chain:
    return Chain((Trie(surnames()), Trie(given_names())))


def main() -> int:
    """Write a candidate of `office_words`."""
    parser = argparse.ArgumentParser(prog="python -m training.loop.words")
    parser.add_argument("dataset", type=Path)
    parser.add_argument("--version", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--forms", type=Path, help="folder of the office's forms")
    parser.add_argument(
        "--applicants", type=int, default=LEAST_APPLICANTS, help="five at least (the default)"
    )
    options = parser.parse_args()
    dataset = load_dataset(options.dataset)
    library = FormLibrary.load(options.forms) if options.forms else FormLibrary.builtin()
    candidate = make_candidate(
        dataset, library, least=options.applicants, command="training.loop.words"
    )
    sys.stdout.write(f"{write_candidate(candidate, dataset, options.version, options.out)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
