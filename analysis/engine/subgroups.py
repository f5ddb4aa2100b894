"""Groups of studies, each pooled on its own, and the test that their effects are equal.

groups     a label for each study, shape (k,)
tau2       separate: estimated within each group; common: one value for all, from the model with
           the groups as moderators
across     how the groups' estimates make one: fixed, or random, which allows the groups a variance of
           their own. Comprehensive Meta-Analysis calls random within and fixed across "mixed effects"
between    Q of the groups' estimates; within: what is left of the overall Q
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from . import checks
from .clusters import codes_of
from .model import Mean, Model
from .pool import CI, Pooled, summarise
from .results import Result
from .tau2 import TAU2

CHOICES = ("separate", "common")
ACROSS = ("fixed", "random")


@dataclass(frozen=True, repr=False)
class Subgroups(Result):
    """The result of each group, by its label, and the test between the groups.

    `tau2` is "separate" or "common", `across` "fixed" or "random". A group of one study has tau2 0 of
    its own. `overall` pools the groups' estimates, so that its k is the number of groups.

    >>> bcg = ma.example("bcg")
    >>> result = ma.subgroups(bcg.yi, vi=bcg.vi, groups=bcg.allocation, tau2="common")
    >>> result.to_frame()[["k", "estimate", "ci_low", "ci_high", "i2"]]
    >>> result.groups["random"].prediction_interval()
    """

    tau2: str
    across: str
    groups: dict[object, Pooled] = field(compare=False)
    overall: Pooled = field(compare=False)
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
        p = "p < 0.001" if self.q_between_pvalue < 0.001 else f"p = {self.q_between_pvalue:.3f}"
        means = ", ".join(f"{name} ({r.estimate:.2f})" for name, r in self.groups.items())
        return (
            f"The test that the groups {means} have the same effect gave Q = {self.q_between:.2f} on "
            f"{self.q_between_df} degree{'s' * (self.q_between_df > 1)} of freedom, {p}."
        )

    def __repr__(self) -> str:
        shown = ["k", "estimate", "se", "ci_low", "ci_high", "pvalue", "tau2", "q", "i2"]
        table = self.to_frame()[shown].to_string(float_format=lambda x: f"{x:.4f}")
        return (
            f"Subgroups ({next(iter(self.groups.values())).method}, tau2 {self.tau2}, {self.across} "
            f"across)\n{table}\nQ between {self.q_between:.4f} (df {self.q_between_df}, p "
            f"{self.q_between_pvalue:.4g}), within {self.q_within:.4f} (df {self.q_within_df}, p "
            f"{self.q_within_pvalue:.4g}); overall {self.overall.estimate:.4f} "
            f"[{self.overall.ci_low:.4f}, {self.overall.ci_high:.4f}]"
        )


def subgroups(
    yi,
    *,
    vi,
    groups,
    method: str = "REML",
    tau2: str = "separate",
    across: str = "fixed",
    ci: str = "z",
    level: float = 0.95,
) -> Subgroups:
    """Pool effects `yi` with variances `vi` within each of the `groups` and compare the groups.

    `method` and `level` are those of `pool`; `ci` is "z", "t", "hksj" or "hksj-adhoc", `tau2`
    "separate" or "common", `across` "fixed" or "random", which pools the groups by `method`. Q between
    is Cochran's Q of the groups' estimates with their squared standard errors by z: Borenstein et al.
    (2009), chapter 19. ValueError for labels that do not match yi, for fewer than two groups, and for
    "random" with the method "EE".

    >>> bcg = ma.example("bcg")
    >>> result = ma.subgroups(bcg.yi, vi=bcg.vi, groups=bcg.allocation)
    >>> print(result.report())
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    checks.one_of("method", method, TAU2)
    checks.one_of("tau2", tau2, CHOICES)
    checks.one_of("across", across, ACROSS)
    if across == "random" and method == "EE":
        raise ValueError("across is 'random' and method 'EE', which has no variance across groups")
    checks.one_of("ci", ci, CI)
    level = checks.level(level)
    codes, labels = codes_of("groups", groups, len(yi))
    members = {label: codes == i for i, label in enumerate(labels)}
    if len(members) < 2:
        raise ValueError(
            f"groups holds only {next(iter(members))!r}; a comparison needs two labels"
        )
    models = {label: Mean(yi[own], vi[own]) for label, own in members.items()}
    if tau2 == "common":
        design = Model(yi, vi, np.column_stack(list(members.values())).astype(float))
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
    between = Mean(means, np.array(variances))
    over = "EE" if across == "fixed" else method
    overall = summarise(between, over, float(TAU2[over](between)), ci, level)
    q_within = float(sum(result.q for result in results.values()))
    q_within_df = len(yi) - len(members)
    return Subgroups(
        tau2=tau2,
        across=across,
        groups=results,
        overall=overall,
        q_between=overall.q,
        q_between_df=overall.q_df,
        q_between_pvalue=overall.q_pvalue,
        q_within=q_within,
        q_within_df=q_within_df,
        q_within_pvalue=float(chdtrc(q_within_df, q_within)) if q_within_df else 1.0,
    )
