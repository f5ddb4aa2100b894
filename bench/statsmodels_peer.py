"""statsmodels: DL with its table of all statistics; it has no REML."""

import numpy as np
import statsmodels
from statsmodels.stats.meta_analysis import combine_effects

from .timing import report, studies


def dl(name: str):
    """A fit by DL of the data file `name`, with intervals and the table of results."""
    y, v = map(np.array, studies(name))

    def fit() -> float:
        result = combine_effects(y, v, method_re="dl")
        result.conf_int()
        result.test_homogeneity()
        return float(result.mean_effect_re)

    return fit


cases = {"dl_18": dl("k18"), "dl_10000": dl("k10000"), "dl_100000": dl("k100000")}
report(f"statsmodels {statsmodels.__version__}", cases)
