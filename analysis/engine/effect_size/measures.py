"""`effect_size`: which measure can be computed from which columns, and the result."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import ClassVar

import numpy as np

from .. import checks
from ..results import read_only
from ..rows import Rows
from . import (
    association,
    biserial,
    changes,
    correlations,
    counts,
    means,
    one_mean,
    paired,
    printed,
    proportions,
    rates,
    ratios,
    reliability,
    standardised,
)
from .columns import COLUMNS, read
from .forms import scaled

ANY = (printed.from_se, printed.from_interval, printed.from_p)
RATIO = (printed.from_ratio_interval, printed.from_ratio_p)
LOG_RATIO = (*RATIO, *ANY)
OR = (counts.log_odds_ratio, *RATIO)

DIFFERENCES = {
    "SMD": (*means.from_d(means.smd_from_d), *ANY),
    "SMDH": (standardised.smdh, *ANY),
    "SMD1": (standardised.smd1, *ANY),
    "SMD1H": (standardised.smd1h, *ANY),
    "MD": (means.md_from_arms, means.md_from_t_interval, means.md_from_t, means.md_from_p, *ANY),
    "ROM": (ratios.ratio_of_means, *LOG_RATIO),
    "VR": (ratios.variability_ratio, *LOG_RATIO),
    "CVR": (ratios.cv_ratio, *LOG_RATIO),
    "D2ORN": (*means.from_d(biserial.log_odds_normal), *ANY),
    "D2ORL": (*means.from_d(biserial.log_odds_logistic), *ANY),
}

EVENTS = {
    "RR": (counts.log_risk_ratio, *LOG_RATIO),
    "OR": (*OR, *ANY),
    "RD": (counts.risk_difference, *ANY),
    "AS": (counts.arcsine_difference, *ANY),
    "PETO": (counts.peto, *LOG_RATIO),
    "PBIT": (counts.probit_difference, *ANY),
    "OR2DN": (*(scaled(form, 1 / biserial.NORMAL) for form in OR), *ANY),
    "OR2DL": (*(scaled(form, 1 / biserial.LOGISTIC) for form in OR), *ANY),
    "IRR": (rates.log_rate_ratio, *LOG_RATIO),
    "IRD": (rates.rate_difference, *ANY),
    "IRSD": (rates.root_rate_difference, *ANY),
    "MPRD": (paired.marginal_risk_difference, *ANY),
    "MPRR": (paired.marginal_risk_ratio, *LOG_RATIO),
    "MPOR": (paired.marginal_odds_ratio, *LOG_RATIO),
    "MPORC": (paired.conditional_odds_ratio, *LOG_RATIO),
    "MPPETO": (paired.conditional_peto, *LOG_RATIO),
}

CORRELATIONS = {
    "COR": (*correlations.from_r(correlations.cor), *ANY),
    "UCOR": (*correlations.from_r(correlations.ucor), *ANY),
    "ZCOR": (*correlations.from_r(correlations.zcor), *ANY),
    "PCOR": (*correlations.from_partial_r(correlations.pcor), *ANY),
    "ZPCOR": (*correlations.from_partial_r(correlations.zpcor), *ANY),
    "RPB": (*means.from_d(biserial.point_biserial), *ANY),
    "RBIS": (*means.from_d(biserial.biserial), *ANY),
    "PHI": (association.phi, *ANY),
    "YUQ": (association.yule_q, *ANY),
    "YUY": (association.yule_y, *ANY),
    "RTET": (association.tetrachoric, *ANY),
}

ONE_GROUP = {
    "PR": (proportions.proportion, *ANY),
    "PLN": (proportions.log_proportion, *ANY),
    "PLO": (proportions.logit_proportion, *ANY),
    "PAS": (proportions.arcsine_proportion, *ANY),
    "PFT": (proportions.freeman_tukey_proportion, *ANY),
    "IR": (rates.rate, *ANY),
    "IRLN": (rates.log_rate, *ANY),
    "IRS": (rates.root_rate, *ANY),
    "IRFT": (rates.freeman_tukey_rate, *ANY),
    "MN": (one_mean.mean_alone, *ANY),
    "MNLN": (one_mean.log_mean, *ANY),
    "SMN": (one_mean.standardised_mean, *ANY),
    "SDLN": (one_mean.log_sd, *ANY),
    "CVLN": (one_mean.log_cv, *ANY),
    "ARAW": (reliability.alpha_raw, *ANY),
    "AHW": (reliability.alpha_cube_root, *ANY),
    "ABT": (reliability.alpha_log, *ANY),
}

CHANGES = {
    "MC": (*changes.from_change(changes.mean_change), *ANY),
    "SMCC": (*changes.from_change(changes.smcc), *ANY),
    "SMCR": (changes.smcr, *ANY),
    "SMCRH": (changes.smcrh, *ANY),
    "PPC1": (changes.ppc1, *ANY),
    "PPC2": (changes.ppc2, *ANY),
    "ROMC": (ratios.ratio_of_means_change, *LOG_RATIO),
    "VRC": (ratios.variability_ratio_change, *LOG_RATIO),
    "CVRC": (ratios.cv_ratio_change, *LOG_RATIO),
}

MEASURES: dict[str, tuple[Callable, ...]] = (
    DIFFERENCES | EVENTS | CORRELATIONS | ONE_GROUP | CHANGES
)


@dataclass(frozen=True, repr=False)
class Effects(Rows):
    """Effect sizes `yi` of a `measure`, with sampling variances `vi`, one a study.

    Both are nan where a study has no effect that can be computed (an empty cell with `to="none"`,
    `drop00`).

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
    _known(measure, options)
    form = _form(measure, set(columns))
    allowed = _parameters(form, required=False)
    for name in options:
        if name not in allowed:
            raise ValueError(
                f"effect_size({measure!r}) got {name}, which is no option of {_call(form)}; "
                f"options: {', '.join(allowed) or 'none'}"
            )
    yi, vi = form(**read(columns), **options)
    checks.refuse("yi", yi, np.isinf(yi), f"{measure} must come out finite")
    checks.refuse("vi", vi, np.isinf(vi) | (vi < 0), f"the variance of {measure} must be finite")
    return Effects(measure, read_only(yi), read_only(vi))


def _known(measure: str, options: dict) -> None:
    """Refuse the first of the `options` that no form of `measure` has: it may be a column's typo."""
    known = {name for form in MEASURES[measure] for name in _parameters(form, required=False)}
    for name in options:
        if name not in known:
            raise ValueError(
                f"effect_size({measure!r}) got {name}, which is no column and no option; it takes "
                + _calls(measure)
            )


def _form(measure: str, names: set[str]) -> Callable:
    """Return the form of `measure` whose columns are `names`."""
    for form in MEASURES[measure]:
        if set(_parameters(form, required=True)) == names:
            return form
    raise ValueError(
        f"effect_size({measure!r}) got the columns {', '.join(sorted(names)) or 'none'}; it takes "
        + _calls(measure)
    )


def _calls(measure: str) -> str:
    """Return what each form of `measure` takes, its options in brackets."""
    calls = []
    for form in MEASURES[measure]:
        options = ", ".join(_parameters(form, required=False))
        calls.append(_call(form) + (f" [{options}]" if options else ""))
    return "; or ".join(calls)


def _call(form: Callable) -> str:
    return ", ".join(_parameters(form, required=True))


def _parameters(form: Callable, *, required: bool) -> list[str]:
    """Return the names of the columns of `form` (`required`) or of its options."""
    return [
        name
        for name, parameter in signature(form).parameters.items()
        if (parameter.default is Parameter.empty) == required
    ]
