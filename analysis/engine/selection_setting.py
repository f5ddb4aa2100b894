"""What a selection model is fitted to, made and checked from the arguments of `selection_model`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from . import checks
from .design import Design
from .formula import columns_of
from .selection_likelihood import Maximum, Selected, climb, highest
from .selection_weights import SMOOTH, VEVEA_WOODS, VEVEA_WOODS_STEPS, Weight, step_weight
from .tau2 import TAU2


@dataclass(frozen=True, repr=False)
class Setting:
    """What a fit starts from: the selected effects, turned so that large ones are favoured."""

    design: Design
    selected: Selected
    fixed: np.ndarray | None
    sign: float

    @classmethod
    def of(cls, design: Design, weight: Weight, fixed, alternative: str) -> Setting:
        sign, model = (-1.0 if alternative == "less" else 1.0), design.model
        two_sided = alternative == "two-sided"
        return cls(
            design, Selected(sign * model.y, model.v, model.X, weight, two_sided), fixed, sign
        )

    @property
    def estimated(self) -> np.ndarray:
        """The positions of the delta that are estimated; the first step's is 1."""
        if self.fixed is not None:
            return np.array([], dtype=int)
        weight = self.selected.weight
        return np.arange(1 if weight.steps else 0, len(weight.none))

    def fit(self, method: str, effect: float | None = None) -> Maximum:
        """Return the maximum by `method`; given, the `effect` is held, the only coefficient."""
        p = self.design.model.p
        tau2 = [] if method == "EE" else [p]
        starts, coefficients = self._starts(method), np.arange(p)
        if effect is not None:
            starts, coefficients = [self._held(start, effect) for start in starts], coefficients[1:]
        free = np.r_[coefficients, tau2, p + 1 + self.estimated].astype(int)
        return highest(self.selected, starts, free)

    def profile(self, method: str, top: np.ndarray) -> Callable[[float], float]:
        """Return the highest log-likelihood as a function of the effect, the only coefficient.

        Each is climbed to from where the last was found, the first from the parameters at the `top`.
        """
        free = np.r_[[] if method == "EE" else [1], 2 + self.estimated].astype(int)
        place = self._held(top, top[0])

        def at(effect: float) -> float:
            nonlocal place
            found = climb(self.selected, self._held(place, effect), free)
            place = found.parameters
            return found.loglik

        return at

    def _held(self, parameters: np.ndarray, effect: float) -> np.ndarray:
        """Return the `parameters` with the `effect` as the only coefficient, in the design's units."""
        return np.r_[self.sign * effect / self.design.back[0, 0], parameters[1:]]

    def _starts(self, method: str) -> list[np.ndarray]:
        """Return where to search from: the fit without selection, and one error to either side."""
        model = self.design.model
        tau2 = TAU2[method](model)
        b = self.sign * model.fit(1 / (model.v + tau2)).b
        typical = float(np.median(model.v))
        aside = (typical + tau2) ** 0.5 * model.X.sum(
            axis=0
        )  # in b, what all fitted values move by
        deltas = self.selected.weight.starts if self.fixed is None else [self.fixed]
        little, much = (0.0, 0.0) if method == "EE" else (tau2 + typical / 10, 3 * tau2 + typical)
        starts = [np.r_[b, little, delta] for delta in deltas]
        return [*starts, *(np.r_[b + side * aside, much, deltas[0]] for side in (-1, 1))]


def made_design(yi, vi, X, formula, data, intercept: bool) -> Design:
    """Return the design on `X`, on a `formula` in `data`, or on the intercept alone."""
    columns = columns_of(X, formula, data, len(yi), intercept)
    return Design(yi[columns.used], vi[columns.used], columns)


def weight_and_delta(
    weight: str, steps, delta, alternative: str
) -> tuple[Weight, np.ndarray | None]:
    """Return the weight function and its delta where they are given."""
    if isinstance(delta, str):
        checks.one_of("delta", delta, VEVEA_WOODS)
        if weight != "step" or steps is not None or alternative == "two-sided":
            raise ValueError(
                f"delta is {delta!r}, which has steps of its own on one-sided p-values; leave weight "
                f"and steps out, and let alternative be greater or less"
            )
        steps, delta = VEVEA_WOODS_STEPS, VEVEA_WOODS[delta]
    if weight != "step" and steps is not None:
        raise ValueError(f"steps are for weight 'step'; {weight!r} has none")
    if weight == "step":
        default = (0.05,) if alternative == "two-sided" else (0.025,)
        function = step_weight(_ends(default if steps is None else steps))
    else:
        function = SMOOTH[weight]
    return function, None if delta is None else _given(delta, function)


def _ends(steps) -> tuple[float, ...]:
    ends = checks.vector("steps", steps)
    inside = (ends > 0) & (ends <= 1)
    checks.refuse("steps", ends, ~inside, "a step is a p-value above 0 and at most 1")
    checks.refuse("steps", ends, np.diff(ends, prepend=0) <= 0, "steps must rise")
    ends = ends if ends[-1] == 1 else np.r_[ends, 1.0]
    if len(ends) == 1:
        raise ValueError("steps holds nothing but 1; the weight needs a step before")
    return tuple(ends.tolist())


def _given(delta, weight: Weight) -> np.ndarray:
    delta = checks.vector("delta", delta)
    if len(delta) != len(weight.none):
        raise ValueError(f"delta has {len(delta)} values; the weight has {len(weight.none)}")
    fine = np.isfinite(delta) & ((delta >= 0) if weight.zero else (delta > 0))
    checks.refuse("delta", delta, ~fine, "every delta must be a finite number above 0")
    return delta


def counted(selected: Selected, fixed) -> tuple[int, ...] | None:
    """Return the numbers of studies between the steps; none may be empty where delta is estimated."""
    steps = selected.weight.steps
    if not steps:
        return None
    counts = np.bincount(np.searchsorted(steps, selected.p), minlength=len(steps))
    if fixed is None and not counts.all():
        empty = int(np.flatnonzero(counts == 0)[0])
        low = 0.0 if empty == 0 else steps[empty - 1]
        raise ValueError(
            f"no p-value lies above {low:g} and up to {steps[empty]:g}, so that its weight cannot be "
            f"estimated; leave a step out, or give delta (studies between steps: {counts.tolist()})"
        )
    return tuple(counts.tolist())
