"""tau2 by (restricted) maximum likelihood for many regressions at once: guarded Newton steps on rows.

    y, v           effect sizes and variances, shape (b, n); an absent study has y = 0, v = inf
    score          derivative of the log-likelihood by tau2, the coefficients profiled out
    information    minus the score's derivative

As in `mean_likelihood`, which serves studies without moderators, there can be several peaks, one of
them at 0: each row's score is looked up on a grid first, every fall from above to below 0 brackets a
peak, and the highest of them is the estimate.
"""

import numpy as np

MAX_STEPS = 100
# A step this small, relative to tau2, is the last: the error after a Newton step is of the order
# of its square. ROUNDING, relative to the variance of an estimate, is where steps are noise.
SMALL_STEP = 1e-9
ROUNDING = 1e-14
# Where the score is looked up, as multiples of a tau2 beyond which no maximum is expected.
GRID = np.geomspace(1e-5, 1, 8)


def maximise(y: np.ndarray, v: np.ndarray, likelihood) -> tuple[np.ndarray, np.ndarray]:
    """Return tau2 of rows `y`, `v` at the highest `likelihood`, and whether each row converged.

    `likelihood` has the methods of `batch_regression.DesignLikelihood`. Every row needs a study more
    than coefficients.
    """
    points = np.concatenate([np.zeros((1, len(y))), GRID[:, None] * _beyond(y, v)])
    scores = np.stack([likelihood.score(y, v, tau2)[0] for tau2 in points])
    rising = scores > 0
    point, row = np.nonzero(rising & ~np.append(rising[1:], np.zeros((1, len(y)), bool), axis=0))
    last = np.minimum(point + 1, len(points) - 1)
    beyond = point == last
    low, high = points[point, row], np.where(beyond, np.inf, points[last, row])
    fall = scores[point, row] - scores[last, row]
    with np.errstate(invalid="ignore", divide="ignore"):
        start = low + np.where(beyond, low, (high - low) * scores[point, row] / fall)
    peaks, found = _newton(y[row], v[row], start, low, high, likelihood)

    tau2 = np.zeros(len(y))
    converged = np.ones(len(y), dtype=bool)
    tau2[row] = peaks
    np.logical_and.at(converged, row, found)
    candidates = np.bincount(row, minlength=len(y)) + ~rising[0]
    for several in np.flatnonzero(candidates > 1):
        options = np.append(peaks[row == several], [] if rising[0, several] else 0.0)
        heights = [likelihood.log_likelihood(y[several], v[several], each) for each in options]
        tau2[several] = options[int(np.argmax(heights))]
    return tau2, converged


def _newton(y, v, tau2, low, high, likelihood) -> tuple[np.ndarray, np.ndarray]:
    """Return the root of each row's score between `low` and `high`, from `tau2`, and if found."""
    result, found = tau2.copy(), np.zeros(len(tau2), dtype=bool)
    active = np.arange(len(tau2))
    studies = np.isfinite(v).sum(axis=1)
    for _ in range(MAX_STEPS):
        if not active.size:
            break
        score, s1, more = likelihood.score(y, v, tau2)
        low, high = np.where(score > 0, tau2, low), np.where(score > 0, high, tau2)
        information = likelihood.information(*more)
        # Not above 0, Newton would climb to a minimum; the expected information in its place is
        # safe, and takes hundreds of tiny steps past an inflection. Halving the bracket takes few.
        newton = information > 0
        new = tau2 + score / np.where(newton, information, 1)
        outside = ~(newton & (new > low) & (new < high)) & (score != 0)
        if outside.any():
            with np.errstate(invalid="ignore"):
                middle = np.where(np.isfinite(high), (low + high) / 2, 4 * low)
            new = np.where(outside, middle, new)
        step = np.abs(new - tau2)
        result[active] = tau2 = new
        small = step <= SMALL_STEP * new + ROUNDING * studies / s1
        if small.any():
            found[active[small]] = True
            go = ~small
            active, y, v, tau2 = active[go], y[go], v[go], tau2[go]
            low, high, studies = low[go], high[go], studies[go]
    return result, found


def _beyond(y, v) -> np.ndarray:
    """Return a tau2 for each row beyond which its score is hardly ever above 0.

    With s the unweighted variance and V the largest sampling variance, the score is negative once
    s/tau2^2 < 1/(tau2 + V), that is from about s + sqrt(s V); the factor allows for the
    difference between weighted and unweighted means. A row that rises beyond is still followed.
    """
    present = np.isfinite(v)
    k = present.sum(axis=1)
    largest = np.where(present, v, 0).max(axis=1)
    # About one present value, so that the mean is taken of differences.
    first = y[np.arange(len(y)), present.argmax(axis=1)]
    centred = np.where(present, y - first[:, None], 0)
    centred -= np.where(present, (centred.sum(axis=1) / k)[:, None], 0)
    variance = np.vecdot(centred, centred) / (k - 1)
    return 2 * (variance + np.sqrt(variance * largest))
