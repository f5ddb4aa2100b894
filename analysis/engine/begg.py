"""Begg and Mazumdar's rank test: do the effects grow with their variances?

S          Kendall's score: concordant minus discordant pairs of effects and variances
tau        tau-b, S over the pairs that are not tied; `tau_a` is S over all k(k-1)/2 pairs
deviates   effects as standardised deviates from their weighted mean, which makes them
           exchangeable under the null hypothesis; "effects" takes them as they are
exact      from the distribution of S over all orders of k values without ties
"""

from dataclasses import dataclass
from math import copysign, sqrt

import numpy as np
from scipy.special import ndtr

from . import checks
from .results import Result

ON = ("deviates", "effects")
# The exact distribution costs k^3 / 4 additions; at 500 studies the normal one agrees to three
# digits, and R's own cor.test leaves the exact one at 50.
EXACT_UP_TO = 500


@dataclass(frozen=True, repr=False)
class Begg(Result):
    """Kendall's rank correlation of the effects, or their deviates, with the variances.

    `s` and `tau` are plain; the continuity correction moves S one step towards 0, and enters
    `tau_a`, `statistic` (the normal deviate) and `pvalue` (two-sided). `se` is the standard
    deviation of S without association. `exact` says how the p-value was found.
    """

    on: str
    k: int
    s: int
    se: float
    tau: float
    tau_a: float
    statistic: float
    pvalue: float
    exact: bool
    continuity: bool

    def report(self) -> str:
        """Return the test in one sentence."""
        kind = "exact" if self.exact else "normal approximation"
        return (
            f"Kendall's rank correlation of the {self.on} with their variances in {self.k} studies "
            f"was tau = {self.tau:.2f} (S = {self.s}, p = {self.pvalue:.3g}, {kind})."
        )


def begg(
    yi, *, vi, on: str = "deviates", exact: bool | None = None, continuity: bool = False
) -> Begg:
    """Test by ranks whether effects `yi` go with their variances `vi`, `on` "deviates" or "effects".

    Begg & Mazumdar (1994): Kendall's S between the variances and the deviates
    (yi - mean)/sqrt(vi - var(mean)), with the inverse-variance mean. The p-value is the exact one
    where there is one (no ties, at most `EXACT_UP_TO` studies) unless `exact` says otherwise, and
    else normal, with the variance under ties of Kendall (1970), ch. 4; `continuity` uses |S| - 1.
    Comprehensive Meta-Analysis prints S plain, and tau (`tau_a`) and p with `continuity=True`.
    ValueError for fewer than 3 studies, for variances or effects that are all equal, and for
    `exact=True` where there is no exact p-value.

    >>> bcg = ma.example("bcg")
    >>> result = ma.begg(bcg.yi, vi=bcg.vi)
    >>> result
    >>> print(result.report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("on", on, ON)
    continuity = checks.flag("continuity", continuity)
    exact = exact if exact is None else checks.flag("exact", exact)
    k = checks.at_least(3, yi, "the rank test")
    values = _deviates(yi, vi) if on == "deviates" else yi
    for name, ranked in (("vi", vi), ("yi", yi)):
        if ranked.min() == ranked.max():
            raise ValueError(f"all {k} values of {name} are equal; ranks need at least two values")
    pairs = k * (k - 1) / 2
    tied_values, tied_vi = _ties(values), _ties(vi)
    ties = tied_values.size + tied_vi.size > 0
    if exact is None:
        exact = not ties and not continuity and k <= EXACT_UP_TO
    elif exact and (ties or continuity):
        raise ValueError(
            "exact is True; ties and the continuity correction leave the normal p alone"
        )
    s = _agreement(values, vi)
    tau = s / sqrt(pairs - _pairs(tied_values)) / sqrt(pairs - _pairs(tied_vi))
    tau = min(1.0, max(-1.0, tau))  # rounding may pass the end
    se = sqrt(_variance(k, tied_values, tied_vi))
    moved = copysign(max(abs(s) - 1, 0), s) if continuity else s
    return Begg(
        on=on,
        k=k,
        s=s,
        se=se,
        tau=tau,
        tau_a=moved / pairs,
        statistic=moved / se,
        pvalue=_exact_pvalue(s, k) if exact else float(2 * ndtr(-abs(moved) / se)),
        exact=exact,
        continuity=continuity,
    )


def _deviates(yi: np.ndarray, vi: np.ndarray) -> np.ndarray:
    """Return the standardised deviates of `yi`: Begg & Mazumdar (1994), p. 1090.

    (yi - mean)/sqrt(vi - 1/sum(wi)), written as the distance from the mean of the others, which
    keeps its digits where one study has nearly all the weight.
    """
    wi = 1 / vi
    total, others, score = wi.sum(), wi.sum() - wi, np.sum(wi * yi) - wi * yi
    heaviest = int(wi.argmax())
    if wi[heaviest] > others[heaviest]:
        rest = np.arange(len(yi)) != heaviest
        others[heaviest], score[heaviest] = wi[rest].sum(), np.sum((wi * yi)[rest])
    return (yi - score / others) * np.sqrt(wi) * np.sqrt(others / total)


def _agreement(x: np.ndarray, y: np.ndarray) -> int:
    """Return Kendall's S: the pairs that `x` and `y` order alike less those they order differently."""
    orders = (np.sign(x[i + 1 :] - x[i]) @ np.sign(y[i + 1 :] - y[i]) for i in range(len(x) - 1))
    return round(sum(map(float, orders)))


def _ties(values: np.ndarray) -> np.ndarray:
    """Return the sizes of the groups of equal `values`."""
    sizes = np.unique(values, return_counts=True)[1].astype(float)
    return sizes[sizes > 1]


def _pairs(sizes: np.ndarray) -> float:
    """Return the number of pairs within groups of `sizes`."""
    return float(np.sum(sizes * (sizes - 1)) / 2)


def _variance(k: int, t: np.ndarray, u: np.ndarray) -> float:
    """Return the variance of S for `k` pairs with ties of sizes `t`, `u`: Kendall (1970), eq. 4.3."""
    whole = k * (k - 1) * (2 * k + 5)
    within = sum(float(np.sum(x * (x - 1) * (2 * x + 5))) for x in (t, u))
    threes = float(np.sum(t * (t - 1) * (t - 2)) * np.sum(u * (u - 1) * (u - 2)))
    twos = 4 * _pairs(t) * _pairs(u)
    return (whole - within) / 18 + threes / (9 * k * (k - 1) * (k - 2)) + twos / (2 * k * (k - 1))


def _exact_pvalue(s: int, k: int) -> float:
    """Return the two-sided p of `s` among all orders of `k` values: Kendall (1970), ch. 5.

    The number of discordant pairs is a sum of independent uniform variables on 0..m-1, m = 2..k;
    `share` holds its distribution as they join one by one, up to the discordances of the tail.
    """
    tail = (k * (k - 1) // 2 - abs(s)) // 2
    share = np.zeros(tail + 1)
    share[0] = 1.0
    for m in range(2, k + 1):
        total = np.cumsum(share)
        total[m:] -= total[:-m].copy()
        share = total / m
    return min(1.0, 2 * float(share.sum()))
