"""A kind learnt from a blank and samples, with a bank made by hand."""

import random

import numpy as np
import pytest

from pipelines.category_features import FEATURES, TextLine, document_features
from pipelines.category_kinds import (
    Bank,
    KindHead,
    KindTooAlike,
    decode_head,
    encode_head,
    learn_kind,
    with_kinds,
)
from pipelines.records import CategoryScore

UNSURE = CategoryScore(label="unknown", confidence=0.8, candidates=("unknown",))
_COMMON = ("氏名", "住所", "電話番号", "生年月日", "届出人", "備考", "受付印")


def paper(title: str, words: str, name: str = "", seed: int = 0) -> list[TextLine]:
    rng = random.Random(seed)
    texts = [*words.split(), *rng.sample(_COMMON, 4), name]
    rng.shuffle(texts)
    lines = [TextLine(title, 60, 40)]
    return lines + [TextLine(text, 25, 100 + n * 40) for n, text in enumerate(texts) if text]


def bank() -> Bank:
    titles = ("転入届", "児童手当認定請求書", "国民年金関係届書", "印鑑登録申請書")
    rows = [
        document_features(paper(t, "続柄 世帯主 本籍", seed=n)) for t in titles for n in range(6)
    ]
    return Bank(
        tuple(title for title in titles for _ in range(6)),
        np.cumsum([0, *(len(row.indices) for row in rows)]),
        np.concatenate([row.indices for row in rows]),
        np.concatenate([row.values for row in rows]),
    )


def farm(seed: int, name: str = "") -> list[TextLine]:
    return paper("区民農園利用申込書", "区画番号 耕作 収穫 肥料", name, seed)


def samples() -> list[list[TextLine]]:
    return [farm(n, name) for n, name in enumerate(("", "甲野一郎", "乙川花子", "丙山次郎"))]


def test_a_learnt_kind_is_found_and_others_keep_their_category() -> None:
    head = learn_kind("office.farm", samples(), bank())
    found = with_kinds(UNSURE, farm(99, "丁田三郎"), [head])
    assert (found.label, found.candidates[0]) == ("office.farm", "office.farm")
    moved = CategoryScore(label="move", confidence=0.97, candidates=("move",))
    kept = with_kinds(moved, paper("転入届", "続柄 世帯主 本籍", seed=77), [head])
    assert (kept.label, kept.candidates) == ("move", ("move",))
    assert kept.confidence == pytest.approx(0.97, abs=0.1)


def test_what_stands_on_one_sample_only_leaves_no_trace() -> None:
    head = learn_kind("office.farm", samples(), bank())
    others = np.concatenate([document_features(p).indices for p in (samples()[0], *samples()[2:])])
    only = np.setdiff1d(document_features(samples()[1]).indices, others)
    assert len(only) > 5
    assert not np.isin(only, head.indices).any()


def test_samples_of_a_known_kind_are_refused() -> None:
    same = [paper("転入届", "続柄 世帯主 本籍", seed=n) for n in range(20, 26)]
    with pytest.raises(KindTooAlike) as caught:
        learn_kind("office.move", same, bank())
    assert caught.value.like[0] == "転入届"


@pytest.mark.parametrize("count", [0, 2])
def test_too_few_papers_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="are needed"):
        learn_kind("office.farm", [*samples()[:count], [], []], bank())


def test_two_new_kinds_share_what_is_left() -> None:
    common = document_features(farm(1)).indices[:1]
    twice = [KindHead(name, common, np.zeros(1, np.float32), 2.0) for name in ("a", "b")]
    found = with_kinds(UNSURE, farm(1), twice)
    odds = float(np.exp(2.0))
    assert found.confidence == pytest.approx(odds / (1 + 2 * odds), rel=1e-3)
    assert set(found.candidates) == {"a", "b", "unknown"}


def test_a_head_survives_being_written() -> None:
    head = learn_kind("office.farm", samples(), bank())
    again = decode_head(encode_head(head))
    assert (again.label, again.bias) == (head.label, head.bias)
    assert np.array_equal(again.indices, head.indices)
    assert int(head.indices.max()) < FEATURES


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 no archive", b"\x00" * 64])
def test_what_is_no_head_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode_head(data)
