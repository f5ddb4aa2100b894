"""`effect_size`: which measure can be computed from which columns, and the result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import ClassVar

import numpy as np

from .. import checks
from ..results import read_only
from ..rows import Rows
from . import correlations, counts, means, printed
from .columns import COLUMNS, read

LOG_RATIO = (
    printed.from_ratio_interval,
    printed.from_ratio_p,
)
ANY = (printed.from_se, printed.from_interval, printed.from_p)

MEASURES: dict[str, tuple[Callable, ...]] = {
    "SMD": (
        means.smd_from_arms, means.smd_from_d, means.smd_from_t, means.smd_from_f, means.smd_from_p,
        *ANY,
    ),
    "MD": (means.md_from_arms, means.md_from_t_interval, means.md_from_t, means.md_from_p, *ANY),
    "RR": (counts.rr_from_arms, *LOG_RATIO, *ANY),
    "OR": (counts.or_from_arms, *LOG_RATIO, *ANY),
    "RD": (counts.rd_from_arms, *ANY),
    "ZCOR": (correlations.zcor_from_r, correlations.zcor_from_t, correlations.zcor_from_p, *ANY),
}  # fmt: skip


@dataclass(frozen=True, repr=False)
class Effects(Rows):
    """Effect sizes `yi` of a `measure`, with sampling variances `vi`, one a study.

    Both are nan where a study has no effect that can be computed (`to="none"`, `drop00`).

    >>> bcg = ma.example("bcg")
    >>> effects = ma.effect_size(
    ...     "RR",
    ...     events_treated=bcg.events_treated,
    ...     n_treated=bcg.n_treated,
    ...     events_control=bcg.events_control,
    ...     n_control=bcg.n_control,
    ... )
    >>> effects
    >>> print(ma.pool(effects.yi, vi=effects.vi).report())
    """

    derived: ClassVar[tuple[str, ...]] = ("sei",)

    measure: str
    yi: np.ndarray = field(compare=False)
    vi: np.ndarray = field(compare=False)

    @property
    def sei(self) -> np.ndarray:
        """The standard errors, sqrt(vi)."""
        return read_only(np.sqrt(self.vi))

    def report(self) -> str:
        """Return the range of the effects in one sentence."""
        known = self.yi[np.isfinite(self.yi)]
        left_out = len(self.yi) - len(known)
        without = f"; {left_out} more have none" if left_out else ""
        if not len(known):
            return f"None of the {left_out} studies has an effect ({self.measure})."
        return (
            f"The effects of {len(known)} studies ({self.measure}) run from {known.min():.2f} to "
            f"{known.max():.2f}, with a median of {np.median(known):.2f}{without}."
        )


def effect_size(measure: str, **given) -> Effects:
    """Return the effects of `measure` from the columns and the options `given` by name.

    `measure` is a key of `MEASURES`; the columns (see `columns.COLUMNS`) are arrays of shape (k,)
    or single numbers, and together name the form, for example `r` and `n` for "ZCOR". Options are
    the form's, for example `correction="none"`. ValueError for columns that no form takes, for a
    value that its column does not allow, and where no finite effect results.

    >>> effects = ma.effect_size("ZCOR", r=[0.42, 0.1, 0.28], n=[40, 90, 25])
    >>> effects.to_frame()
    >>> print(effects.report())
    """
    checks.one_of("measure", measure, MEASURES)
    columns = {name: given[name] for name in given if name in COLUMNS}
    options = {name: given[name] for name in given if name not in COLUMNS}
    form = _form(measure, set(columns))
    allowed = _parameters(form, required=False)
    for name in options:
        if name not in allowed:
            raise ValueError(
                f"effect_size({measure!r}) got {name}, which is no column and no option of "
                f"{_call(form)}; options: {', '.join(allowed) or 'none'}"
            )
    yi, vi = form(**read(columns), **options)
    checks.refuse("yi", yi, np.isinf(yi), f"{measure} must come out finite")
    checks.refuse("vi", vi, np.isinf(vi) | (vi < 0), f"the variance of {measure} must be finite")
    return Effects(measure, read_only(yi), read_only(vi))


def _form(measure: str, names: set[str]) -> Callable:
    """Return the form of `measure` whose columns are `names`."""
    for form in MEASURES[measure]:
        if set(_parameters(form, required=True)) == names:
            return form
    raise ValueError(
        f"effect_size({measure!r}) got the columns {', '.join(sorted(names)) or 'none'}; it takes "
        + "; or ".join(_call(form) for form in MEASURES[measure])
    )


def _call(form: Callable) -> str:
    return ", ".join(_parameters(form, required=True))


def _parameters(form: Callable, *, required: bool) -> list[str]:
    """Return the names of the columns of `form` (`required`) or of its options."""
    return [
        name
        for name, parameter in signature(form).parameters.items()
        if (parameter.default is Parameter.empty) == required
    ]
