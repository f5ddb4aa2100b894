"""The GOSH plot: every subset counted in its cell, in a file that does not grow with them."""

from __future__ import annotations

import numpy as np
import pytest

from analysis.display.gosh import Subsets, gosh

from svg import corners, ids, texts, value_at

TITLES = ("Pooled SMD", "I² (%)")


def two_clouds(size: int) -> Subsets:
    """Two clouds: around 0.2 and 20 %, and around 0.8 and 70 %."""
    rng = np.random.default_rng(1)
    marked = np.arange(size) % 2 == 0
    estimate = np.where(marked, 0.8, 0.2) + rng.normal(0, 0.05, size)
    i2 = np.where(marked, 70.0, 20.0) + rng.normal(0, 4, size)
    return Subsets(estimate, i2, marked, "with Study 3")


FIGURE = gosh("f", two_clouds(20_000), TITLES)


def test_cells_lie_where_the_subsets_are_and_are_dense_where_they_are_many():
    places = np.array([
        (value_at(FIGURE.svg, 0, x), value_at(FIGURE.svg, 1, y))
        for x, y in corners(FIGURE.svg, "cells-5")
    ])  # fmt: skip
    near = [np.abs(places - centre) < (0.12, 10) for centre in ((0.8, 70), (0.2, 20))]
    assert (near[0].all(axis=1) | near[1].all(axis=1)).all()
    assert near[0].all(axis=1).any() and near[1].all(axis=1).any()


def test_one_subset_is_one_cell_around_its_place():
    svg = gosh(
        "f", Subsets(np.array([0.1, 0.5, 0.5, 0.5]), np.array([30.0, 60.0, 60, 60])), TITLES
    ).svg
    cell = corners(svg, "cells-1")
    xs = [value_at(svg, 0, x) for x in (cell[:, 0].min(), cell[:, 0].max())]
    ys = [value_at(svg, 1, y) for y in (cell[:, 1].max(), cell[:, 1].min())]
    assert xs[0] <= 0.1 <= xs[1] and ys[0] <= 30 <= ys[1]
    assert xs[1] - xs[0] < 0.02 and ys[1] - ys[0] < 3


def test_the_file_does_not_grow_with_the_subsets():
    small, large = (len(gosh("f", two_clouds(n), TITLES).svg) for n in (20_000, 1_000_000))
    assert large < 1.5 * small and large < 150_000


def test_marked_subsets_outline_the_histograms():
    assert {"across-all", "across-marked", "up-all", "up-marked"} <= set(ids(FIGURE.svg))
    assert "with Study 3" in texts(FIGURE.svg)
    bare = gosh("f", Subsets(np.array([0.1, 0.5]), np.array([30.0, 60.0])), TITLES)
    assert not [i for i in ids(bare.svg) if i.endswith("-marked")]
    # The marked ones are those of the right cloud.
    outline = corners(FIGURE.svg, "across-marked")
    raised = outline[outline[:, 1] < outline[:, 1].max() - 1, 0]
    assert min(value_at(FIGURE.svg, 0, x) for x in raised) > 0.5


def test_words():
    values = Subsets(np.linspace(0, 1, 101), np.linspace(0, 100, 101))
    assert gosh("f", values, TITLES).alt == (
        "GOSH plot of 101 subsets: I² (%) against Pooled SMD. Middle effect 0.50, nine tenths of "
        "them between 0.05 and 0.95. Middle I² 50.0%, nine tenths of them between 5.0% and 95.0%."
    )
    absent = Subsets(np.array([0.1, np.nan]), np.array([30.0, 60.0]))
    assert gosh("f", absent, TITLES).alt.endswith("1 subsets without a result are left out.")
    assert "0 subsets" in gosh("f", Subsets(np.array([]), np.array([])), TITLES).alt


@pytest.mark.parametrize("prefix", ["cells-"])
def test_there_is_one_path_a_density(prefix):
    assert len(ids(FIGURE.svg, prefix)) == 5
