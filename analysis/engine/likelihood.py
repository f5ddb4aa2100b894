"""tau2 by (restricted) maximum likelihood, in compiled loops: with and without moderators, one or many.

    y, v     effects and their variances, shape (n,), or (b, n): one analysis a row
    X        the moderators as rows, shape (p, n); None where the studies have a common mean
    d, s     what of the effects matters, and the variances, shape (k,): see `_distances`, `_left`
    w        weights 1/(s + tau2)
    up       y'PPy, the sum of squared weighted residuals
    down     tr(P), or tr(W) for the full likelihood

The slope of the log-likelihood is (up - down)/2: Harville (1977); Viechtbauer (2005), J Educ Behav
Stat 30, 261. There can be several peaks, one of them at 0, so the slope is looked up on a grid first:
each fall from above to below 0 brackets a peak, and the highest of them is the estimate.

A common mean has formulas of its own, which are faster, and keep digits however far apart variances are.
"""

from math import inf, isinf, log, sqrt

import numpy as np

from .compiled import compiled

POINTS = 40  # of the grid, beside 0
LOWEST = 1e-4  # where it starts, as a share of the smallest variance
STEPS = 200  # of Newton, or halvings of a bracket; five settle
# A step this small, relative to tau2, is the last: the error after it is of the order of its square.
# ROUNDING, relative to the variance of an estimate, is where steps are noise.
SMALL_STEP, ROUNDING = 1e-9, 1e-14
# A sum of squared residuals below this share of that of the effects is rounding, not scatter.
EXACT = 1e-26


@compiled
def highest_of_rows(y, v, X, restricted):
    """Return `highest` of each row of `y`, `v`, shape (b, n)."""
    tau2, found = np.empty(len(y)), np.empty(len(y), np.bool_)
    for i in range(len(y)):
        tau2[i], found[i] = highest(y[i], v[i], X, restricted)
    return tau2, found


@compiled
def highest(y, v, X, restricted):
    """Return the tau2 of the highest likelihood of `y`, `v`, shape (n,), and whether it was found.

    Without moderators an absent study has v = inf; with them none may be absent. On the space that X
    leaves free the slope is a sum of z^2/(v + tau2)^2 - 1/(v + tau2), where the squares z^2 sum to the
    unweighted sum of squared residuals, so that beyond that sum there is no peak.
    """
    d, s, scatter = _distances(y, v) if X is None else _left(y, v, X)
    if scatter == 0:
        return 0.0, True
    grid = np.zeros(1 + POINTS)
    smallest = s[0] if X is None else s.min()
    grid[1] = LOWEST * min(smallest, scatter)
    ratio = (2 * scatter / grid[1]) ** (1 / (POINTS - 1))
    for i in range(2, len(grid)):
        grid[i] = ratio * grid[i - 1]
    excess = (
        _mean_excess(d, s, grid, restricted) if X is None else _excess(d, s, X, grid, restricted)
    )
    best, any_peak, settled = 0.0, excess[0] <= 0, True
    for i in range(POINTS):
        if excess[i] > 0 >= excess[i + 1]:
            low, high = grid[i], grid[i + 1]
            start = low + (high - low) * excess[i] / (excess[i] - excess[i + 1])
            peak, found = _climb(d, s, X, low, high, start, restricted)
            if not any_peak or _gain(d, s, X, best, peak, restricted) > 0:
                best = peak
            any_peak, settled = True, settled and found
    return best, any_peak and settled


@compiled
def _climb(d, s, X, low, high, tau2, restricted):
    """Return the peak between `low` and `high`, sought from `tau2`, and whether the steps settled."""
    for _ in range(STEPS):
        if X is None:
            up, down, information, total = _mean_slope(d, s, tau2, restricted)
        else:
            up, down, information, total = _slope(d, s, X, tau2, restricted)
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
def _gain(d, s, X, one, other, restricted):
    """Return by how much the log-likelihood is higher at the tau2 `other` than at `one`."""
    columns = np.ones((1, len(d))) if X is None else X
    above = _log_likelihood(d, s, columns, other, restricted)
    return above - _log_likelihood(d, s, columns, one, restricted)


@compiled
def _log_likelihood(d, s, X, tau2, restricted):
    """Return the log-likelihood at `tau2`, without the terms that do not vary."""
    w = 1 / (s + tau2)
    _, r, log_det = _fit(d, w, X)
    total = -log_det if restricted else 0.0
    for j in range(len(d)):
        total += log(w[j]) - w[j] * r[j] * r[j]
    return total / 2


@compiled
def _left(y, v, X):
    """Return d, s, and the sum of squares that the fit without weights leaves.

    Here d are the residuals under weights 1/v: P y is P d, and the effects of the most precise studies
    have the smallest d, whose digits count most.
    """
    _, d, _ = _fit(y, 1 / v, X)
    _, r, _ = _fit(d, np.ones(len(y)), X)
    squares = scatter = 0.0
    for j in range(len(y)):
        squares += y[j] * y[j]
        scatter += r[j] * r[j]
    return d, v, scatter if scatter > EXACT * squares else 0.0


@compiled
def _fit(y, w, X):
    """Return Z, the rows of `X` made orthonormal under weights `w`, the residuals of `y`, log |X'WX|.

    By modified Gram-Schmidt, which loses as many digits as the condition of X'WX has in its root;
    solving with X'WX loses all of them: Björck (1967), BIT 7, 1.
    """
    p, k = X.shape
    rows, log_det = np.empty((p + 1, k)), 0.0
    rows[:p], rows[p] = X, y
    for i in range(p):
        z, square = rows[i], 0.0
        for j in range(k):
            square += w[j] * z[j] * z[j]
        for h in range(i + 1, p + 1):
            along = 0.0
            for j in range(k):
                along += w[j] * z[j] * rows[h, j]
            along /= square
            for j in range(k):
                rows[h, j] -= along * z[j]
        log_det += log(square)
        z /= sqrt(square)
    return rows[:p], rows[p], log_det


@compiled
def _slope(d, s, X, tau2, restricted):
    """Return up, down, minus the derivative of the slope at `tau2`, and the sum of the weights.

    That derivative is tr(PP)/2 - y'PPPy, for the full likelihood with tr(WW) in place of tr(PP). With
    P = W - WZ'ZW, tr(P) = tr(W) - tr(ZWWZ') and tr(PP) = tr(WW) - 2 tr(ZWWWZ') + tr(ZWWZ'ZWWZ').
    """
    w = 1 / (s + tau2)
    Z, u, _ = _fit(d, w, X)
    total = w2 = up = wuu = 0.0
    for j in range(len(d)):
        u[j] *= w[j]
        total += w[j]
        w2 += w[j] * w[j]
        up += u[j] * u[j]
        wuu += w[j] * u[j] * u[j]
    down, bent = total, w2
    for i in range(len(Z)):
        z = Z[i]
        wu = n2 = n3 = 0.0
        for j in range(len(d)):
            wz = w[j] * z[j]
            wu += wz * u[j]
            n2 += wz * wz
            n3 += wz * wz * w[j]
        wuu -= wu * wu
        if restricted:
            down -= n2
            bent += n2 * n2 - 2 * n3
            for h in range(i):
                across = 0.0
                for j in range(len(d)):
                    across += w[j] * w[j] * z[j] * Z[h, j]
                bent += 2 * across * across
    return up, down, wuu - bent / 2, total


@compiled
def _excess(d, s, X, grid, restricted):
    """Return 1 - down/up on the `grid` of tau2: above 0 where the likelihood rises, nearly straight."""
    excess = np.empty(len(grid))
    for i in range(len(grid)):
        up, down, _, _ = _slope(d, s, X, grid[i], restricted)
        excess[i] = 1 - down / up
    return excess


@compiled
def _distances(y, v):
    """Return d and s of the studies that are present, and their scatter about the mean without weights.

    The most precise study stands first, and d are the distances from it: sums over the others alone
    keep the digits that it would drown.
    """
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
    return d[:k], s[:k], _unweighted(d[:k])


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
def _mean_slope(d, s, tau2, restricted):
    """Return what `_slope` does, for a common mean."""
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
def _mean_excess(d, s, grid, restricted):
    """Return what `_excess` does, for a common mean."""
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
