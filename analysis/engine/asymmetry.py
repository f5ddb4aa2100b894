"""Is a funnel plot of tables asymmetrical? Tests that do not tie an effect's error to its size.

An odds ratio's standard error depends on the odds ratio, so that Egger's test is false too often.

harbord     score over its variance on the root of the variance: Harbord, Egger & Sterne (2006)
peters      log odds ratio on 1/N, weighted by the events' totals: Peters et al. (2006)
macaskill   log odds ratio on N, weighted by its variance: Macaskill, Walter & Irwig (2001)
deeks       log odds ratio on the root of 1/effective sample size: Deeks, Macaskill & Irwig (2005)
rucker      difference of arcsines, whose error depends on N alone, with additive heterogeneity:
            Rücker, Schwarzer & Carpenter (2008)
schwarzer   rank correlation of hypergeometric residuals: Schwarzer, Antes & Schumacher (2007)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.special import gammaln

from . import checks
from .begg import begg
from .effect_size import effect_size
from .egger import egger
from .line import weighted_line
from .mantel_haenszel import odds_ratio
from .peto import null_moments
from .results import Result
from .tables import Tables, read_tables


@dataclass(frozen=True, repr=False)
class Asymmetry(Result):
    """A test of asymmetry over the `k` tables that say something.

    `estimate` is the slope of the effects on what stands for imprecision, on `df` degrees of freedom,
    with the residual `dispersion` around the line, which is nan for rucker, who has a `tau2` in its
    place, nan elsewhere. For schwarzer it is Kendall's S, tested by z: `df` None, no dispersion.
    """

    test: str
    k: int
    estimate: float
    se: float
    statistic: float
    pvalue: float
    df: int | None
    dispersion: float
    tau2: float

    def report(self) -> str:
        """Return the test in one sentence."""
        kind = f"z = {self.statistic:.2f}"
        if self.df is not None:
            kind = f"t({self.df}) = {self.statistic:.2f}"
        return (
            f"The test of {self.test.capitalize()} for asymmetry of {self.k} tables gave {kind}, "
            f"p = {self.pvalue:.3g}."
        )


def asymmetry(test: str, *, events_treated, n_treated, events_control, n_control) -> Asymmetry:
    """Test whether the effects of `events_*` among `n_*` change with the studies' size.

    Arrays of shape (k,); `test` is one of the names above, two-sided. Half an event is added to each
    cell of a table with a zero where the test uses its log odds ratio. Studies in which nobody or
    everybody has the event say nothing and are left out, but for rucker. ValueError for a wrong
    count, and for fewer than 3 studies that say something.

    >>> bcg = ma.example("bcg")
    >>> counts = bcg[["events_treated", "n_treated", "events_control", "n_control"]]
    >>> print(ma.asymmetry("peters", **counts).report())
    """
    checks.one_of("test", test, (*LINES, *OTHERS))
    tables = read_tables(events_treated, n_treated, events_control, n_control)
    if test != "rucker":
        tables = tables.keep(tables.informative)
    k = len(tables.a)
    if k < 3:
        raise ValueError(f"{k} of the studies say something; a test of asymmetry needs at least 3")
    if test in OTHERS:
        return OTHERS[test](tables)
    line = weighted_line(*LINES[test](tables), 0.95)
    slope = line.slope
    return _result(
        test, k, slope, estimate=slope.estimate, df=slope.df, dispersion=line.q_e / slope.df
    )


def _result(
    test: str, k: int, found, *, estimate: float, df: int | None, dispersion=nan, tau2=nan
) -> Asymmetry:
    """Return the result of a `test` whose error, statistic and p-value were `found`."""
    return Asymmetry(
        test=test,
        k=k,
        estimate=estimate,
        se=found.se,
        statistic=found.statistic,
        pvalue=found.pvalue,
        df=df,
        dispersion=dispersion,
        tau2=tau2,
    )


def _harbord(tables: Tables):
    expected, variance = null_moments(tables)
    return (tables.a - expected) / variance, 1 / variance, variance**-0.5


def _peters(tables: Tables):
    events, total = tables.a + tables.c, tables.n1 + tables.n2
    return effect_size("OR", **tables.columns).yi, 1 / events + 1 / (total - events), 1 / total


def _macaskill(tables: Tables):
    own = effect_size("OR", **tables.columns)
    return own.yi, own.vi, tables.n1 + tables.n2


def _deeks(tables: Tables):
    effective = 4 * tables.n1 * tables.n2 / (tables.n1 + tables.n2)
    return effect_size("OR", **tables.columns).yi, 1 / effective, effective**-0.5


# Each gives effects, the variances that weight them, and the predictor.
LINES: dict[str, Callable[[Tables], tuple[np.ndarray, np.ndarray, np.ndarray]]] = {
    "harbord": _harbord,
    "peters": _peters,
    "macaskill": _macaskill,
    "deeks": _deeks,
}


def _rucker(tables: Tables) -> Asymmetry:
    """Return Thompson & Sharp's regression of the differences of arcsines on their errors."""
    own = effect_size("AS", **tables.columns)
    found = egger(own.yi, vi=own.vi, model="DL", ci="t")
    return _result("rucker", found.k, found, estimate=found.estimate, df=found.df, tau2=found.tau2)


def _schwarzer(tables: Tables) -> Asymmetry:
    """Return Kendall's test of the residuals from the Mantel-Haenszel odds ratio."""
    expected, variance = conditional_moments(tables, odds_ratio(tables)[0])
    residual = (tables.a - expected) / np.sqrt(variance)
    found = begg(residual, vi=1 / variance, on="effects", exact=False)
    return _result("schwarzer", found.k, found, estimate=float(found.s), df=None)


OTHERS: dict[str, Callable[[Tables], Asymmetry]] = {"rucker": _rucker, "schwarzer": _schwarzer}


def conditional_moments(tables: Tables, log_odds: float) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and variance of the treated events given the margins and an odds ratio.

    Of Fisher's noncentral hypergeometric distribution, summed over its support.
    """
    rows = zip(tables.n1, tables.n2, tables.a + tables.c, strict=True)
    mean, variance = zip(*(_moments(*row, log_odds) for row in rows), strict=True)
    return np.array(mean), np.array(variance)


def _moments(n1: float, n2: float, events: float, log_odds: float) -> tuple[float, float]:
    x = np.arange(max(0.0, events - n2), min(n1, events) + 1)
    parts = gammaln(x + 1) + gammaln(n1 - x + 1) + gammaln(events - x + 1)
    log_share = x * log_odds - parts - gammaln(n2 - events + x + 1)
    share = np.exp(log_share - log_share.max())
    share /= share.sum()
    mean = float(share @ x)
    return mean, float(share @ (x - mean) ** 2)
