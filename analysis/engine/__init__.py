"""The statistics: arrays in, frozen results out. Knows nothing of any paper, file or display."""

from . import batch
from .aggregate import aggregate
from .baujat import baujat
from .begg import begg
from .cumulative import cumulative
from .effect_size import Effects, effect_size
from .egger import egger
from .failsafe_n import failsafe_n
from .gosh import gosh
from .influence import influence
from .leave_one_out import leave_one_out
from .likelihood_ratio import likelihood_ratio
from .multilevel import multilevel
from .multivariate import multivariate
from .permutation import permutation_test
from .pet_peese import pet_peese
from .pool import Interval, Pooled, pool
from .radial import radial
from .random_effects import random_effects
from .regression import Regression, meta_regression
from .regression_influence import regression_influence
from .residuals import residuals
from .robust import robust
from .robust_effects import robust_effects
from .sampling import within_study_covariance
from .subgroups import Subgroups, subgroups
from .trim_fill import trim_fill
from .variance_inflation import variance_inflation

__all__ = [
    "Effects",
    "Interval",
    "Pooled",
    "Regression",
    "Subgroups",
    "aggregate",
    "batch",
    "baujat",
    "begg",
    "cumulative",
    "effect_size",
    "egger",
    "failsafe_n",
    "gosh",
    "influence",
    "leave_one_out",
    "likelihood_ratio",
    "meta_regression",
    "multilevel",
    "multivariate",
    "permutation_test",
    "pet_peese",
    "pool",
    "radial",
    "random_effects",
    "regression_influence",
    "residuals",
    "robust",
    "robust_effects",
    "subgroups",
    "trim_fill",
    "variance_inflation",
    "within_study_covariance",
]
