"""The statistics: arrays in, frozen results out. Knows nothing of any paper, file or display."""

from . import batch
from .asymmetry import asymmetry
from .baujat import baujat
from .begg import begg
from .cumulative import cumulative
from .effect_size import Effects, effect_size
from .egger import egger
from .failsafe_n import failsafe_n
from .glmm import glmm
from .gosh import gosh
from .influence import influence
from .leave_one_out import leave_one_out
from .mantel_haenszel import mantel_haenszel
from .permutation import permutation_test
from .pet_peese import pet_peese
from .peto import peto
from .pool import Interval, Pooled, pool
from .pool_weighted import pool_weighted
from .radial import radial
from .random_effects import random_effects
from .regression import Regression, meta_regression
from .regression_influence import regression_influence
from .residuals import residuals
from .subgroups import Subgroups, subgroups
from .trim_fill import trim_fill

__all__ = [
    "Effects",
    "Interval",
    "Pooled",
    "Regression",
    "Subgroups",
    "asymmetry",
    "batch",
    "baujat",
    "begg",
    "cumulative",
    "effect_size",
    "egger",
    "failsafe_n",
    "glmm",
    "gosh",
    "influence",
    "leave_one_out",
    "mantel_haenszel",
    "meta_regression",
    "permutation_test",
    "pet_peese",
    "peto",
    "pool",
    "pool_weighted",
    "radial",
    "random_effects",
    "regression_influence",
    "residuals",
    "subgroups",
    "trim_fill",
]
