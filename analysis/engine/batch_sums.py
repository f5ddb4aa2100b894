"""The sums over studies from which `batch` makes its answers, row by row in compiled loops.

    y, v       effect sizes and sampling variances, shape (b, n); an absent study has y = 0, v = inf,
               so that its weight is an exact 0
    centre     a number near each row's effects, shape (b,): differences from it keep their digits
    w          weights 1/(v + tau2);  s1, s2 the sums of w, w^2
    r          y less the weighted mean

A row is short enough to stay in the fastest cache, so that passing over it twice costs little. What
is taken away first is stored in d, since of a - b - c the compiler may make a - (b + c).
"""

import numpy as np

from .compiled import compiled

# Q = sum(w y^2) - (sum(w y))^2 / sum(w) loses the digits that its two terms share, and so does
# c = s1 - s2/s1. Where less than this share of the first is left, both are summed in another way.
CANCELLED = 1e-4


@compiled
def equal_effects(y, v, small, large):
    """Return how many numbers are not to be used, and s1, the weighted mean, Q and c of each row.

    At tau2 = 0, with c = s1 - s2/s1. Not to be used are y not within `large` of 0, v not between
    `small` and `large`, and NaN, from which row on all is NaN. Counting them here saves reading complete
    data from memory once more.
    """
    b, n = y.shape
    outside = 0
    totals, means, qs, cs = np.empty(b), np.empty(b), np.empty(b), np.empty(b)
    d = np.empty(n)
    for i in range(b):
        s1 = s2 = wy = wyy = 0.0
        for j in range(n):
            outside += not (small <= v[i, j] <= large)
            outside += not (-large <= y[i, j] <= large)
            w = 1 / v[i, j]
            s1 += w
            s2 += w * w
            wy += w * y[i, j]
            wyy += w * y[i, j] * y[i, j]
        if wyy != wyy:
            totals[i:], means[i:], qs[i:], cs[i:] = np.nan, np.nan, np.nan, np.nan
            break
        mean = wy / s1
        q = wyy - mean * wy
        if not q > CANCELLED * wyy:
            # The mean too is good only to the size of y: taking the residuals' own mean away makes
            # it, and Q, good to the size of the differences between studies.
            wr = 0.0
            for j in range(n):
                d[j] = y[i, j] - mean
                wr += d[j] / v[i, j]
            shift = wr / s1
            q = 0.0
            for j in range(n):
                q += (d[j] - shift) ** 2 / v[i, j]
            mean += shift
        c = s1 - s2 / s1
        if c < CANCELLED * s1:
            # One study has nearly all the weight w0. With o1, o2 the sums of the others' weights and
            # squares, s1 - s2/s1 = o1 (1 + w0/s1) - o2/s1.
            first = 0
            for j in range(n):
                if v[i, j] < v[i, first]:
                    first = j
            o1 = o2 = 0.0
            for j in range(n):
                if j != first:
                    o1 += 1 / v[i, j]
                    o2 += 1 / (v[i, j] * v[i, j])
            c = o1 * (1 + 1 / (v[i, first] * s1)) - o2 / s1
        totals[i], means[i], qs[i], cs[i] = s1, mean, q, c
    return outside, totals, means, qs, cs


@compiled
def weighted(y, v, centre, tau2):
    """Return s1 and the weighted mean of each row at `tau2`."""
    b, n = y.shape
    totals, means = np.empty(b), np.empty(b)
    for i in range(b):
        s1 = wy = 0.0
        for j in range(n):
            w = 1 / (v[i, j] + tau2[i])
            s1 += w
            wy += w * (y[i, j] - centre[i])
        totals[i], means[i] = s1, centre[i] + wy / s1
    return totals, means


@compiled
def spread(y, v, centre, tau2):
    """Return s1 and the sums of w r^2 and of (w r)^2 of each row at `tau2`."""
    b, n = y.shape
    totals, squares, bents = np.empty(b), np.empty(b), np.empty(b)
    d = np.empty(n)
    for i in range(b):
        s1 = wy = 0.0
        for j in range(n):
            w = 1 / (v[i, j] + tau2[i])
            d[j] = y[i, j] - centre[i]
            s1 += w
            wy += w * d[j]
        shift = wy / s1
        square = bent = 0.0
        for j in range(n):
            w = 1 / (v[i, j] + tau2[i])
            r = d[j] - shift
            square += w * r * r
            bent += w * w * r * r
        totals[i], squares[i], bents[i] = s1, square, bent
    return totals, squares, bents
