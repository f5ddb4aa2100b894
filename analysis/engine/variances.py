"""The variances of the true effects in a block model, some of them given, by the highest likelihood.

given   shape (c,), nan where a variance is to be estimated
"""

from __future__ import annotations

from functools import partial
from itertools import product

import numpy as np

from .block_model import BlockModel
from .likelihood import EXACT
from .peak import climb

# The likelihood is looked up where each variance is this share of the effects' own, before the climb.
SHARES = (1e-3, 0.05, 0.4)
# Of components that data cannot tell apart, the information has an eigenvalue below this share.
UNKNOWN = 1e-9


def estimate(
    model: BlockModel, given: np.ndarray, names: list[str], restricted: bool
) -> np.ndarray:
    """Return the variances of the highest likelihood, or the `restricted` one, but those `given`.

    0 where the effects lie on the regression exactly. ValueError where the clusters do not tell the
    variances, by their `names`, apart.
    """
    scatter = unweighted_scatter(model)
    fixed, free = np.nan_to_num(given), np.flatnonzero(np.isnan(given))
    if len(free) == 0 or scatter == 0:
        return fixed
    grid = [np.array(shares) * scatter for shares in product(SHARES, repeat=len(free))]
    part, theta = np.ix_(free, free), filled(given, grid[-1])
    told, most = (model.information(theta, r)[part] for r in (restricted, False))
    identified(told, most, [names[f] for f in free])
    start = max(grid, key=lambda x: model.log_likelihood(filled(given, x), restricted))
    return highest(model, given, start, restricted)


def highest(
    model: BlockModel, given: np.ndarray, start: np.ndarray, restricted: bool
) -> np.ndarray:
    """Return all variances at the peak of the likelihood that is reached from `start`."""
    low, high = np.zeros(len(start)), np.full(len(start), np.inf)
    return filled(
        given, climb(partial(_look, model, given, restricted), start, low, high, "sigma2")
    )


def _look(model: BlockModel, given: np.ndarray, restricted: bool, x: np.ndarray):
    free = np.isnan(given)
    value, slope, curvature = model.look(filled(given, x), restricted)
    return value, slope[free], curvature[np.ix_(free, free)]


def filled(given: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Return the `given` variances, with `x` where they are nan."""
    theta = given.copy()
    theta[np.isnan(given)] = x
    return theta


def unweighted_scatter(model: BlockModel) -> float:
    """Return the variance of the effects around their unweighted regression, 0 if it is rounding."""
    residuals = model.y - model.X @ (model.X.T @ model.y)
    rss = float(residuals @ residuals)
    return rss / model.df if rss > EXACT * float(model.y @ model.y) else 0.0


def identified(told: np.ndarray, most: np.ndarray, names: list[str]) -> None:
    """Refuse components by their `names` of which the information `told` is nothing of the `most`.

    `most` is that of known coefficients; without it there is no scale to say what nothing is.
    """
    size = np.sqrt(np.diag(most))
    if np.all(size > 0):
        values, vectors = np.linalg.eigh(told / np.outer(size, size))
        if values[0] > UNKNOWN:
            return
        unknown = [name for name, x in zip(names, vectors[:, 0], strict=True) if abs(x) > 1e-3]
    else:
        unknown = [name for name, s in zip(names, size, strict=True) if s == 0]
    apart = " apart from each other" if len(unknown) > 1 else ""
    raise ValueError(
        f"these effects in these clusters tell nothing of {' and '.join(unknown)}{apart}; more of them "
        "are needed, or a model with less to estimate"
    )
