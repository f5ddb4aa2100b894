"""Which studies pull the result: deletion diagnostics of a pooled effect.

hat         a study's share of the weights, 1 = all of them
deleted     of the analysis without the study, its tau2 estimated anew
p           number of coefficients: 1, the mean

Viechtbauer & Cheung (2010), Res Synth Methods 1, 112, sections 3 to 5; with Hartung-Knapp every
variance carries the factor of the analysis that it belongs to.
"""

from dataclasses import dataclass, field
from math import sqrt

import numpy as np
from scipy.special import chdtri

from .batch import one
from .deletion import without_each
from .rows import Rows, locked
from .series import arguments, converged

# Beyond these a study is flagged, by the rules that metafor documents.
DFFITS_TIMES = 3  # sqrt(p/(k-p))
HAT_TIMES = 3  # p/k
COOK_TAIL = 0.5  # of chi2 with p df, for Cook's distance
DFBETAS_MOST = 1


@dataclass(frozen=True, repr=False)
class Influence(Rows):
    """One array of shape (k,) for each diagnostic, and `influential`, the studies to look at.

    `weight` is `hat` in per cent. `dffits` and `dfbetas` are the change of the estimate in standard
    errors, `cook_d` its square over the variance of the estimate, `cov_r` the ratio of variances
    (below 1: more precise without the study).
    """

    method: str
    ci: str
    rstudent: np.ndarray = field(compare=False)
    dffits: np.ndarray = field(compare=False)
    cook_d: np.ndarray = field(compare=False)
    cov_r: np.ndarray = field(compare=False)
    tau2_deleted: np.ndarray = field(compare=False)
    q_deleted: np.ndarray = field(compare=False)
    hat: np.ndarray = field(compare=False)
    weight: np.ndarray = field(compare=False)
    dfbetas: np.ndarray = field(compare=False)
    influential: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return in one sentence which studies are flagged."""
        flagged = [str(i + 1) for i in np.flatnonzero(self.influential)]
        largest = int(np.argmax(np.abs(self.rstudent)))
        return (
            f"Of {len(self.hat)} studies {len(flagged)} are flagged as influential"
            f"{' (' + ', '.join(flagged) + ')' if flagged else ''}; the largest deleted residual is "
            f"{self.rstudent[largest]:.2f} (study {largest + 1})."
        )


def bounds(k: int) -> dict[str, float]:
    """Return the size beyond which each diagnostic of `k` studies, 2 or more, flags a study.

    |DFFITS| beyond 3 sqrt(p/(k-p)), a Cook's distance beyond the median of chi2 with p df, a hat value
    beyond 3p/k, |DFBETAS| beyond 1.
    """
    return {
        "dffits": DFFITS_TIMES * sqrt(1 / (k - 1)),
        "cook_d": float(chdtri(1, COOK_TAIL)),
        "hat": HAT_TIMES / k,
        "dfbetas": float(DFBETAS_MOST),
    }


def influence(yi, *, vi, method: str = "REML", ci: str = "z") -> Influence:
    """Return the deletion diagnostics of `yi` with variances `vi` pooled by `method` and `ci`.

    `yi` and `vi` are array-likes of shape (k,), k >= 2; `method` and `ci` are those of `batch.pool`.
    Linear in k for EE and DL with z or t. Flagged is a study beyond one of the `bounds`. ValueError
    for anything else.

    >>> bcg = ma.example("bcg")
    >>> result = ma.influence(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result.to_frame()[["rstudent", "dffits", "cook_d", "hat"]].round(3)
    """
    yi, vi, _ = arguments(yi, vi, method, ci, 0.95, least=2)
    k = len(yi)
    whole = one(yi, vi, method, ci)
    deleted = without_each(yi, vi, method, ci, 0.95)
    converged(deleted.converged, method)
    wi = 1 / (vi + whole["tau2"])
    hat = wi / wi.sum()
    total = vi + deleted.tau2
    change = whole["estimate"] - deleted.estimate
    factor = deleted.se**2 * deleted.weight_sum
    with np.errstate(divide="ignore", invalid="ignore"):
        fields = {
            "rstudent": (yi - deleted.estimate) / np.sqrt(factor * total + deleted.se**2),
            "dffits": change / np.sqrt(factor * hat * total),
            "cook_d": change**2 / whole["se"] ** 2,
            "cov_r": deleted.se**2 / whole["se"] ** 2,
            "tau2_deleted": deleted.tau2,
            "q_deleted": deleted.q,
            "hat": hat,
            "weight": 100 * hat,
            "dfbetas": change / np.sqrt(factor / (deleted.weight_sum + 1 / total)),
        }
    beyond = [np.abs(fields[name]) > bound for name, bound in bounds(k).items()]
    fields["influential"] = np.logical_or.reduce(beyond)
    return Influence(method=method, ci=ci, **locked(fields))
