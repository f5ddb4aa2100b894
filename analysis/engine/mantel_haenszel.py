"""Mantel and Haenszel's summary of tables: precise where events are few and studies many.

measure     OR, RR, IRR, each logged; RD, IRD
add, to     what is added to the counts of which studies for an effect of their own: as in
            `effect_size`; the summary itself needs nothing added
cmh         Cochran, Mantel and Haenszel's chi-squared on 1 df: is there any effect?
breslow_day, tarone   does the odds ratio differ between the tables? On k_informative - 1 df
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, nan, sqrt

import numpy as np
from scipy.special import chdtrc

from . import checks
from .effect_size import effect_size
from .tables import Tables, TableSummary, summary_fields, tables_of


@dataclass(frozen=True, repr=False)
class MantelHaenszel(TableSummary):
    """Mantel and Haenszel's summary, its test, and for OR the tests of equal odds ratios.

    `cmh` belongs to OR and IRR; `breslow_day` and `tarone` to OR, over `k_informative` tables. They are
    nan elsewhere, and `k_informative` None.
    """

    cmh: float
    cmh_pvalue: float
    breslow_day: float
    breslow_day_pvalue: float
    tarone: float
    tarone_pvalue: float
    k_informative: int | None

    words = "Mantel-Haenszel"


def mantel_haenszel(
    measure: str,
    *,
    events_treated,
    events_control,
    n_treated=None,
    n_control=None,
    time_treated=None,
    time_control=None,
    add: float = 0.5,
    to: str = "only0",
    exact: bool = True,
    continuity: bool = True,
    level: float = 0.95,
) -> MantelHaenszel:
    """Summarise tables of `events_*` among `n_*`, or over `time_*`, by Mantel and Haenszel (1959).

    Arrays of shape (k,); OR, RR and RD ask for the arms' sizes, IRR and IRD for their person-time.
    Variances: Robins, Breslow & Greenland (1986) for OR, Greenland & Robins (1985) for RR and IRR,
    Sato (1989) for RD, Rothman, Greenland & Lash (2008) for IRD. `exact` leaves the tables as they
    are and corrects (`add`, `to`) the studies' own effects alone, from which Q comes; False corrects
    both. `continuity` is the half that `cmh` takes off. ValueError for a wrong count, and where
    the counts leave the measure without an estimate or an error.

    >>> bcg = ma.example("bcg")
    >>> counts = bcg[["events_treated", "n_treated", "events_control", "n_control"]]
    >>> result = ma.mantel_haenszel("RR", **counts)
    >>> print(result.report())
    >>> ma.back_transform("RR", [result.estimate, result.ci_low, result.ci_high]).round(3)
    """
    checks.one_of("measure", measure, SUMMARIES)
    level = checks.level(level)
    exact, continuity = checks.flag("exact", exact), checks.flag("continuity", continuity)
    given = tables_of(
        measure,
        events_treated=events_treated,
        events_control=events_control,
        n_treated=n_treated,
        n_control=n_control,
        time_treated=time_treated,
        time_control=time_control,
    )
    tables = given if exact else given.corrected(add, to)
    _refuse_without_estimate(tables, measure)
    estimate, variance = SUMMARIES[measure](tables)
    if not variance > 0:
        raise ValueError(
            f"the counts leave {measure} a variance of {variance:g}, and so no error to test by: "
            "in every study all of an arm have the event, or none"
        )
    own = effect_size(measure, **given.columns, add=add, to=to, drop00=True)
    some = own.vi > 0
    tests = {"cmh": nan, "cmh_pvalue": nan}
    if measure in ("OR", "IRR"):
        tests["cmh"] = _cmh(tables, continuity)
        tests["cmh_pvalue"] = float(chdtrc(1, tests["cmh"]))
    equal = _equal_odds(tables, exp(estimate)) if measure == "OR" else NO_TEST
    fields = summary_fields(estimate, sqrt(variance), own.yi[some], own.vi[some], level)
    return MantelHaenszel(measure=measure, k=len(given.a), **fields, **tests, **equal)


def _refuse_without_estimate(tables: Tables, measure: str) -> None:
    """Refuse tables whose sums leave `measure` infinite, or 0 over 0, or its error 0."""
    a, b, c, d = tables.cells
    sums = {"events_treated": a.sum(), "events_control": c.sum()}
    if measure == "OR":
        total = tables.n1 + tables.n2
        sums = {
            "events_treated times non-events in the control arm": np.sum(a * d / total),
            "events_control times non-events in the treated arm": np.sum(c * b / total),
        }
    if measure in ("RD", "IRD"):
        sums = {"events_treated + events_control": a.sum() + c.sum()}
        if measure == "RD":
            sums["non-events of both arms"] = b.sum() + d.sum()
    for name, total in sums.items():
        if total == 0:
            raise ValueError(f"{name} is 0 in every study; {measure} has no estimate")


def odds_ratio(tables: Tables) -> tuple[float, float]:
    """Return the logged odds ratio and its variance: Robins, Breslow & Greenland (1986)."""
    a, b, c, d = tables.cells
    total = a + b + c + d
    p, q = (a + d) / total, (b + c) / total
    r, s = a * d / total, b * c / total
    R, S = r.sum(), s.sum()
    variance = p @ r / R**2 + (p @ s + q @ r) / (R * S) + q @ s / S**2
    return log(R / S), float(variance) / 2


def risk_ratio(tables: Tables) -> tuple[float, float]:
    """Return the logged risk ratio and its variance: Greenland & Robins (1985)."""
    a, c, n1, n2 = tables.a, tables.c, tables.n1, tables.n2
    total = n1 + n2
    R, S = a @ (n2 / total), c @ (n1 / total)
    # Over one denominator, so that whole numbers that cancel leave an exact 0.
    spread = np.sum((n1 * n2 * (a + c) - a * c * total) / total**2)
    return log(R / S), float(spread / (R * S))


def risk_difference(tables: Tables) -> tuple[float, float]:
    """Return the risk difference and its variance: Sato (1989)."""
    a, b, c, d = tables.cells
    n1, n2 = tables.n1, tables.n2
    total = n1 + n2
    weight = float(np.sum(n1 * n2 / total))
    # Over one denominator, so that whole numbers that cancel leave an exact 0.
    estimate = float(np.sum((a * n2 - c * n1) / total)) / weight
    p = np.sum((n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / total**2)
    q = np.sum((a * d + b * c) / (2 * total))
    return estimate, float(estimate * p + q) / weight**2


def rate_ratio(tables: Tables) -> tuple[float, float]:
    """Return the logged rate ratio and its variance: Greenland & Robins (1985)."""
    total = tables.n1 + tables.n2
    f1, f2 = tables.n1 / total, tables.n2 / total
    R, S = tables.a @ f2, tables.c @ f1
    return log(R / S), float(f1 @ (f2 * (tables.a + tables.c)) / (R * S))


def rate_difference(tables: Tables) -> tuple[float, float]:
    """Return the rate difference and its variance: Rothman, Greenland & Lash (2008), chapter 15."""
    weight = tables.n1 * tables.n2 / (tables.n1 + tables.n2)
    difference = tables.a / tables.n1 - tables.c / tables.n2
    variance = tables.a / tables.n1**2 + tables.c / tables.n2**2
    return float(weight @ difference / weight.sum()), float(
        weight**2 @ variance / weight.sum() ** 2
    )


SUMMARIES = {
    "OR": odds_ratio,
    "RR": risk_ratio,
    "RD": risk_difference,
    "IRR": rate_ratio,
    "IRD": rate_difference,
}


def _cmh(tables: Tables, continuity: bool) -> float:
    """Return the chi-squared of Mantel & Haenszel (1959); for rates that of Breslow & Day (1987)."""
    events, total = tables.a + tables.c, tables.n1 + tables.n2
    f1, f2 = tables.n1 / total, tables.n2 / total
    # One participant alone has no variance: 0 over 0.
    left = 1.0 if tables.rates else (total - events) / np.maximum(total - 1, 1)
    variance = float(np.sum(f1 * f2 * events * left))
    if variance == 0:
        return nan
    distance = abs(float(np.sum(tables.a - f1 * events)))
    return max(0.0, distance - 0.5 * continuity) ** 2 / variance


NO_TEST = {
    "breslow_day": nan, "breslow_day_pvalue": nan, "tarone": nan, "tarone_pvalue": nan,
    "k_informative": None,
}  # fmt: skip


def _equal_odds(tables: Tables, odds: float) -> dict:
    """Return the tests of Breslow & Day (1980), pp. 142-143, and Tarone (1985) at the common `odds`.

    The expected count solves E (n2 - m + E) = odds (n1 - E)(m - E), m the events; the root between
    the bounds of the table, written so that it keeps its digits at odds of 1 too.
    """
    tables = tables.keep(tables.informative)
    n1, n2, m = tables.n1, tables.n2, tables.a + tables.c
    linear = odds * (n1 + m) + n2 - m
    root = np.sqrt(linear**2 - 4 * odds * (odds - 1) * n1 * m)
    expected = 2 * odds * n1 * m / (linear + root)
    cells = np.array([expected, n1 - expected, m - expected, n2 - m + expected])
    variance = 1 / np.sum(1 / cells, axis=0)
    distance = tables.a - expected
    breslow_day = float(np.sum(distance**2 / variance))
    tarone = max(0.0, breslow_day - float(distance.sum() ** 2 / variance.sum()))
    df = len(m) - 1
    p = [float(chdtrc(df, q)) if df > 0 else nan for q in (breslow_day, tarone)]
    return {
        "breslow_day": breslow_day, "breslow_day_pvalue": p[0], "tarone": tarone,
        "tarone_pvalue": p[1], "k_informative": len(m),
    }  # fmt: skip
