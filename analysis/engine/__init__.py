"""The statistics: arrays in, frozen results out. Knows nothing of any paper, file or display."""

from .pool import Interval, Pooled, pool

__all__ = ["Interval", "Pooled", "pool"]
