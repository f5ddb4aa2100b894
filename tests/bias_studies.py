"""Made-up studies for the tests of the bias methods, and the tolerance of a closed form."""

import numpy as np
import pytest
from hypothesis import strategies as st

# Effects in thousandths and variances in hundredths, as a paper prints them.
EFFECT = st.integers(-3000, 3000).map(lambda number: number / 1000)
VARIANCE = st.integers(1, 300).map(lambda number: number / 100)
STUDY = st.tuples(EFFECT, VARIANCE)


def _scatter(studies) -> bool:
    """Whether no line fits the studies exactly, and their variances differ."""
    yi, vi = arrays(studies)
    if len(np.unique(vi)) < 2 or np.ptp(yi) == 0:
        return False
    x = np.sqrt(vi) - np.sqrt(vi).mean()
    y = yi - yi.mean()
    return np.sum(x * x) * np.sum(y * y) - np.sum(x * y) ** 2 > 1e-4


def arrays(studies) -> tuple[np.ndarray, np.ndarray]:
    """The effects and the variances of a list of pairs."""
    yi, vi = np.array(studies, dtype=float).T
    return yi, vi


STUDIES = st.lists(STUDY, min_size=4, max_size=12).filter(_scatter)
# No two effects and no two variances alike, so that nothing depends on how ties are broken.
UNEQUAL = st.lists(
    STUDY, min_size=4, max_size=12, unique_by=(lambda study: study[0], lambda study: study[1])
).filter(_scatter)


def close(expected):
    """Equal but for the rounding of a closed form."""
    return pytest.approx(expected, rel=1e-9, abs=0)
