"""The shortlist of templates, from descriptors made by hand."""

import numpy as np
import pytest

from pipelines.identify_features import Features, MatchIndex, Proposal


def features(descriptors: np.ndarray) -> Features:
    count = len(descriptors)
    return Features(
        points=np.zeros((count, 2)),
        descriptors=descriptors.astype(np.float32),
        sizes=np.ones(count),
        angles=np.zeros(count),
        dpi=24.0,
        size=(200, 280),
    )


def told(index: MatchIndex, page: Features, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """Templates that are posed in each round."""
    asked: list[list[int]] = []
    monkeypatch.setattr(
        MatchIndex, "_posed", lambda _, __, wanted: asked.append(list(wanted)) or []
    )
    assert all(found.proposals == [] for found in index.rounds(page, only=None, most=4))
    return asked


@pytest.mark.parametrize("chosen", [range(21), [2, 3, 4, 9, 10, 17, 18, 19, 20]])
def test_the_nearest_feature_of_every_template_is_found_block_by_block(chosen) -> None:
    rng = np.random.default_rng(1)
    # More templates than fit in a block, of unequal size, the last block not full.
    templates = [features(rng.random((3 + 7 * (i % 5), 128))) for i in range(21)]
    index = MatchIndex.build(templates)
    queries = rng.standard_normal((11, index.short.shape[1] - 1)).astype(np.float32)
    asked = np.column_stack([-2 * queries, np.ones(len(queries), np.float32)])
    nearest = index._nearest(asked, np.array(list(chosen)))
    short = [index.short[a:b, :-1] for a, b in zip(index.starts, index.ends, strict=True)]
    expected = [
        [((short[i] - query) ** 2).sum(axis=1).min() - (query**2).sum() for i in chosen]
        for query in queries
    ]
    assert np.allclose(nearest, expected, atol=1e-3)


def test_the_template_a_page_was_made_of_is_tried_alone_first(monkeypatch) -> None:
    rng = np.random.default_rng(2)
    templates = [features(rng.random((140, 128))) for _ in range(30)]
    page = features(templates[17].descriptors + 0.01 * rng.standard_normal((140, 128)))
    first, second = told(MatchIndex.build(templates), page, monkeypatch)
    assert first == [17]
    assert second[0] == 17 and len(second) == 4


def test_a_template_with_a_revision_is_never_tried_alone(monkeypatch) -> None:
    rng = np.random.default_rng(3)
    shared = rng.random((140, 128))
    revised = np.concatenate([shared[:130], rng.random((10, 128))])
    templates = [features(shared), *(features(rng.random((140, 128))) for _ in range(8))]
    templates.append(features(revised))
    index = MatchIndex.build(templates)
    assert index.twins[0] == {9} and index.twins[9] == {0} and not any(index.twins[1:9])
    for rounds in (
        told(index, features(shared), monkeypatch),
        told(index, templates[9], monkeypatch),
    ):
        assert {0, 9} <= set(rounds[0])


def test_a_template_without_any_print_is_no_obstacle(monkeypatch) -> None:
    rng = np.random.default_rng(4)
    templates = [features(rng.random((40 * (i != 2), 128))) for i in range(9)]
    *_, last = told(MatchIndex.build(templates), features(templates[5].descriptors), monkeypatch)
    assert last[0] == 5 and 2 not in last


@pytest.mark.parametrize(("inliers", "looked_at"), [(60, True), (34, False)])
def test_what_leads_by_nothing_is_looked_at_only_when_much_agrees(
    inliers: int, looked_at: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = np.random.default_rng(5)
    index = MatchIndex.build([features(rng.random((400, 128))) for _ in range(12)])
    monkeypatch.setattr(
        MatchIndex,
        "_posed",
        lambda _, __, wanted: [Proposal(index=i, pose=np.eye(3), inliers=inliers) for i in wanted],
    )
    stranger = features(rng.random((400, 128)))
    *_, last = index.rounds(stranger, only=None, most=4)
    assert (len(last.proposals) == 4) is looked_at
    assert not last.hopeful


def test_a_pose_is_looked_at_when_no_other_has_half_as_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(6)
    index = MatchIndex.build([features(rng.random((400, 128))) for _ in range(12)])
    agreeing = [34, 17, 15, 12]
    monkeypatch.setattr(
        MatchIndex,
        "_posed",
        lambda _, __, wanted: [
            Proposal(index=i, pose=np.eye(3), inliers=n)
            for i, n in zip(wanted, agreeing, strict=True)
        ],
    )
    *_, last = index.rounds(features(rng.random((400, 128))), only=None, most=4)
    assert [p.inliers for p in last.proposals] == [34]
