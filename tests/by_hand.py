"""The paper's statistics in textbook arithmetic, for tests that must not ask the package.

y, v, x    effects, sampling variances, a moderator: arrays over the trials
w          inverse variances
"""

from __future__ import annotations

import csv
from decimal import Decimal
from math import sqrt
from pathlib import Path

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.stats import chi2, norm
from scipy.stats import t as student

DATA = Path(__file__).parents[1] / "data"
Z95 = norm.isf(0.025)


def read(name: str) -> list[dict[str, str]]:
    """The rows of data/`name`.csv."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


PRINTED = {row["id"]: row["printed"] for row in read("published")}


def unit(text: str) -> Decimal:
    """The unit of the last digit of `text`."""
    return Decimal(1).scaleb(Decimal(text.replace("−", "-").lstrip("<>")).as_tuple().exponent)


def rounds_to(value: float, text: str) -> bool:
    """Whether `value` rounds to the digits of `text`; below or above it where that is a bound."""
    if text[0] in "<>":
        bound = float(text[1:])
        return value < bound if text[0] == "<" else value > bound
    return round(Decimal(float(value)) / unit(text)) == Decimal(text.replace("−", "-")) / unit(text)


def both_tails(z: float) -> float:
    """The two-sided p of a standard normal `z`."""
    return 2 * norm.sf(abs(z))


def around(estimate: float, se: float) -> dict[str, float]:
    """An `estimate` with its interval and test from the normal distribution."""
    return {
        "estimate": estimate,
        "se": se,
        "variance": se**2,
        "ci_low": estimate - Z95 * se,
        "ci_high": estimate + Z95 * se,
        "statistic": estimate / se,
        "pvalue": both_tails(estimate / se),
    }


def as_row(numbers: dict) -> dict:
    """The `numbers` of an estimate by the names that a row of effects.csv has for them."""
    names = {"estimate": "smd", "statistic": "z", "pvalue": "p"}
    return {names.get(name, name): value for name, value in numbers.items()}


def heterogeneity(q: float, df: int) -> dict[str, float]:
    """Cochran's Q with its degrees of freedom, p, and I² in per cent."""
    return {
        "q": q,
        "q_df": df,
        "q_pvalue": chi2.sf(q, df) if df else 1.0,
        "i2": max(0.0, 100 * (q - df) / q) if df and q else 0.0,
    }


def fixed(y, v) -> dict[str, float]:
    """The inverse-variance mean: every trial estimates one effect."""
    w = 1 / v
    mean = np.sum(w * y) / np.sum(w)
    q = np.sum(w * (y - mean) ** 2) if len(y) > 1 else 0.0
    return around(mean, sqrt(1 / np.sum(w))) | heterogeneity(q, len(y) - 1) | {"k": len(y)}


def moments_tau2(y, v) -> float:
    """τ² by DerSimonian & Laird (1986): what Q has beyond its expectation, in its unit."""
    w = 1 / v
    if len(y) == 1:
        return 0.0
    return max(0.0, (fixed(y, v)["q"] - (len(y) - 1)) / (np.sum(w) - np.sum(w**2) / np.sum(w)))


def random(y, v) -> dict[str, float]:
    """The mean of effects that differ by τ²; Q is that of the trials."""
    total = v + moments_tau2(y, v)
    mean = np.sum(y / total) / np.sum(1 / total)
    pooled = around(mean, sqrt(1 / np.sum(1 / total)))
    return pooled | heterogeneity(fixed(y, v)["q"], len(y) - 1) | {"k": len(y)}


def between(y, v, members) -> dict[str, float]:
    """Q between the means of the categories, whose positions are `members`, each with its own τ²."""
    means = [random(y[own], v[own]) for own in members]
    q = fixed(
        np.array([m["estimate"] for m in means]), np.array([m["se"] for m in means]) ** 2
    )  # fmt: skip
    return {f"q_between{name[1:]}": q[name] for name in ("q", "q_df", "q_pvalue")}


def line(y, v, x) -> dict[str, float]:
    """The meta-regression on `x` with matrices, τ² by moments: Raudenbush (2009), eq. 16.26."""
    X = np.column_stack([np.ones(len(x)), x])
    W = np.diag(1 / v)
    P = W - W @ X @ np.linalg.solve(X.T @ W @ X, X.T @ W)
    q, df = float(y @ P @ y), len(y) - 2
    tau2 = max(0.0, (q - df) / np.trace(P))
    W = np.diag(1 / (v + tau2))
    covariance = np.linalg.inv(X.T @ W @ X)
    slope = (covariance @ X.T @ W @ y)[1]
    left = {
        f"q_e{name[1:]}": value for name, value in heterogeneity(q, df).items() if name[0] == "q"
    }
    alone = moments_tau2(y, v)
    return (
        around(slope, sqrt(covariance[1, 1]))
        | left
        | {"i2": heterogeneity(q, df)["i2"], "tau2": tau2, "k": len(y)}
        | {"r2": max(0.0, 100 * (1 - tau2 / alone)) if alone else 0.0}
    )


def egger(y, v) -> dict[str, float]:
    """Least squares of y/se on 1/se: the intercept against 0, Egger et al. (1997)."""
    se = np.sqrt(v)
    X = np.column_stack([np.ones(len(y)), 1 / se])
    (intercept, _), (rest,), _, _ = np.linalg.lstsq(X, y / se, rcond=None)
    df = len(y) - 2
    statistic = intercept / sqrt(rest / df * np.linalg.inv(X.T @ X)[0, 0])
    return {"statistic": statistic, "df": df, "pvalue": 2 * student.sf(abs(statistic), df)}


def concordance(y, v) -> np.ndarray:
    """For each pair of trials a number above 0 where deviate and variance agree in their order.

    The deviates from the fixed mean in their standard errors: Begg & Mazumdar (1994).
    """
    deviate = (y - fixed(y, v)["estimate"]) / np.sqrt(v - fixed(y, v)["variance"])
    return np.subtract.outer(deviate, deviate) * np.subtract.outer(v, v)


def kendall(y, v) -> dict[str, float]:
    """S of the pairs, τ and p with the correction for continuity, for no ties: Kendall (1970)."""
    k = len(y)
    s = int(np.sign(concordance(y, v)).sum()) // 2
    corrected = np.sign(s) * max(abs(s) - 1, 0)
    return {
        "statistic": s,
        "tau": corrected / (k * (k - 1) / 2),
        "pvalue": both_tails(corrected / sqrt(k * (k - 1) * (2 * k + 5) / 18)),
    }


def missing_on_the_left(y, v) -> int:
    """L0 of Duval & Tweedie (2000): effects that are cut off from the right until no more are."""
    k, order, missing = len(y), np.argsort(y), 0
    for _ in range(k):
        kept = order[: k - missing]
        distance = y - fixed(y[kept], v[kept])["estimate"]
        ranks = np.argsort(np.argsort(np.abs(distance))) + 1
        to_the_right = np.sum(ranks[distance > 0])
        found = max(0, round(float(4 * to_the_right - k * (k + 1)) / (2 * k - 1)))
        if found == missing:
            return missing
        missing = found
    raise AssertionError("trim and fill does not settle")


def filled(y, v, model) -> dict[str, float]:
    """The `model` with the cut-off effects mirrored at the fixed mean of the others."""
    missing = missing_on_the_left(y, v)
    order = np.argsort(y)
    kept, cut = order[: len(y) - missing], order[len(y) - missing :]
    mirrored = 2 * fixed(y[kept], v[kept])["estimate"] - y[cut]
    return model(np.append(y, mirrored), np.append(v, v[cut]))


def by_reml(y, v) -> tuple[float, float, float]:
    """τ², the mean, and p by Hartung and Knapp with the larger error, from the restricted likelihood."""

    def mean(tau2):
        w = 1 / (v + tau2)
        return w, np.sum(w * y) / np.sum(w)

    def deviance(tau2):
        w, mu = mean(tau2)
        return np.sum(w * (y - mu) ** 2) - np.sum(np.log(w)) + np.log(np.sum(w))

    within = 0, 25 * np.var(y)
    tau2 = minimize_scalar(deviance, bounds=within, method="bounded", options={"xatol": 1e-9}).x
    w, mu = mean(tau2)
    scatter = np.sum(w * (y - mu) ** 2) / (len(y) - 1)
    se = sqrt(max(scatter, 1.0) / np.sum(w))
    return tau2, mu, 2 * student.sf(abs(mu) / se, len(y) - 1)
