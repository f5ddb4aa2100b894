"""Which analysis settings a publication used: its printed digits against every combination of them.

setting    an option for each axis, such as method "DL", ci "z"
analysis   what computes statistics by name from a setting, and what is printed of them
fit        a setting, and how many of the printed numbers it meets

A number is met if the value from the reconstructed effects rounds to the printed digits. Rounding of the
inputs makes the true setting miss a few; another one misses most, since digits agree by chance
one time in many.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import numpy as np

from ..engine.begg import begg
from ..engine.egger import egger
from ..engine.pool import pool
from ..engine.regression import meta_regression
from ..engine.subgroups import subgroups
from ..engine.trim_fill import trim_fill
from .printed import agrees

# Not EB, which is PM by another way: no digit tells them apart.
METHODS = ("DL", "HE", "HS", "SJ", "ML", "REML", "PM")
CORRECTION = {"correction": ("d", "g")}
MODEL = {**CORRECTION, "method": METHODS, "ci": ("z", "hksj")}
TAILS = {"tails": (2, 1)}  # both, or only the one on the side of the statistic's sign
AXES = {
    "pooled": MODEL,
    "between": {**CORRECTION, "method": ("EE", *METHODS), "tau2": ("separate", "common")},
    "regression": MODEL,
    "egger": {**CORRECTION, **TAILS},
    "kendall": {
        **CORRECTION, **TAILS, "on": ("deviates", "effects"), "continuity": (True, False)
    },
    "filled": {**CORRECTION, "find": ("EE", "DL"), "estimator": ("L0", "R0", "Q0")},
}  # fmt: skip


@dataclass(frozen=True)
class Effects:
    """Effects `d` with variances `v`, and the degrees of freedom `df` of each, nan where not known."""

    d: np.ndarray
    v: np.ndarray
    df: np.ndarray

    def corrected(self, correction: str) -> tuple[np.ndarray, np.ndarray]:
        """Return effects and variances as Cohen's "d" or Hedges' "g"; unknown df leave d as it is.

        Borenstein et al. (2009), eq. 4.22-4.24: J = 1 - 3/(4 df - 1).
        """
        if correction == "d":
            return self.d, self.v
        j = np.where(np.isnan(self.df), 1.0, 1 - 3 / (4 * self.df - 1))
        return j * self.d, j * j * self.v


Setting = Mapping[str, object]
Analysis = tuple[Callable[..., Mapping[str, float]], Mapping[str, str]]


@dataclass(frozen=True)
class Fit:
    """A `setting`, and the number `met` of the printed numbers, `of` so many."""

    setting: Setting
    met: int
    of: int


@dataclass(frozen=True)
class Search:
    """The fits of all settings, the best first."""

    fits: tuple[Fit, ...]
    axes: Mapping[str, Sequence] = field(default_factory=dict)

    @property
    def best(self) -> Fit:
        """The fit that meets most; the first of the settings tried if several do."""
        return self.fits[0]

    def rivals(self) -> dict[str, Fit]:
        """Return for each axis the best fit that differs from the best of all on it."""
        return {
            axis: next(f for f in self.fits if f.setting[axis] != self.best.setting[axis])
            for axis in self.axes
        }

    def best_with(self, setting: Setting) -> Fit:
        """Return the best fit that has the options of `setting` on the axes that it has."""
        shared = {axis: option for axis, option in setting.items() if axis in self.axes}
        return next(f for f in self.fits if shared.items() <= f.setting.items())


def search(axes: Mapping[str, Sequence], analyses: Sequence[Analysis]) -> Search:
    """Hold the `analyses` against every combination of options on `axes`.

    A setting for which an analysis is not defined meets none of its numbers.
    """
    of = sum(len(printed) for _, printed in analyses)
    fits = []
    for options in product(*axes.values()):
        setting = dict(zip(axes, options, strict=True))
        hits = sum(_met(compute, printed, setting) for compute, printed in analyses)
        fits.append(Fit(setting, int(hits), of))
    return Search(tuple(sorted(fits, key=lambda fit: -fit.met)), axes)


def together(searches: Sequence[Search], axes: Mapping[str, Sequence]) -> Search:
    """Return how `searches` fit with one setting on `axes` for all of them, each at best otherwise."""
    fits = []
    for options in product(*axes.values()):
        setting = dict(zip(axes, options, strict=True))
        own = [found.best_with(setting) for found in searches]
        fits.append(Fit(setting, sum(f.met for f in own), sum(f.of for f in own)))
    return Search(tuple(sorted(fits, key=lambda fit: -fit.met)), axes)


def pooled(effects: Effects) -> Callable:
    """Return what pools `effects` by a setting."""

    def compute(correction: str, method: str, ci: str) -> dict:
        y, v = effects.corrected(correction)
        return _fields(pool(y, vi=v, method=method, ci=ci))

    return compute


def between(effects: Effects, groups: Sequence[str]) -> Callable:
    """Return what compares `groups` of `effects` by a setting."""

    def compute(correction: str, method: str, tau2: str) -> dict:
        y, v = effects.corrected(correction)
        found = subgroups(y, vi=v, groups=groups, method=method, tau2=tau2)
        return {name: getattr(found, name) for name in ("q_between", "q_between_pvalue")}

    return compute


def regression(effects: Effects, x: Sequence[float]) -> Callable:
    """Return what regresses `effects` on `x` by a setting."""
    X = np.column_stack([np.ones(len(x)), x])

    def compute(correction: str, method: str, ci: str) -> dict:
        y, v = effects.corrected(correction)
        found = meta_regression(y, vi=v, X=X, method=method, ci=ci)
        slope = found.coefficients.iloc[1]
        model = {name: getattr(found, name) for name in ("q_e", "q_e_pvalue", "i2", "tau2", "r2")}
        return {name: slope[name] for name in SLOPE} | model

    return compute


def asymmetry(effects: Effects) -> Callable:
    """Return what tests the asymmetry of `effects` by Egger's line, by a setting.

    A single tail is that of the statistic's sign, which leaves half of what both leave.
    """

    def compute(correction: str, tails: int) -> dict:
        y, v = effects.corrected(correction)
        found = egger(y, vi=v)
        return {"statistic": found.statistic, "pvalue": found.pvalue * tails / 2}

    return compute


def ranks(effects: Effects) -> Callable:
    """Return what tests the asymmetry of `effects` by Kendall's S, by a setting.

    S itself is plain; the continuity correction enters tau and p, which is the normal one. A single tail
    is that of the sign of S.
    """

    def compute(correction: str, tails: int, on: str, continuity: bool) -> dict:
        y, v = effects.corrected(correction)
        found = begg(y, vi=v, on=on, exact=False, continuity=continuity)
        return {"statistic": found.s, "tau": found.tau_a, "pvalue": found.pvalue * tails / 2}

    return compute


def filled(effects: Effects, method: str) -> Callable:
    """Return what fills `effects` up on the left and pools them by `method`, by a setting."""

    def compute(correction: str, find: str, estimator: str) -> dict:
        y, v = effects.corrected(correction)
        found = trim_fill(y, vi=v, method=method, find=find, estimator=estimator, side="left")
        return {"k0": found.k0} | _fields(found.adjusted)

    return compute


SLOPE = ("estimate", "se", "ci_low", "ci_high", "statistic", "pvalue")


def _fields(result) -> dict:
    return {name: getattr(result, name) for name in SLOPE}


def _met(compute: Callable, printed: Mapping[str, str], setting: Setting) -> int:
    try:
        found = compute(**setting)
    except ValueError:  # not defined for these effects
        return 0
    return sum(bool(agrees(found[name], text)) for name, text in printed.items())
