"""tau2 by (restricted) maximum likelihood of studies with a common mean, in compiled loops.

    d, s     effects as distances from that of the most precise study, which stands first, and their
             variances, shape (k,): sums over the others alone keep the digits that it would drown
    w        weights 1/(s + tau2)
    up       y'PPy, the sum of squared weighted residuals
    down     tr(P), or tr(W) for the full likelihood

The slope of the log-likelihood is (up - down)/2: Harville (1977); Viechtbauer (2005), J Educ Behav
Stat 30, 261. There can be several peaks, one of them at 0, so the slope is looked up on a grid first:
each fall from above to below 0 brackets a peak, and the highest of them is the estimate.
"""

from math import inf, isinf, log

import numpy as np

from .compiled import compiled

POINTS = 40  # of the grid, beside 0
LOWEST = 1e-4  # where it starts, as a share of the smallest variance
STEPS = 200  # of Newton, or halvings of a bracket; five settle
# A step this small, relative to tau2, is the last: the error after it is of the order of its square.
# ROUNDING, relative to the variance of an estimate, is where steps are noise.
SMALL_STEP, ROUNDING = 1e-9, 1e-14


@compiled
def highest_of_rows(y, v, restricted):
    """Return `highest` of each row of `y`, `v`, shape (b, n)."""
    tau2, found = np.empty(len(y)), np.empty(len(y), np.bool_)
    for i in range(len(y)):
        tau2[i], found[i] = highest(y[i], v[i], restricted)
    return tau2, found


@compiled
def highest(y, v, restricted):
    """Return the tau2 of the highest likelihood of `y`, `v`, shape (n,), and whether it was found.

    An absent study has v = inf. The slope is a sum of z^2/(v + tau2)^2 - 1/(v + tau2), where the squares
    z^2 sum to the unweighted sum of squared residuals, so that beyond that sum there is no peak.
    """
    d, s = _distances(y, v)
    spread = _unweighted(d)
    if spread == 0:
        return 0.0, True
    grid = np.zeros(1 + POINTS)
    grid[1] = LOWEST * min(s[0], spread)
    ratio = (2 * spread / grid[1]) ** (1 / (POINTS - 1))
    for i in range(2, len(grid)):
        grid[i] = ratio * grid[i - 1]
    excess = _excess(d, s, grid, restricted)
    best, any_peak, settled = 0.0, excess[0] <= 0, True
    for i in range(POINTS):
        if excess[i] > 0 >= excess[i + 1]:
            low, high = grid[i], grid[i + 1]
            start = low + (high - low) * excess[i] / (excess[i] - excess[i + 1])
            peak, found = _climb(d, s, low, high, start, restricted)
            if not any_peak or _gain(d, s, best, peak, restricted) > 0:
                best = peak
            any_peak, settled = True, settled and found
    return best, any_peak and settled


@compiled
def _distances(y, v):
    """Return d and s of the studies that are present."""
    first = 0
    for j in range(len(v)):
        if v[j] < v[first]:
            first = j
    d, s = np.empty(len(v)), np.empty(len(v))
    d[0], s[0] = 0.0, v[first]
    k = 1
    for j in range(len(v)):
        if j != first and not isinf(v[j]):
            d[k], s[k] = y[j] - y[first], v[j]
            k += 1
    return d[:k], s[:k]


@compiled
def _unweighted(d):
    """Return the sum of squares of `d` about their mean."""
    mean = 0.0
    for each in d:
        mean += each
    mean /= len(d)
    total = 0.0
    for each in d:
        total += (each - mean) * (each - mean)
    return total


@compiled
def _slope(d, s, tau2, restricted):
    """Return up, down, minus the derivative of the slope at `tau2`, and the sum of the weights.

    That derivative is tr(PP)/2 - y'PPPy, for the full likelihood with tr(WW) in place of tr(PP).
    """
    w0 = 1 / (s[0] + tau2)
    rest = w2 = w3 = wd = 0.0
    for j in range(1, len(d)):
        w = 1 / (s[j] + tau2)
        rest += w
        w2 += w * w
        w3 += w * w * w
        wd += w * d[j]
    total = w0 + rest
    mean = wd / total
    u = -w0 * mean
    up, wu, wuu = u * u, w0 * u, w0 * u * u
    for j in range(1, len(d)):
        w = 1 / (s[j] + tau2)
        u = w * (d[j] - mean)
        up += u * u
        wu += w * u
        wuu += w * u * u
    if restricted:
        share = rest / total
        down = rest * (2 - share) - w2 / total
        bent = (w0 * share) ** 2 + w2 - 2 * w3 / total + (2 * w0 * w0 + w2) * w2 / total**2
    else:
        down, bent = total, w0 * w0 + w2
    return up, down, wuu - wu * wu / total - bent / 2, total


@compiled
def _excess(d, s, grid, restricted):
    """Return 1 - down/up on the `grid` of tau2: above 0 where the likelihood rises, nearly straight."""
    n = len(grid)
    sums = np.zeros((4, n))
    rest, w2, mean, up = sums[0], sums[1], sums[2], sums[3]
    for j in range(1, len(d)):
        for i in range(n):
            w = 1 / (s[j] + grid[i])
            rest[i] += w
            w2[i] += w * w
            mean[i] += w * d[j]
    for i in range(n):
        w0 = 1 / (s[0] + grid[i])
        mean[i] /= w0 + rest[i]
        up[i] = (w0 * mean[i]) ** 2
    for j in range(1, len(d)):
        for i in range(n):
            up[i] += ((d[j] - mean[i]) / (s[j] + grid[i])) ** 2
    for i in range(n):
        w0 = 1 / (s[0] + grid[i])
        total = w0 + rest[i]
        down = rest[i] * (2 - rest[i] / total) - w2[i] / total if restricted else total
        up[i] = 1 - down / up[i]
    return up


@compiled
def _climb(d, s, low, high, tau2, restricted):
    """Return the peak between `low` and `high`, sought from `tau2`, and whether the steps settled."""
    for _ in range(STEPS):
        up, down, information, total = _slope(d, s, tau2, restricted)
        slope = (up - down) / 2
        if slope > 0:
            low = tau2
        else:
            high = tau2
        # Not above 0, Newton would climb to a valley; the expected information in its place is safe,
        # and takes hundreds of tiny steps past an inflection. Halving the bracket takes few.
        new = tau2 + slope / information if information > 0 else inf
        if not low <= new <= high:
            new = (low + high) / 2
        step, tau2 = abs(new - tau2), new
        if step <= SMALL_STEP * tau2 + ROUNDING * len(d) / total:
            return tau2, True
    return tau2, False


@compiled
def _gain(d, s, one, other, restricted):
    """Return by how much the log-likelihood is higher at the tau2 `other` than at `one`."""
    return _log_likelihood(d, s, other, restricted) - _log_likelihood(d, s, one, restricted)


@compiled
def _log_likelihood(d, s, tau2, restricted):
    """Return the log-likelihood at `tau2`, without the terms that do not vary."""
    total = wd = logs = 0.0
    for j in range(len(d)):
        w = 1 / (s[j] + tau2)
        total += w
        wd += w * d[j]
        logs += log(w)
    mean = wd / total
    rss = 0.0
    for j in range(len(d)):
        rss += (d[j] - mean) ** 2 / (s[j] + tau2)
    return (logs - rss - (log(total) if restricted else 0.0)) / 2
