"""How much the true effects of a set of studies differ: Q, I2, H2, and how precisely tau2 is known.

model    `model.Model`: effects, variances and design
q        Cochran's Q, with moderators the residual QE; on k - p degrees of freedom
s2       "typical" sampling variance of the k studies
i2, h2   I2 in per cent; H2
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import pandas as pd
from scipy.special import chdtrc, chdtri

from . import checks
from .model import Model
from .results import Result
from .tau2 import generalised_q_root


def cochran_q(model: Model) -> tuple[float, int, float]:
    """Return Q of `model`, its degrees of freedom and its p-value: Cochran (1954).

    With as many coefficients as studies nothing can disagree: Q 0, df 0, p 1.
    """
    # Not summed for df = 0, where rounding would leave a residue in place of an exact 0.
    if model.df == 0:
        return 0.0, 0, 1.0
    q = model.equal.rss
    return q, model.df, float(chdtrc(model.df, q))


def typical_variance(model: Model) -> float:
    """Return the typical sampling variance s2: Higgins & Thompson (2002), eq. 9; df >= 1.

    With moderators, (k - p) / tr(P), which is theirs for X = 1.
    """
    return model.df / model.equal_trace


def i2_h2(model: Model, method: str, tau2: float, q: float) -> tuple[float, float]:
    """Return I2 in per cent and H2 of `model` with the given `q`, `method` and `tau2`.

    Higgins & Thompson (2002), in metafor's reading: from Q under equal effects, where H2
    may fall below 1 and I2 is cut off at 0; from tau2 and s2 under any random-effects method.
    Without a degree of freedom I2 is 0 and H2 1.
    """
    if model.df == 0:
        return 0.0, 1.0
    if method == "EE":
        return (max(0.0, 100 * (q - model.df) / q) if q > 0 else 0.0), q / model.df
    s2 = typical_variance(model)
    return 100 * tau2 / (tau2 + s2), (tau2 + s2) / s2


@dataclass(frozen=True)
class Bounds:
    """A confidence interval from `low` to `high`."""

    low: float
    high: float


@dataclass(frozen=True, repr=False)
class HeterogeneityIntervals(Result):
    """Confidence intervals of tau2, tau, I2 (per cent) and H2, of the given `level`.

    `empty` tells that no tau2 is compatible with a Q so small; the bounds then are all those of 0.
    `kind` is how they were found: QP, the Q-profile, or one of `intervals`.
    """

    level: float
    tau2: Bounds
    tau: Bounds
    i2: Bounds
    h2: Bounds
    empty: bool
    kind: str = "QP"

    def to_frame(self) -> pd.DataFrame:
        """Return a row a quantity, with its bounds."""
        rows = {name: vars(getattr(self, name)) for name in ("tau2", "tau", "i2", "h2")}
        return pd.DataFrame.from_dict(rows, orient="index")

    def report(self) -> str:
        """Return the interval of tau and I2 in one sentence."""
        return (
            f"The {100 * self.level:g}% confidence interval of tau runs from {self.tau.low:.3f} to "
            f"{self.tau.high:.3f}, that of I² from {self.i2.low:.1f}% to {self.i2.high:.1f}%."
        )

    def __repr__(self) -> str:
        note = " (empty: Q is smaller than any tau2 explains)" if self.empty else ""
        name = "Q-profile" if self.kind == "QP" else self.kind
        return f"{name} intervals, level {self.level:g}{note}\n{self.to_frame().to_string()}"


def q_profile(model: Model, level: float) -> HeterogeneityIntervals:
    """Return the Q-profile intervals of `model`: Viechtbauer (2007), eq. 9; with moderators (2010).

    The bounds are the tau2 at which the generalised Q equals the quantiles of its chi-squared
    distribution; those of I2 and H2 follow through s2. ValueError without a degree of freedom.
    """
    level = checks.level(level)
    if model.df < 1:
        raise ValueError("one study, or as many coefficients as studies, leave tau2 no interval")
    tail = (1 - level) / 2
    upper, lower = chdtri(model.df, tail), chdtri(model.df, 1 - tail)
    tau2 = Bounds(*(float(generalised_q_root(model, q)) for q in (upper, lower)))
    s2 = typical_variance(model)
    return HeterogeneityIntervals(
        level=level,
        tau2=tau2,
        tau=Bounds(tau2.low**0.5, tau2.high**0.5),
        i2=Bounds(*(100 * t / (t + s2) if t < inf else 100.0 for t in (tau2.low, tau2.high))),
        h2=Bounds(*(t / s2 + 1 for t in (tau2.low, tau2.high))),
        empty=model.equal.rss < lower,
    )
