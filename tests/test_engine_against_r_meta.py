"""Pooling and subgroups against R's meta, leaf by leaf. I2 is a share there, and H the root of H2."""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
import pytest

from analysis.engine.pool import pool
from analysis.engine.subgroups import subgroups

from leaves import CLOSED, FILES, ITERATIVE, check, family, p_of_theirs

ITERATED = {"ML", "REML", "EB", "PM"}


def tolerance(leaf):
    return ITERATIVE if ITERATED & set(leaf.replace(".", "/").split("/")) else CLOSED


@family
def metagen(document):
    """Its classic and HK intervals are ours by z and Hartung-Knapp."""
    yi, vi = (document.get("input", {}).get(name) for name in ("yi", "vi"))
    for name, theirs in document.get("meta", {}).get("metagen", {}).items():
        method, interval, prediction = name.split(".")
        if interval not in ("classic", "HK") or prediction not in ("HTS", "V"):
            continue
        common = pool(yi, vi=vi, method="EE")
        own = pool(yi, vi=vi, method=method, ci="z" if interval == "classic" else "hksj")
        future = own.prediction_interval(df="k-2" if prediction == "HTS" else "k-1")
        values = pooled_values(common, own, theirs) | {
            "lower.predict": future.low, "upper.predict": future.high, "df.predict": future.df,
            "se.tau2": own.tau2_se,
        }  # fmt: skip
        if interval == "HK":  # where meta builds the prediction interval on the classic error
            del values["lower.predict"], values["upper.predict"]
        if "se.tau2" not in theirs or theirs["se.tau2"] is None:
            values.pop("se.tau2", None)
        yield from ((f"meta/metagen/{name}/{leaf}", value) for leaf, value in values.items())


def pooled_values(common, own, theirs):
    """The leaves of a pooled effect: its equal-effects fit `common` and its random-effects one."""
    return {
        "TE.common": common.estimate, "seTE.common": common.se, "lower.common": common.ci_low,
        "upper.common": common.ci_high, "statistic.common": common.statistic,
        "pval.common": p_of_theirs(common.pvalue, common.statistic, theirs["statistic.common"]),
        "TE.random": own.estimate, "seTE.random": own.se, "lower.random": own.ci_low,
        "upper.random": own.ci_high, "statistic.random": own.statistic,
        "pval.random": p_of_theirs(own.pvalue, own.statistic, theirs["statistic.random"], df=own.df),
        "df.random": inf if own.df is None else own.df, "tau2": own.tau2,
        "Q": own.q, "df.Q": own.q_df, "pval.Q": own.q_pvalue,
        "I2": common.i2 / 100, "H": sqrt(max(1.0, common.h2)),
    }  # fmt: skip


@family
def groups(document):
    for variable, kinds in document.get("meta", {}).get("subgroup", {}).items():
        labels = document["input"]["mods"][variable]
        known = [i for i, label in enumerate(labels) if label is not None]
        yi, vi = (np.array(document["input"][name])[known] for name in ("yi", "vi"))
        labels = [str(labels[i]) for i in known]
        for kind, methods in kinds.items():
            tau2 = kind.removeprefix("tau_")
            for method, theirs in methods.items():
                common = subgroups(yi, vi=vi, groups=labels, method="EE")
                random = subgroups(yi, vi=vi, groups=labels, method=method, tau2=tau2)
                prefix = f"meta/subgroup/{variable}/{kind}/{method}"
                for leaf, value in group_values(common, random, theirs["levels"]).items():
                    yield f"{prefix}/{leaf}", value


def group_values(common, random, levels):
    fixed = [common.groups[str(level)] for level in levels]
    own = [random.groups[str(level)] for level in levels]
    return {
        "TE.common.w": [r.estimate for r in fixed], "seTE.common.w": [r.se for r in fixed],
        "TE.random.w": [r.estimate for r in own], "seTE.random.w": [r.se for r in own],
        # R has no tau2 and I2 of its own for a single study.
        "tau2.w": [r.tau2 if r.k > 1 or random.tau2 == "common" else nan for r in own],
        "Q.w": [r.q for r in own], "I2.w": [r.i2 / 100 if r.k > 1 else nan for r in fixed],
        "Q.b.common": common.q_between, "pval.Q.b.common": common.q_between_pvalue,
        "Q.b.random": random.q_between, "pval.Q.b.random": random.q_between_pvalue,
        "df.Q.b": random.q_between_df,
    }  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=FILES.get)
@pytest.mark.parametrize("compare", [metagen, groups], ids=lambda f: f.__name__)
def test_r_says_the_same(compare, path):
    check(compare, path, tolerance)
