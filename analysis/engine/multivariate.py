"""Several outcomes of the same studies, pooled together: true effects and errors both correlate.

outcome       what each effect measures, shape (k,), a label
cluster       the study that it comes from, shape (k,)
T             covariance of the true effects of the outcomes, shape (m, m)
structure     of T: UN, any; CS, one variance and one correlation; HCS, a variance for each outcome and
              one correlation; None, no variance at all
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd

from . import checks
from .block_model import BlockModel
from .clusters import Clusters, codes_of
from .covariance_structure import STRUCTURES, Structure
from .design import Design
from .mixed import Mixed, arguments, common, contained_df, prepared
from .peak import climb
from .results import interval, read_only
from .variances import identified, unweighted_scatter


@dataclass(frozen=True, repr=False)
class Multivariate(Mixed):
    """A fitted multivariate model: `tau2` of each of the `outcomes`, shape (m,), and `rho`, (m, m)."""

    structure: str | None
    outcomes: tuple
    tau2: np.ndarray = field(compare=False)
    rho: np.ndarray = field(compare=False)

    def report(self) -> str:
        """Return the coefficients and the spread of the true effects in one sentence."""
        rows = self.coefficients.itertuples()
        found = ", ".join(
            f"{r.Index} {r.estimate:.2f} ({interval(self.level, r.ci_low, r.ci_high)})"
            for r in rows
        )
        taus = ", ".join(
            f"{name} {tau:.2f}" for name, tau in zip(self.outcomes, np.sqrt(self.tau2), strict=True)
        )
        return (
            f"Over {self.k} effects on {len(self.outcomes)} outcomes in {self.clusters} studies "
            f"({self.method}) the coefficients were {found}; tau was {taus}."
        )

    def __repr__(self) -> str:
        taus = ", ".join(f"{o} {t:.4g}" for o, t in zip(self.outcomes, self.tau2, strict=True))
        upper = self.rho[np.triu_indices(len(self.outcomes), 1)]
        return self._shown(
            f"Multivariate model ({self.structure}, {self.method}, {self.ci}) of {self.k} effects in "
            f"{self.clusters} studies: tau2 {taus}, rho {np.array2string(upper, precision=4)}"
        )


def multivariate(
    yi,
    *,
    vi=None,
    V=None,
    cluster,
    outcome,
    structure: str | None = "UN",
    X=None,
    formula: str | None = None,
    data: pd.DataFrame | None = None,
    intercept: bool = True,
    method: str = "REML",
    ci: str = "z",
    level: float = 0.95,
) -> Multivariate:
    """Pool effects `yi` on each `outcome` jointly, or regress them on `X` or on `formula` in `data`.

    Berkey, Hoaglin, Antczak-Bouckoms, Mosteller & Colditz (1998). Errors have the covariance `V`, an
    array or a sparse array of scipy, or variances `vi` where they are independent; `cluster` and
    `outcome` are labels of shape (k,). `structure` is that of the true effects' covariance: "UN",
    "CS", "HCS" or None. `method`, `ci`, `level`, `X`, `formula`, `data` and `intercept` are those of
    `multilevel`; by default each outcome has its mean. ValueError for anything else, where too few
    studies have both of two outcomes, and where the search does not settle.

    >>> depth = [0.47, 0.20, 0.40, 0.26, 0.56]  # Berkey et al. (1998): two outcomes of five trials
    >>> level = [-0.32, -0.60, -0.12, -0.31, -0.39]
    >>> vi = [0.0075, 0.0057, 0.0021, 0.0029, 0.0148, 0.0077, 0.0008, 0.0014, 0.0015, 0.0304]
    >>> trial, outcome = [1, 2, 3, 4, 5] * 2, ["depth"] * 5 + ["level"] * 5
    >>> V = ma.within_study_covariance(vi, cluster=trial, rho=0.4)
    >>> yi = depth + level
    >>> result = ma.multivariate(yi, V=V, cluster=trial, outcome=outcome, structure="CS")
    >>> print(result.report())
    """
    level = arguments(method, ci, level)
    checks.one_of("structure", structure, STRUCTURES)
    yi = checks.vector("yi", yi)
    outcome_codes, outcomes = codes_of("outcome", outcome, len(yi))
    if X is None and formula is None:
        names = list(map(str, outcomes))
        X = pd.DataFrame(np.eye(len(outcomes))[outcome_codes], columns=names)
    effects, columns = prepared(yi, vi, V, X, formula, data, intercept)
    codes, _ = codes_of("cluster", cluster, len(yi), columns.used)
    outcome_codes, outcomes = codes_of("outcome", outcome, len(yi), columns.used)
    design = Design(effects.y, effects.v, columns)
    clusters = Clusters(codes)
    components = _components(clusters, outcome_codes, len(outcomes))
    model = BlockModel(effects, design.model.X, clusters, components)
    shape = STRUCTURES[structure](outcomes, unweighted_scatter(model))
    T = _estimate(model, shape, method == "REML")
    df = contained_df(design.X, [codes]) if ci == "t" else None
    tau2 = np.diag(T)
    scale = np.sqrt(np.outer(tau2, tau2))
    return Multivariate(
        **common(design, model, T[np.triu_indices(len(T))], method, df, level),
        parameters=design.model.p + len(shape.start),
        structure=structure,
        outcomes=tuple(outcomes),
        tau2=read_only(tau2),
        rho=read_only(np.divide(T, scale, out=np.full(T.shape, np.nan), where=scale > 0)),
    )


def _components(clusters: Clusters, outcomes: np.ndarray, m: int) -> list[np.ndarray]:
    """Return which effects each cell of T's upper triangle joins, by stacks of shape (c, s, n, n)."""
    stacks = []
    for codes in clusters.spread(outcomes, padding=-1):
        of = [codes == a for a in range(m)]
        joined = (
            (of[a][:, :, None] & of[b][:, None, :]) | (of[b][:, :, None] & of[a][:, None, :])
            for a, b in zip(*np.triu_indices(m), strict=True)
        )
        stacks.append(np.stack(list(joined)).astype(float))
    return stacks


def _estimate(model: BlockModel, shape: Structure, restricted: bool) -> np.ndarray:
    """Return T of the highest likelihood; 0 where the effects lie on the regression exactly."""
    if len(shape.start) == 0 or unweighted_scatter(model) == 0:
        return shape.T(0 * shape.start)
    first, _ = shape.derivatives(shape.start)
    cells = shape.cells(shape.start)
    told, most = (first.T @ model.information(cells, r) @ first for r in (restricted, False))
    identified(told, most, shape.names)
    look, size = partial(_look, model, shape, restricted), shape.size
    bounds = shape.start / size, shape.low / size, shape.high / size
    return shape.T(climb(look, *bounds, "the covariance of true effects") * size)


def _look(model: BlockModel, shape: Structure, restricted: bool, x: np.ndarray):
    """Return the likelihood and its derivatives at `x`, in units of the parameters' sizes.

    In their own, variances of small effects would be steep beside correlations.
    """
    value, slope, curvature = model.look(shape.cells(x * shape.size), restricted)
    first, second = shape.derivatives(x * shape.size)
    bend = first.T @ curvature @ first - np.tensordot(slope, second, axes=1)
    return value, (slope @ first) * shape.size, bend * np.outer(shape.size, shape.size)
