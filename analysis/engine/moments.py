"""Mean and standard deviation from what reports print instead: median, quartiles, range.

    S1   minimum, median, maximum
    S2   quartiles and median
    S3   all five

The formulas are for data that come from a normal distribution: a skewed sample, whose median lies
off the middle, gives numbers that describe no sample.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.special import ndtri

from . import checks
from .effect_size.columns import enough
from .results import read_only
from .rows import Rows

SCENARIOS = {
    "S1": ("minimum", "median", "maximum"),
    "S2": ("q1", "median", "q3"),
    "S3": ("minimum", "q1", "median", "q3", "maximum"),
}


@dataclass(frozen=True, repr=False)
class Moments(Rows):
    """Estimated `mean` and `sd` of samples, one a study, from the numbers of a `scenario`.

    >>> found = ma.moments_from_quantiles(n=[40, 60], median=[12, 15], q1=[9, 11], q3=[16, 20])
    >>> found.to_frame().round(2)
    """

    scenario: str
    mean: np.ndarray = field(compare=False)
    sd: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return what was estimated, from what, in one sentence."""
        return (
            f"Means from {self.mean.min():.2f} to {self.mean.max():.2f} and standard deviations from "
            f"{self.sd.min():.2f} to {self.sd.max():.2f} were estimated for {len(self.mean)} samples "
            f"from {', '.join(SCENARIOS[self.scenario])} and sample size, as for normal data."
        )


def moments_from_quantiles(*, n, median, minimum=None, q1=None, q3=None, maximum=None) -> Moments:
    """Return mean and SD of samples of size `n` from `median` and `minimum`, `q1`, `q3`, `maximum`.

    Arrays of shape (k,) or single numbers; either both ends, or both quartiles, or all four. The
    mean is that of Luo, Wan, Liu & Tong (2018), the SD that of Wan, Wang, Liu & Tong (2014), which
    weighs both ranges alike. ValueError for other combinations and for numbers out of order.

    >>> ma.moments_from_quantiles(n=40, median=12, minimum=3, q1=9, q3=16, maximum=31)
    """
    given = {"minimum": minimum, "q1": q1, "median": median, "q3": q3, "maximum": maximum}
    named = {name: values for name, values in given.items() if values is not None}
    scenario = next((s for s, names in SCENARIOS.items() if names == tuple(named)), None)
    if scenario is None:
        raise ValueError(
            f"got {', '.join(named) or 'nothing'}; it takes "
            + "; or ".join(", ".join(names) for names in SCENARIOS.values())
        )
    columns = _columns(named | {"n": n})
    n = columns.pop("n")
    enough(2, "a standard deviation", n=n)
    _in_order(columns)
    mean, sd = MOMENTS[scenario](n, *columns.values())
    return Moments(scenario, read_only(mean), read_only(sd))


def _columns(named: dict) -> dict[str, np.ndarray]:
    """Return the `named` numbers as float arrays of one length."""
    arrays = {name: checks.vector(name, np.atleast_1d(values)) for name, values in named.items()}
    for name, array in arrays.items():
        checks.refuse(name, array, ~np.isfinite(array), "every value must be a finite number")
    k = max(map(len, arrays.values()))
    wrong = {name: len(array) for name, array in arrays.items() if len(array) not in (1, k)}
    if wrong:
        found = ", ".join(f"{name} {length}" for name, length in wrong.items())
        raise ValueError(f"every argument needs one value a study, {k}; the lengths are: {found}")
    return {name: np.broadcast_to(array, (k,)) for name, array in arrays.items()}


def _in_order(columns: dict[str, np.ndarray]) -> None:
    names = list(columns)
    for low, high in pairwise(names):
        values = columns[high]
        checks.refuse(high, values, values < columns[low], f"it must not lie below {low}")
    first, last = names[0], names[-1]
    values = columns[last]
    checks.refuse(last, values, values == columns[first], f"it must lie above {first}")


def _from_range(n, low, median, high):
    """Luo et al. (2018), eq. 7; Wan et al. (2014), eq. 9."""
    w = 4 / (4 + n**0.75)
    return w * (low + high) / 2 + (1 - w) * median, (high - low) / _range(n)


def _from_quartiles(n, q1, median, q3):
    """Luo et al. (2018), eq. 11; Wan et al. (2014), eq. 16."""
    w = 0.7 + 0.39 / n
    return w * (q1 + q3) / 2 + (1 - w) * median, (q3 - q1) / _quartile_range(n)


def _from_five(n, low, q1, median, q3, high):
    """Luo et al. (2018), eq. 15; Wan et al. (2014), the mean of both SDs."""
    ends, quartiles = 2.2 / (2.2 + n**0.75), 0.7 - 0.72 / n**0.55
    rest = 1 - ends - quartiles
    mean = ends * (low + high) / 2 + quartiles * (q1 + q3) / 2 + rest * median
    return mean, ((high - low) / _range(n) + (q3 - q1) / _quartile_range(n)) / 2


def _range(n):
    """Return the expected range of `n` standard normals, by Blom's (1958) approximation."""
    return 2 * ndtri((n - 0.375) / (n + 0.25))


def _quartile_range(n):
    """Return the expected distance of the quartiles of `n` standard normals, by the same."""
    return 2 * ndtri((0.75 * n - 0.125) / (n + 0.25))


MOMENTS = {"S1": _from_range, "S2": _from_quartiles, "S3": _from_five}
