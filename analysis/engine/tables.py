"""Two arms' events as tables: what Mantel-Haenszel, Peto, mixed models and tests of asymmetry share.

a, c        events in the treated and in the control arm, shape (k,)
n1, n2      the arms' participants, or their person-time for rates
k           number of tables
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import chdtrc

from . import checks
from .distributions import quantile, two_sided
from .effect_size.zeros import added
from .pool import Pooled, pool
from .results import Result, read_only

RATES = ("IRR", "IRD")
RATIOS = ("OR", "RR", "IRR")


@dataclass(frozen=True)
class Tables:
    """Events `a` of `n1` in the treated arms and `c` of `n2` in the control arms, shape (k,)."""

    a: np.ndarray
    n1: np.ndarray
    c: np.ndarray
    n2: np.ndarray
    rates: bool = False

    @property
    def cells(self) -> tuple[np.ndarray, ...]:
        """Events and non-events of both arms: a, b, c, d."""
        return self.a, self.n1 - self.a, self.c, self.n2 - self.c

    @property
    def informative(self) -> np.ndarray:
        """Which tables have events, and, but for rates, non-events: the others compare nothing."""
        some = self.a + self.c > 0
        return some if self.rates else some & (self.a + self.c < self.n1 + self.n2)

    def keep(self, rows: np.ndarray) -> Tables:
        """Return the tables of the given `rows` alone."""
        return replace(self, a=self.a[rows], n1=self.n1[rows], c=self.c[rows], n2=self.n2[rows])

    @property
    def columns(self) -> dict[str, np.ndarray]:
        """The columns by the names that `effect_size` has for them."""
        of = "time" if self.rates else "n"
        return {
            "events_treated": self.a, f"{of}_treated": self.n1,
            "events_control": self.c, f"{of}_control": self.n2,
        }  # fmt: skip

    def corrected(self, add: float, to: str) -> Tables:
        """Return the tables with `add` added to each count of the tables that `to` names."""
        if self.rates:
            a, c = added([self.a, self.c], add, to)
            return replace(self, a=a, c=c)
        a, b, c, d = added(self.cells, add, to)
        return replace(self, a=a, n1=a + b, c=c, n2=c + d)


def read_tables(
    events_treated, n_treated, events_control, n_control, *, of: str = "n", rates: bool = False
) -> Tables:
    """Return the tables of the two arms, or refuse the first wrong count.

    `of` is how the second and fourth argument are called: "n", participants, or "time", person-time.
    """
    columns = {
        "events_treated": events_treated, f"{of}_treated": n_treated,
        "events_control": events_control, f"{of}_control": n_control,
    }  # fmt: skip
    missing = [name for name, values in columns.items() if values is None]
    if missing:
        raise ValueError(f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing")
    columns = {name: checks.vector(name, values) for name, values in columns.items()}
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        found = ", ".join(f"{name} {length}" for name, length in lengths.items())
        raise ValueError(f"every column needs one value a study; the lengths are: {found}")
    for name, values in columns.items():
        events = name.startswith("events")
        good = np.isfinite(values) & ((values >= 0) if events else (values > 0))
        checks.refuse(
            name,
            values,
            ~good,
            f"it must be a finite number {'of 0 or more' if events else 'above 0'}",
        )
    tables = Tables(*columns.values(), rates=rates)
    if not rates:
        for arm, events, n in (("treated", tables.a, tables.n1), ("control", tables.c, tables.n2)):
            allowed = f"it must not exceed n_{arm}, the arm's size"
            checks.refuse(f"events_{arm}", events, events > n, allowed)
    return tables


def tables_of(
    measure: str,
    *,
    events_treated,
    events_control,
    n_treated=None,
    n_control=None,
    time_treated=None,
    time_control=None,
) -> Tables:
    """Return the tables of `events_*` among `n_*`, or over `time_*` where `measure` is one of rates."""
    rates = measure in RATES
    sizes, unused = (n_treated, n_control), (time_treated, time_control)
    if rates:
        sizes, unused = unused, sizes
    of = "time" if rates else "n"
    if any(values is not None for values in unused):
        raise ValueError(f"{measure} takes {of}_treated and _control alone")
    return read_tables(events_treated, sizes[0], events_control, sizes[1], of=of, rates=rates)


@dataclass(frozen=True, repr=False)
class TableSummary(Result):
    """A summary of k tables under one true effect, with the studies' own effects around it.

    Ratios are logged. `yi`, `vi` are the effects of the `k_effects` studies that have one; `q`, `i2`
    (per cent) and `h2` are their heterogeneity around the summary.
    """

    measure: str
    k: int
    k_effects: int
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    pvalue: float
    level: float
    q: float
    q_df: int
    q_pvalue: float
    i2: float
    h2: float
    yi: np.ndarray = field(compare=False)
    vi: np.ndarray = field(compare=False)

    def random_effects(self, ci: str = "z") -> Pooled:
        """Return the random-effects summary of the studies' effects, with an interval by `ci`.

        tau2 is DerSimonian and Laird's, from the heterogeneity around this summary in place of that
        around the inverse-variance one: Deeks, Altman & Bradburn (2001). ValueError without effects.
        """
        wi = 1 / self.vi
        spread = wi.sum() - (wi**2).sum() / wi.sum()
        tau2 = max(0.0, (self.q - self.q_df) / float(spread)) if self.q_df > 0 else 0.0
        return pool(self.yi, vi=self.vi, method="DL", ci=ci, level=self.level, tau2=tau2)

    def report(self) -> str:
        """Return the summary and its heterogeneity in one sentence."""
        p = "p < 0.001" if self.pvalue < 0.001 else f"p = {self.pvalue:.3f}"
        name = f"log {self.measure}" if self.measure in RATIOS else self.measure
        return (
            f"Over {self.k} studies the {self.words} {name} was {self.estimate:.2f} "
            f"({100 * self.level:g}% CI {self.ci_low:.2f} to {self.ci_high:.2f}, {p}); I² was "
            f"{self.i2:.0f}%."
        )


def summary_fields(estimate: float, se: float, yi, vi, level: float) -> dict:
    """Return the fields that follow from an `estimate`, its `se` and the studies' `yi`, `vi`.

    Test and interval by z; Q around the estimate: Deeks, Altman & Bradburn (2001).
    """
    statistic, half = estimate / se, quantile(level, None) * se
    q, df = float(np.sum((yi - estimate) ** 2 / vi)), len(yi) - 1
    alone = df < 1
    return {
        "k_effects": len(yi), "estimate": estimate, "se": se, "ci_low": estimate - half,
        "ci_high": estimate + half, "statistic": statistic, "pvalue": two_sided(statistic, None),
        "level": level, "q": 0.0 if alone else q, "q_df": max(df, 0),
        "q_pvalue": 1.0 if alone else float(chdtrc(df, q)),
        "i2": 0.0 if alone or q == 0 else max(0.0, 100 * (q - df) / q),
        "h2": 1.0 if alone else q / df, "yi": read_only(yi), "vi": read_only(vi),
    }  # fmt: skip
