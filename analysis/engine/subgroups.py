"""Groups of studies, each pooled on its own, and the test that their effects are equal.

groups     a label for each study, shape (k,)
tau2       separate: estimated within each group; common: one value for all, from the model with
           the groups as moderators
between    Q of the groups' estimates; within: what is left of the overall Q
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from . import checks
from .heterogeneity import cochran_q
from .model import Mean, Model
from .pool import CI, Pooled, summarise
from .results import Result
from .tau2 import TAU2

CHOICES = ("separate", "common")


@dataclass(frozen=True, repr=False)
class Subgroups(Result):
    """The result of each group, by its label, and the test between the groups.

    `tau2` is "separate" or "common". A group of one study has tau2 0 of its own.
    """

    tau2: str
    groups: dict[object, Pooled] = field(compare=False)
    q_between: float
    q_between_df: int
    q_between_pvalue: float
    q_within: float
    q_within_df: int
    q_within_pvalue: float

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group, labelled by it."""
        rows = [result.to_frame() for result in self.groups.values()]
        return pd.concat(rows).set_axis(pd.Index(self.groups, name="group"))

    def report(self) -> str:
        """Return the comparison in one sentence."""
        p = self.q_between_pvalue
        words = "p < 0.001" if p < 0.001 else f"p = {p:.3f}"
        means = ", ".join(f"{name} {r.estimate:.2f}" for name, r in self.groups.items())
        return (
            f"The effects of {len(self.groups)} groups ({means}) were compared by Q = "
            f"{self.q_between:.2f} on {self.q_between_df} degrees of freedom, {words}."
        )


def subgroups(
    yi,
    *,
    vi,
    groups,
    method: str = "REML",
    tau2: str = "separate",
    ci: str = "z",
    level: float = 0.95,
) -> Subgroups:
    """Pool effects `yi` with variances `vi` within each of the `groups` and compare the groups.

    `method`, `ci` and `level` are those of `pool`. The groups' effects are compared as fixed: Q between
    is Cochran's Q of their estimates with their squared standard errors by z (Borenstein et al.,
    2009, chapter 19; the "mixed effects" of Comprehensive Meta-Analysis for `tau2` "separate").
    ValueError for labels that do not match yi and for fewer than two groups.
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("tau2", tau2, CHOICES)
    checks.one_of("ci", ci, CI)
    level = checks.level(level)
    members = _members(groups, len(yi))
    if len(members) < 2:
        raise ValueError(
            f"groups holds only {next(iter(members))!r}; a comparison needs two labels"
        )
    models = {label: Mean(yi[own], vi[own]) for label, own in members.items()}
    if tau2 == "common":
        columns = [np.isin(np.arange(len(yi)), own) for own in members.values()]
        design = Model(yi, vi, np.column_stack(columns).astype(float))
        common = float(TAU2[method](design))
        estimates = dict.fromkeys(models, common)
    else:
        estimates = {label: float(TAU2[method](model)) for label, model in models.items()}
    results = {
        label: summarise(model, method, estimates[label], ci, level)
        for label, model in models.items()
    }
    # Whatever widens the groups' intervals, they are weighted by their inverse variances.
    variances = [
        float(model.fit(1 / (model.v + estimates[g])).A[0, 0]) for g, model in models.items()
    ]
    means = np.array([result.estimate for result in results.values()])
    q_between, q_between_df, q_between_pvalue = cochran_q(Mean(means, np.array(variances)))
    q_within = float(sum(result.q for result in results.values()))
    q_within_df = len(yi) - len(members)
    return Subgroups(
        tau2=tau2,
        groups=results,
        q_between=q_between,
        q_between_df=q_between_df,
        q_between_pvalue=q_between_pvalue,
        q_within=q_within,
        q_within_df=q_within_df,
        q_within_pvalue=float(chdtrc(q_within_df, q_within)) if q_within_df else 1.0,
    )


def _members(groups, k: int) -> dict:
    """Return the positions of the studies with each label, in the order of first appearance."""
    labels = list(groups)
    if len(labels) != k:
        raise ValueError(f"groups has {len(labels)} labels and yi has {k}; each study needs one")
    members: dict = {}
    for i, label in enumerate(labels):
        # A missing label, NaN, equals nothing, not even itself.
        if label is None or label != label:
            raise ValueError(f"groups[{i}] is {label}; every study needs a label")
        members.setdefault(label, []).append(i)
    return members
