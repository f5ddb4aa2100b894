"""Effects combined within clusters, by hand and by matrices."""

from __future__ import annotations

import numpy as np
import pytest

import analysis as ma

YI, VI = np.array([0.1, 0.5, 0.3, 0.9, -0.2]), np.array([0.04, 0.09, 0.1, 0.2, 0.3])
CLUSTER = ["b", "b", "a", "b", "c"]


def test_two_effects_by_hand():
    """Variances 1 and 4 with covariance rho 2: weights 4 - 2 rho and 1 - 2 rho before scaling."""
    found = ma.aggregate([1, 3], vi=[1, 4], cluster=[0, 0], rho=0.25)
    assert found.yi[0] == pytest.approx((3.5 * 1 + 0.5 * 3) / 4, rel=1e-14)
    assert found.vi[0] == pytest.approx((4 - 0.25) / 4, rel=1e-14)
    plain = ma.aggregate([1, 3], vi=[1, 4], cluster=[0, 0], rho=0.25, weighted=False)
    assert (plain.yi[0], plain.vi[0]) == pytest.approx((2, (1 + 4 + 2 * 0.5) / 4), rel=1e-14)


def test_a_study_of_borenstein_by_its_equation():
    """Borenstein et al. (2009), equation 24.5: equal variances v make v (1 + (m - 1) r) / m."""
    found = ma.aggregate([0.2, 0.4, 0.6], vi=[0.1] * 3, cluster=[1, 1, 1], rho=0.5)
    assert (found.yi[0], found.vi[0]) == pytest.approx((0.4, 0.1 * (1 + 2 * 0.5) / 3), rel=1e-13)


@pytest.mark.parametrize("weighted", [True, False])
def test_by_matrices_in_order_of_appearance(weighted):
    V = ma.within_study_covariance(VI, CLUSTER, 0.4)
    whole = V.toarray()
    for arguments in ({"V": V}, {"V": whole}, {"vi": VI, "rho": 0.4}):
        found = ma.aggregate(YI, cluster=CLUSTER, weighted=weighted, **arguments)
        assert found.labels == ("b", "a", "c") and list(found.ni) == [3, 1, 1]
        for label, y, v in zip(found.labels, found.yi, found.vi, strict=True):
            own = np.array([c == label for c in CLUSTER])
            block, effects = whole[np.ix_(own, own)], YI[own]
            if weighted:
                W = np.linalg.inv(block)
                expected = (W @ effects).sum() / W.sum(), 1 / W.sum()
            else:
                expected = effects.mean(), block.sum() / own.sum() ** 2
            assert (y, v) == pytest.approx(expected, rel=1e-12)


def test_without_correlation_it_is_pooling_with_equal_effects():
    found = ma.aggregate(YI, vi=VI, cluster=["x"] * 5, rho=0)
    pooled = ma.pool(YI, vi=VI, method="EE")
    assert (found.yi[0], found.vi[0] ** 0.5) == pytest.approx(
        (pooled.estimate, pooled.se), rel=1e-12
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"vi": VI}, "give vi with rho, the correlation of the errors in a cluster, or V"),
        ({"vi": VI, "V": np.diag(VI), "rho": 0.1}, "give vi with rho"),
        ({"rho": 0.1}, "give either vi, variances, or V"),
        ({"vi": VI, "rho": -0.5}, r"rho is -0\.5; it must be a number .* below 1, among the 3 effects"),
        ({"vi": VI, "rho": 0.1, "cluster": ["a"]}, "cluster has 1 labels and yi has 5"),
        ({"V": np.ones((5, 5))}, "has effects 0 and 2 apart"),
    ],
)  # fmt: skip
def test_refusals(arguments, message):
    with pytest.raises(ValueError, match=message):
        ma.aggregate(YI, **({"cluster": CLUSTER} | arguments))


def test_a_result_prints_becomes_a_dict_a_frame_and_a_sentence():
    found = ma.aggregate(YI, vi=VI, cluster=CLUSTER, rho=0.3)
    assert found.report() == "5 effects were combined within 3 clusters."
    assert list(found.to_frame().loc["a"]) == [0.3, 0.1, 1] and "labels" in repr(found)
    assert found.to_dict()["yi"] == list(found.yi)
