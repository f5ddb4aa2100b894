"""PET and PEESE: the effect that a study without sampling error would have.

PET     intercept of the effects on their standard errors: Egger's line, read at 0
PEESE   intercept of the effects on their variances, less biased where there is an effect
conditional   PEESE where PET finds an effect, and else PET
"""

from dataclasses import dataclass

import numpy as np

from . import checks
from .line import Line, weighted_line
from .results import Result, interval


@dataclass(frozen=True, repr=False)
class PetPeese(Result):
    """The two lines, and the conditional estimate with the test and interval of the one `used`."""

    k: int
    used: str
    estimate: float
    se: float
    ci_low: float
    ci_high: float
    statistic: float
    pvalue: float
    df: int
    alpha: float
    level: float
    pet: Line
    peese: Line

    def report(self) -> str:
        """Return the finding in one sentence."""
        return (
            f"The conditional PET-PEESE estimate of {self.k} studies was {self.estimate:.2f} "
            f"({interval(self.level, self.ci_low, self.ci_high)}; {self.used}, PET p = "
            f"{self.pet.intercept.pvalue:.3g})."
        )


def pet_peese(yi, *, vi, alpha: float = 0.1, level: float = 0.95) -> PetPeese:
    """Extrapolate effects `yi` with variances `vi` to a standard error of 0.

    Stanley & Doucouliagos (2014): weighted least squares on sqrt(vi) (PET) and on vi (PEESE), by t
    on k - 2 df. The conditional estimate is PEESE's if PET's intercept has a two-sided p below
    `alpha`, 0.1 as in Stanley (2017). ValueError for fewer than 3 studies, for equal `vi`, and for
    effects without any scatter around the line.

    >>> bcg = ma.example("bcg")
    >>> result = ma.pet_peese(bcg.yi, vi=bcg.vi)
    >>> print(result.report())
    >>> result.peese.intercept
    """
    yi, vi = checks.estimates_and_variances(yi, vi)
    k = checks.at_least(3, yi, "PET-PEESE")
    level = checks.level(level)
    alpha = checks.level(alpha, name="alpha")
    pet = weighted_line(yi, vi, np.sqrt(vi), level)
    peese = weighted_line(yi, vi, vi, level)
    used, line = ("PEESE", peese) if pet.intercept.pvalue < alpha else ("PET", pet)
    return PetPeese(
        k=k,
        used=used,
        **vars(line.intercept),
        alpha=alpha,
        level=level,
        pet=pet,
        peese=peese,
    )
