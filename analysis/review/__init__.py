"""What any published review needs: files read and checked, printed digits made effects."""

from .data import (
    DataError,
    Finding,
    Review,
    read_effects,
    read_published,
    read_review,
    read_studies,
)
from .propagate import Propagation, Witness
from .reconstruct import Reconstructed, reconstruct

__all__ = [
    "DataError",
    "Finding",
    "Propagation",
    "Reconstructed",
    "Review",
    "Witness",
    "read_effects",
    "read_published",
    "read_review",
    "read_studies",
    "reconstruct",
]
