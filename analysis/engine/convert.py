"""From one effect size to another: log odds ratio, standardised mean difference, correlation.

The scales stand in a line, and a conversion goes from one to the next:

    OR    log odds ratio, of a logistic trait cut in two
    SMD   standardised mean difference of two arms
    COR   correlation of the trait with the arm
    ZCOR  Fisher's z of that correlation

The variance follows by the delta method, so that z and estimate / error are kept only nearly.
"""

from collections.abc import Callable

import numpy as np

from . import checks
from .effect_size import Effects
from .effect_size.biserial import LOGISTIC
from .effect_size.columns import read
from .results import read_only

LINE = ("OR", "SMD", "COR", "ZCOR")


def convert(effects: Effects, to: str, *, n_treated=None, n_control=None) -> Effects:
    """Return `effects` on the scale of the measure `to`, with their variances.

    Both measures are OR, SMD, COR or ZCOR. `n_treated` and `n_control`, arrays of shape (k,) or
    numbers, matter between SMD and COR; without them the arms are taken to be equal. Borenstein,
    Hedges, Higgins & Rothstein (2009), chapter 7; from r to d with unequal arms, the same inverted.
    ValueError for other measures and for a correlation of -1 or 1.

    >>> bcg = ma.example("bcg")
    >>> counts = ("events_treated", "n_treated", "events_control", "n_control")
    >>> odds = ma.effect_size("OR", **{name: bcg[name] for name in counts})
    >>> ma.convert(odds, "SMD").to_frame().round(3).head(3)
    """
    if not isinstance(effects, Effects):
        raise ValueError(f"effects is a {type(effects).__name__}; it must come from effect_size")
    checks.one_of("effects.measure", effects.measure, LINE)
    checks.one_of("to", to, LINE)
    a = _balance(n_treated, n_control, len(effects.yi))
    here, there = LINE.index(effects.measure), LINE.index(to)
    yi, vi = effects.yi, effects.vi
    for i in range(here, there):
        yi, vi = UP[LINE[i]](yi, vi, a)
    for i in range(here, there, -1):
        yi, vi = DOWN[LINE[i]](yi, vi, a)
    return Effects(to, read_only(yi), read_only(vi))


def _balance(n_treated, n_control, k: int) -> np.ndarray:
    """Return (n1 + n2)² / (n1 n2) of each study, 4 where the arms are equal."""
    if n_treated is None and n_control is None:
        return np.full(k, 4.0)
    if n_treated is None or n_control is None:
        raise ValueError("n_treated and n_control go together; one of them is missing")
    sizes = read({"n_treated": n_treated, "n_control": n_control})
    n1, n2 = sizes["n_treated"], sizes["n_control"]
    if len(n1) not in (1, k):
        raise ValueError(f"n_treated and n_control have {len(n1)} values and the effects have {k}")
    return np.broadcast_to((n1 + n2) ** 2 / (n1 * n2), (k,))


def _or_to_smd(yi, vi, a):
    return yi / LOGISTIC, vi / LOGISTIC**2


def _smd_to_or(yi, vi, a):
    return yi * LOGISTIC, vi * LOGISTIC**2


def _smd_to_cor(yi, vi, a):
    return yi / np.sqrt(yi**2 + a), a**2 * vi / (yi**2 + a) ** 3


def _cor_to_smd(yi, vi, a):
    _within(yi)
    return np.sqrt(a) * yi / np.sqrt(1 - yi**2), a * vi / (1 - yi**2) ** 3


def _cor_to_zcor(yi, vi, a):
    _within(yi)
    return np.arctanh(yi), vi / (1 - yi**2) ** 2


def _zcor_to_cor(yi, vi, a):
    r = np.tanh(yi)
    return r, vi * (1 - r**2) ** 2


def _within(r) -> None:
    checks.refuse("yi", r, np.abs(r) >= 1, "a correlation to convert must lie between -1 and 1")


# What leads from each scale to the next and to the one before.
UP: dict[str, Callable] = {"OR": _or_to_smd, "SMD": _smd_to_cor, "COR": _cor_to_zcor}
DOWN: dict[str, Callable] = {"ZCOR": _zcor_to_cor, "COR": _cor_to_smd, "SMD": _smd_to_or}
