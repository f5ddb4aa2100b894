"""The statistics: arrays in, frozen results out. Knows nothing of any paper, file or display."""

from .pool import Interval, Pooled, pool
from .regression import Regression, meta_regression
from .subgroups import Subgroups, subgroups

__all__ = ["Interval", "Pooled", "Regression", "Subgroups", "meta_regression", "pool", "subgroups"]
