"""Twenty made-up effects on three levels, their variance as one matrix, and the density of it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import null_space
from scipy.stats import multivariate_normal

import analysis as ma

_RANDOM = np.random.default_rng(5)
# Twenty effects in six clusters of one to six, some of them in shared units.
CLUSTER = np.repeat(list("abcdef"), [1, 2, 3, 4, 4, 6])
UNIT = np.array([0, 0, 1, 0, 0, 1, 0, 1, 2, 2, 0, 0, 1, 1, 0, 1, 2, 3, 3, 3])
VI = _RANDOM.uniform(0.02, 0.2, 20)
YI = 0.3 + _RANDOM.normal(0, 0.5, 6)[np.unique(CLUSTER, return_inverse=True)[1]]
YI = YI + _RANDOM.normal(0, 0.4, 20)
X = np.column_stack([np.ones(20), _RANDOM.normal(size=20)])
RESTRICTED = pytest.mark.parametrize("method", ["ML", "REML"])


def dense(theta, V=None):
    """The variance of all effects, cell by cell."""
    same = CLUSTER[:, None] == CLUSTER[None, :]
    both = same & (UNIT[:, None] == UNIT[None, :])
    return (np.diag(VI) if V is None else V) + theta[0] * same + theta[1] * both


def density(M, design, method, y=YI):
    """The log-density of the effects at the best coefficients, or of what X leaves of them."""
    if method == "REML":
        K = null_space(design.T)
        return multivariate_normal.logpdf(K.T @ y, cov=K.T @ M @ K)
    W = np.linalg.inv(M)
    b = np.linalg.solve(design.T @ W @ design, design.T @ W @ y)
    return multivariate_normal.logpdf(y, mean=design @ b, cov=M)


def fit(**arguments):
    """The model of the twenty effects, with `arguments` in place of its own."""
    return ma.multilevel(YI, **({"vi": VI, "cluster": CLUSTER, "unit": UNIT} | arguments))
