"""PyMARE: DL and REML, with its fixed-effect statistics, tau2 and heterogeneity."""

import warnings
from importlib.metadata import version

import numpy as np
from pymare import Dataset
from pymare.estimators import DerSimonianLaird, VarianceBasedLikelihoodEstimator

from .timing import report, studies

warnings.simplefilter("ignore")


def fit(name: str, make):
    """A fit of the data file `name` by the estimator that `make` makes, with all statistics."""
    y, v = (np.array(column)[:, None] for column in studies(name))

    def run() -> float:
        data = Dataset(y=y, v=v, X=np.ones((len(y), 1)), add_intercept=False)
        summary = make().fit_dataset(data).summary()
        fixed = summary.get_fe_stats()
        summary.get_heterogeneity_stats()
        return float(np.squeeze(fixed["est"]))

    return run


def reml():
    """The estimator by restricted maximum likelihood."""
    return VarianceBasedLikelihoodEstimator(method="REML")


report(
    f"PyMARE {version('PyMARE')}",
    {
        "dl_18": fit("k18", DerSimonianLaird),
        "reml_18": fit("k18", reml),
        "dl_10000": fit("k10000", DerSimonianLaird),
        "reml_10000": fit("k10000", reml),
        "dl_100000": fit("k100000", DerSimonianLaird),
        "reml_100000": fit("k100000", reml),
    },
)
