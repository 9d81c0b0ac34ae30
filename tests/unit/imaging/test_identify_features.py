"""The shortlist of templates, from descriptors made by hand."""

import numpy as np

from pipelines.identify_features import Features, MatchIndex


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


def test_the_nearest_feature_of_every_template_is_found_block_by_block() -> None:
    rng = np.random.default_rng(1)
    # More templates than fit in a block, of unequal size, the last block not full.
    templates = [features(rng.random((3 + 7 * (i % 5), 128))) for i in range(21)]
    index = MatchIndex.build(templates)
    queries = rng.standard_normal((11, index.short.shape[1])).astype(np.float32)
    starts = np.flatnonzero(np.r_[True, index.owners[1:] != index.owners[:-1]])
    nearest = index._nearest(queries, starts)
    expected = [
        [
            min(((short - query) ** 2).sum() - (query**2).sum() for short in index.short[of])
            for of in (index.owners == i for i in range(21))
        ]
        for query in queries
    ]
    assert np.allclose(nearest, expected, atol=1e-3)


def test_the_template_a_page_was_made_of_leads_the_shortlist() -> None:
    rng = np.random.default_rng(2)
    templates = [features(rng.random((40, 128))) for _ in range(30)]
    page = features(templates[17].descriptors + 0.01 * rng.standard_normal((40, 128)))
    assert MatchIndex.build(templates)._shortlist(page, 4)[0] == 17
