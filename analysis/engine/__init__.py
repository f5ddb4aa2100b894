"""The statistics: arrays in, frozen results out. Knows nothing of any paper, file or display."""

from . import batch, priors
from .aggregate import aggregate
from .asymmetry import asymmetry
from .back_transform import back_transform
from .baujat import baujat
from .bayes import Bayes, bayes
from .begg import begg
from .bootstrap import bootstrap
from .convert import convert
from .cumulative import cumulative
from .effect_size import Effects, effect_size
from .egger import egger
from .example import example
from .excess_significance import excess_significance
from .failsafe_n import failsafe_n
from .glmm import glmm
from .gosh import gosh
from .henmi_copas import henmi_copas
from .influence import influence
from .leave_one_out import leave_one_out
from .likelihood_ratio import likelihood_ratio
from .limit_meta_analysis import limit_meta_analysis
from .mantel_haenszel import mantel_haenszel
from .moments import Moments, moments_from_quantiles
from .multilevel import multilevel
from .multivariate import multivariate
from .p_curve import p_curve
from .parallel import show_progress
from .permutation import permutation_test
from .pet_peese import pet_peese
from .peto import peto
from .pool import Interval, Pooled, pool
from .pool_weighted import pool_weighted
from .power import study_power
from .radial import radial
from .random_effects import random_effects
from .regression import Regression, meta_regression
from .regression_influence import regression_influence
from .residuals import residuals
from .robust import robust
from .robust_effects import robust_effects
from .sampling import within_study_covariance
from .selection_model import selection_model
from .subgroups import Subgroups, subgroups
from .trim_fill import trim_fill
from .variance_inflation import variance_inflation

__all__ = [
    "Bayes",
    "Effects",
    "Interval",
    "Moments",
    "Pooled",
    "Regression",
    "Subgroups",
    "aggregate",
    "asymmetry",
    "back_transform",
    "batch",
    "baujat",
    "bayes",
    "begg",
    "bootstrap",
    "convert",
    "cumulative",
    "effect_size",
    "egger",
    "example",
    "excess_significance",
    "failsafe_n",
    "glmm",
    "gosh",
    "henmi_copas",
    "influence",
    "leave_one_out",
    "likelihood_ratio",
    "limit_meta_analysis",
    "mantel_haenszel",
    "meta_regression",
    "moments_from_quantiles",
    "multilevel",
    "multivariate",
    "p_curve",
    "permutation_test",
    "pet_peese",
    "peto",
    "pool",
    "pool_weighted",
    "priors",
    "radial",
    "random_effects",
    "regression_influence",
    "residuals",
    "robust",
    "robust_effects",
    "selection_model",
    "show_progress",
    "study_power",
    "subgroups",
    "trim_fill",
    "variance_inflation",
    "within_study_covariance",
]
