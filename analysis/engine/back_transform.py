"""Numbers on the scale of yi, put back on the scale that readers know: ratios, shares, rates.

An estimate and the bounds of its interval are put back one by one; a standard error never is. What
comes out is the median of the distribution of effects rather than its mean.
"""

from collections.abc import Callable

import numpy as np
from scipy.special import expit

from . import checks
from .effect_size import MEASURES
from .effect_size.columns import read
from .effect_size.proportions import freeman_tukey_proportion
from .effect_size.rates import freeman_tukey_rate

RATIOS = (
    "RR", "OR", "PETO", "IRR", "MPRR", "MPOR", "MPORC", "MPPETO", "ROM", "VR", "CVR", "ROMC", "VRC",
    "CVRC", "D2ORN", "D2ORL",
)  # fmt: skip


def _squared_sine(y):
    return np.sin(np.clip(y, 0, np.pi / 2)) ** 2


def _squared(y):
    return np.maximum(y, 0) ** 2


INVERSES: dict[str, Callable] = {
    **dict.fromkeys(RATIOS, np.exp),
    **dict.fromkeys(("PLN", "IRLN", "MNLN", "SDLN", "CVLN"), np.exp),
    **dict.fromkeys(("ZCOR", "ZPCOR"), np.tanh),
    "PLO": expit,
    "PAS": _squared_sine,
    "IRS": _squared,
    "AHW": lambda y: 1 - (1 - y) ** 3,
    "ABT": lambda y: -np.expm1(-y),
}
# The measures whose inverse needs to know the size of the samples, and the argument that tells it.
SIZED = {"PFT": "n", "IRFT": "time"}


def back_transform(measure: str, values, *, n=None, time=None):
    """Return `values` of `measure`, such as an estimate and its bounds, on the scale of its data.

    `values` is a number or an array of shape (m,); so is what is returned. "PFT" needs `n`, the
    studies' sizes, and "IRFT" their person-`time`, and takes the harmonic mean: Miller (1978). Values
    below or above what a share or a rate can be become its bound. ValueError for measures that are
    not transformed, and for `n` or `time` where they are not asked for.

    >>> bcg = ma.example("bcg")
    >>> result = ma.pool(bcg.yi, vi=bcg.vi)
    >>> ma.back_transform("RR", [result.estimate, result.ci_low, result.ci_high]).round(3)
    """
    checks.one_of("measure", measure, MEASURES)
    if measure not in INVERSES and measure not in SIZED:
        raise ValueError(
            f"{measure} needs no back-transformation; those that do: "
            f"{', '.join([*INVERSES, *SIZED])}"
        )
    y = checks.vector("values", np.atleast_1d(values))
    checks.refuse("values", y, np.isnan(y), "every value must be a number")
    size = _size(measure, n=n, time=time)
    if measure == "PFT":
        back = _inverse_pft(y, size)
    elif measure == "IRFT":
        back = _inverse_irft(y, size)
    else:
        back = INVERSES[measure](y)
    return back if np.ndim(values) else float(back[0])


def _size(measure: str, **sizes) -> float | None:
    """Return the harmonic mean of the sizes that `measure` needs, refusing missing or idle ones."""
    needed = SIZED.get(measure)
    for name, given in sizes.items():
        if name == needed and given is None:
            raise ValueError(f"{measure} needs {name}, the studies' sizes, to be put back")
        if name != needed and given is not None:
            raise ValueError(f"{measure} is put back without {name}")
    return needed and float(1 / np.mean(1 / read({needed: sizes[needed]})[needed]))


def _inverse_pft(y, n: float):
    """The share of which `y` is the transform in a sample of `n`: Miller (1978)."""
    low, high = (
        freeman_tukey_proportion(events=np.array([events]), n=np.array([n]))[0][0]
        for events in (0.0, n)
    )
    inside = np.clip(y, low, high)
    sine, cosine = np.sin(2 * inside), np.cos(2 * inside)
    root = np.sqrt(np.maximum(1 - (sine + (sine - 1 / sine) / n) ** 2, 0))
    share = (1 - np.sign(cosine) * root) / 2
    return np.where(y <= low, 0.0, np.where(y >= high, 1.0, share))


def _inverse_irft(y, time: float):
    """The rate of which `y` is the transform in a person-time of `time`.

    With s = 2y = sqrt(x) + sqrt(x + 1/t) the other root is 1/(s t), and sqrt(x) half their difference.
    """
    low = freeman_tukey_rate(events=np.array([0.0]), time=np.array([time]))[0][0]
    s = 2 * np.maximum(y, low)
    return np.where(y <= low, 0.0, ((s - 1 / (s * time)) / 2) ** 2)
