"""Every analysis that leaves one study out, without fitting most of them again.

yi, vi      effect sizes and their sampling variances, shape (k,)
hat         a study's share of the weights, between 0 and 1
row i       the analysis of all studies but i

Equal effects and DerSimonian-Laird: Q and the weights' sums without a study follow from those with
it, and the sums at the k values of tau2 are interpolated, so that the time is linear in k. The
other methods are fitted row by row in a batch.
"""

import numpy as np

from .batch import Batch, fit, fit_block, result
from .parallel import parts

# Beyond these a sum without a study has lost digits to the subtraction: it is fitted afresh.
# Q less one study's part can be below 1e-4 of Q for two studies at most, and one alone has nearly
# all the weight, so that this stays linear too.
CANCELLED = 1e-4
DOMINANT = 0.99
# Between tau2 + min(vi) = s and 2s the nearest pole of the sums lies at 0: Chebyshev interpolation
# through n points errs by about 5.8^-n there (Trefethen 2013, theorem 8.2), 1e-18 for 24.
NODES = 24


def without_each(yi: np.ndarray, vi: np.ndarray, method: str, ci: str, level: float) -> Batch:
    """Return the k analyses of `yi`, `vi` that each leave one study out; k is 2 or more."""
    if method in ("EE", "DL") and ci in ("z", "t"):
        return _updated(yi, vi, method, ci, level)
    k = len(yi)
    return fit(k, k, lambda part: _rows(yi, vi, np.arange(k)[part]), method, ci, level)


def sums_at(tau2: np.ndarray, yi: np.ndarray, vi: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sums of w and of w yi over all studies, w = 1/(vi + tau2), at each of `tau2`."""
    sums = np.empty((2, len(tau2)))
    distance = tau2 + vi.min()
    octave = np.floor(np.log2(distance / distance.min())).astype(int)
    for each in np.unique(octave):
        group = np.flatnonzero(octave == each)
        if len(group) <= NODES:
            sums[:, group] = _direct(tau2[group], yi, vi)
            continue
        low, high = tau2[group].min(), tau2[group].max()
        angles = np.linspace(0, np.pi, NODES)
        nodes = low + (high - low) * (1 - np.cos(angles)) / 2
        nodes[-1] = high
        if not (np.diff(nodes) > 0).all():
            sums[:, group] = _direct(tau2[group[:1]], yi, vi)
            continue
        sums[:, group] = _interpolate(tau2[group], nodes, _direct(nodes, yi, vi))
    return sums[0], sums[1]


def _updated(yi: np.ndarray, vi: np.ndarray, method: str, ci: str, level: float) -> Batch:
    k = len(yi)
    fields = fit_block(yi[None], vi[None], np.array([k]), "EE", "z")
    mean, total, q = (fields[name][0] for name in ("estimate", "weight_sum", "q"))
    wi, residual = 1 / vi, yi - mean
    hat = wi / total
    rest = total - wi
    tau2 = np.zeros(k)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Cook & Weisberg (1982), section 2.2, for a weighted mean.
        q_rest = np.maximum(q - wi * residual**2 / (1 - hat), 0)
        # rest less the sum of squares over it, as in `batch_tau2`; `top` itself is fitted afresh.
        top = int(np.argmax(wi))
        others = np.delete(wi, top)
        o1, o2 = others.sum() - wi, np.sum(others**2) - wi**2
        c = o1 * (1 + wi[top] / rest) - o2 / rest
        lost = (q_rest < CANCELLED * q) | (hat > DOMINANT) | (wi > DOMINANT * others.sum())
        afresh = np.union1d(np.flatnonzero(lost | (k == 2)), top)
        if method == "DL":
            tau2 = np.maximum((q_rest - (k - 2)) / c, 0)
            tau2[afresh] = 0  # overwritten below; the octaves of `sums_at` stay few
            own = 1 / (vi + tau2)
            weight, weighted = sums_at(tau2, residual, vi)
            weight_sum, estimate = weight - own, mean + (weighted - own * residual) / (weight - own)
            afresh = np.union1d(afresh, np.flatnonzero(own > DOMINANT * weight))
        else:
            weight_sum, estimate = rest, mean - hat * residual / (1 - hat)
        fields = {
            "k": np.full(k, k - 1),
            "estimate": estimate,
            "se": 1 / np.sqrt(weight_sum),
            "tau2": tau2,
            "q": q_rest,
            "typical_variance": (k - 2) / c,
            "weight_sum": weight_sum,
            "converged": np.ones(k, dtype=bool),
        }
    for name, values in fit_block(*_rows(yi, vi, afresh), method, "z").items():
        fields[name][afresh] = values
    return result(method, ci, level, fields)


def _rows(yi: np.ndarray, vi: np.ndarray, left_out: np.ndarray):
    y, v = np.tile(yi, (len(left_out), 1)), np.tile(vi, (len(left_out), 1))
    row = np.arange(len(left_out))
    y[row, left_out], v[row, left_out] = 0, np.inf
    return y, v, np.full(len(left_out), len(yi) - 1)


def _direct(tau2: np.ndarray, yi: np.ndarray, vi: np.ndarray) -> np.ndarray:
    sums = np.empty((2, len(tau2)))
    both = np.stack([np.ones(len(yi)), yi], axis=1)
    for part in parts(len(tau2), len(yi)):
        sums[:, part] = (1 / (vi + tau2[part, None]) @ both).T
    return sums


def _interpolate(at: np.ndarray, nodes: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return `values`, shape (m, nodes), at the points `at`: Berrut & Trefethen (2004), eq. 5.4."""
    signs = (-1.0) ** np.arange(len(nodes))
    signs[[0, -1]] /= 2
    result = np.empty((len(values), len(at)))
    for part in parts(len(at), len(nodes)):
        gap = at[part, None] - nodes
        hit = gap == 0
        gap[hit] = 1
        lagrange = np.where(hit.any(axis=1, keepdims=True), np.where(hit, 1.0, 0.0), signs / gap)
        result[:, part] = (lagrange @ values.T).T / lagrange.sum(axis=1)
    return result
