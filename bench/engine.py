"""The engine's own cases."""

import numba
import numpy as np

import analysis as ma
from analysis.engine import batch
from analysis.engine.gosh import gosh
from analysis.engine.influence import influence
from analysis.engine.leave_one_out import leave_one_out
from analysis.engine.permutation import permutation_test

from .timing import report, studies

y18, v18 = map(np.array, studies("k18"))
y10000, v10000 = map(np.array, studies("k10000"))
y100000, v100000 = map(np.array, studies("k100000"))
trials = np.repeat(np.arange(6), 3)  # of three effects each
i18 = np.arange(18)
TABLES = {
    "events_treated": 3 + i18 % 7, "n_treated": 40 + 5 * i18,
    "events_control": 5 + i18 % 5, "n_control": 45 + 4 * i18,
}  # fmt: skip
MEANS = {
    "mean_treated": y10000, "sd_treated": 1 + v10000, "n_treated": np.full(10_000, 30),
    "mean_control": 0 * y10000, "sd_control": 1 + v10000, "n_control": np.full(10_000, 28),
}  # fmt: skip
X18 = np.column_stack([np.ones(18), np.arange(18.0)])
random = np.random.default_rng(1)
Y, V = random.normal(0.5, 0.4, (1_000_000, 18)), random.uniform(0.02, 0.2, (1_000_000, 18))


def every_statistic():
    """The batch with what is computed on demand."""
    fits = batch.pool(Y, V, "DL")
    return [getattr(fits, name) for name in (*fits.derived, "df")]


report(
    f"this engine, numpy {np.__version__}, numba {numba.__version__}",
    {
        "dl_18": lambda: ma.pool(y18, vi=v18, method="DL").estimate,
        "reml_18": lambda: ma.pool(y18, vi=v18, method="REML").estimate,
        "leave_one_out": lambda: leave_one_out(y18, vi=v18, method="REML"),
        "influence": lambda: influence(y18, vi=v18, method="REML"),
        "permutations": lambda: permutation_test(y18, vi=v18, X=X18, permutations=1000),
        "gosh_dl": lambda: gosh(y18, vi=v18, method="DL"),
        "gosh_reml": lambda: gosh(y18, vi=v18, method="REML"),
        "trim_fill": lambda: ma.trim_fill(y18, vi=v18, side="left").adjusted.estimate,
        "egger_reml": lambda: ma.egger(y18, vi=v18, model="REML"),
        "selection": lambda: ma.selection_model(y18, vi=v18, steps=[0.025]).estimate,
        "henmi_copas": lambda: ma.henmi_copas(y18, vi=v18).estimate,
        "multilevel": lambda: ma.multilevel(y18, vi=v18, cluster=trials).mean.estimate,
        "robust": lambda: ma.robust(ma.pool(y18, vi=v18), cluster=trials, estimator="CR2"),
        "mantel_haenszel": lambda: ma.mantel_haenszel("OR", **TABLES),
        "glmm": lambda: ma.glmm("OR", **TABLES),
        "bayes": lambda: ma.bayes(y18, vi=v18, tau_prior=ma.priors.half_normal(0.5)),
        "smd_10000": lambda: ma.effect_size("SMD", **MEANS),
        "dl_10000": lambda: ma.pool(y10000, vi=v10000, method="DL").estimate,
        "reml_10000": lambda: ma.pool(y10000, vi=v10000, method="REML").estimate,
        "dl_100000": lambda: ma.pool(y100000, vi=v100000, method="DL").estimate,
        "reml_100000": lambda: ma.pool(y100000, vi=v100000, method="REML").estimate,
        "leave_one_out_dl_100000": lambda: leave_one_out(y100000, vi=v100000, method="DL"),
        "copy_million": lambda: (Y.copy(), V.copy()),
        "batch_dl_million": lambda: batch.pool(Y, V, "DL"),
        "batch_dl_million_every_statistic": every_statistic,
        "batch_pm_million": lambda: batch.pool(Y, V, "PM"),
        "batch_reml_million": lambda: batch.pool(Y, V, "REML"),
    },
)
