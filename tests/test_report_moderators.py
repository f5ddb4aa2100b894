"""What a moderator accounts for is defined, and told with how uncertain it is."""

from __future__ import annotations

import numpy as np
import pytest
from own_trials import read
from scipy.stats import chi2

from analysis.display.table import Table
from analysis.report.chapters import chapters
from analysis.report.compose import compose

DOSES = np.arange(12.0)


def file_of(spread: float) -> tuple[str, bool]:
    """A file of effects around a line, and whether Q by hand finds their differences significant."""
    y = 0.3 + spread * (DOSES % 4) + 0.02 * DOSES
    v = 0.04 + 0.001 * DOSES
    w = 1 / v
    q = float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))
    rows = "".join(f"S{i},{a:.6f},{b:.6f},{i}\n" for i, (a, b) in enumerate(zip(y, v, strict=True)))
    return f"study,yi,vi,dose\n{rows}", bool(chi2.sf(q, len(y) - 1) < 0.05)


@pytest.mark.parametrize(("spread", "significant"), [(0.02, False), (0.4, True)])
def test_a_share_of_what_may_be_no_difference_is_called_uncertain(tmp_path, spread, significant):
    text, by_hand = file_of(spread)
    assert by_hand is significant
    table = compose(read(tmp_path, text)).get(Table, "outcome.regressions")
    (row,) = table.rows
    assert row.cells["statistic"].raw is not None
    notes = " ".join(table.notes)
    assert "R²: by how much the line makes τ² smaller" in notes and "I² left: the share" in notes
    assert ("Dose: the studies that have it do not clearly differ" in notes) is not significant


def test_the_methods_define_the_shares(tmp_path):
    methods = " ".join(chapters(read(tmp_path, file_of(0.4)[0]))["chapters/02-methods.qmd"].split())
    assert "R² is the share of τ² that is gone once the moderator is in the model" in methods
