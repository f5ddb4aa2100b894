"""The publication's effects, and a meta-regression of them by REML written out, for tests."""

from __future__ import annotations

from math import exp, sqrt

import numpy as np
from scipy import stats
from scipy.optimize import minimize_scalar

from analysis.content.outcome import read_outcome
from analysis.review.data import read_review

from conftest import ROOT

REVIEW = read_review(ROOT / "data")


class Fit:
    """A mixed-effects regression by REML: b, its Knapp-Hartung covariance, tau², degrees of freedom."""

    def __init__(self, y, v, x=None):
        self.y, self.v = np.asarray(y), np.asarray(v)
        self.X = np.ones((len(y), 1)) if x is None else np.column_stack([np.ones(len(y)), x])
        self.df = len(y) - self.X.shape[1]
        # In the logarithm, and at the border: the likelihood may fall from 0 on.
        found = minimize_scalar(lambda t: -self._loglik(exp(t)), bounds=(-14, 6), method="bounded",
                                options={"xatol": 1e-12})  # fmt: skip
        self.tau2 = exp(found.x) if self._loglik(exp(found.x)) > self._loglik(0.0) else 0.0
        w, self.b, residuals = self._at(self.tau2)
        scale = float(w @ residuals**2) / self.df
        self.covariance = np.linalg.inv(self.X.T @ (self.X * w[:, None])) * scale

    def _at(self, tau2):
        w = 1 / (self.v + tau2)
        b = np.linalg.solve(self.X.T @ (self.X * w[:, None]), self.X.T @ (w * self.y))
        return w, b, self.y - self.X @ b

    def _loglik(self, tau2):
        w, _, residuals = self._at(tau2)
        information = np.linalg.slogdet(self.X.T @ (self.X * w[:, None]))[1]
        return 0.5 * (np.log(w).sum() - information - float(w @ residuals**2))

    def coefficient(self, i):
        """The coefficient, its interval and its p by t."""
        b, se = self.b[i], sqrt(self.covariance[i, i])
        half = stats.t.ppf(0.975, self.df) * se
        return b, b - half, b + half, 2 * stats.t.sf(abs(b) / se, self.df)


def effects_of(key):
    """The studies of an outcome, their effects and variances."""
    effects = read_outcome(key, REVIEW.effects, REVIEW.studies).effects
    return [e.study for e in effects], *(
        np.array([getattr(e, n) for e in effects]) for n in ("yi", "vi")
    )
