"""Data to try things on: a published meta-analysis that textbooks and other software use as well."""

import pandas as pd

from . import checks
from .effect_size import effect_size

# Colditz, Brewer, Berkey, Wilson, Burdick, Fineberg & Mosteller (1994), JAMA 271, 698: trials of
# the BCG vaccine against tuberculosis. Latitude is in degrees, allocation how arms were formed.
BCG_COLUMNS = (
    "trial", "year", "events_treated", "n_treated", "events_control", "n_control", "latitude",
    "allocation",
)  # fmt: skip
BCG = (
    ("Aronson", 1948, 4, 123, 11, 139, 44, "random"),
    ("Ferguson & Simes", 1949, 6, 306, 29, 303, 55, "random"),
    ("Rosenthal et al.", 1960, 3, 231, 11, 220, 42, "random"),
    ("Hart & Sutherland", 1977, 62, 13598, 248, 12867, 52, "random"),
    ("Frimodt-Moller et al.", 1973, 33, 5069, 47, 5808, 13, "alternate"),
    ("Stein & Aronson", 1953, 180, 1541, 372, 1451, 44, "alternate"),
    ("Vandiviere et al.", 1973, 8, 2545, 10, 629, 19, "random"),
    ("TPT Madras", 1980, 505, 88391, 499, 88391, 13, "random"),
    ("Coetzee & Berjak", 1968, 29, 7499, 45, 7277, 27, "random"),
    ("Rosenthal et al.", 1961, 17, 1716, 65, 1665, 42, "systematic"),
    ("Comstock et al.", 1974, 186, 50634, 141, 27338, 18, "systematic"),
    ("Comstock & Webster", 1969, 5, 2498, 3, 2341, 33, "systematic"),
    ("Comstock et al.", 1976, 27, 16913, 29, 17854, 33, "systematic"),
)
EXAMPLES = {"bcg": (BCG_COLUMNS, BCG)}


def example(name: str) -> pd.DataFrame:
    """Return the example data called `name`, a row a study, with their log risk ratios `yi`, `vi`.

    "bcg" is Colditz et al. (1994): trials of the BCG vaccine, in which an effect below 0 is less
    tuberculosis among the vaccinated. ValueError for any other name.

    >>> bcg = ma.example("bcg")
    >>> bcg[["trial", "year", "latitude", "allocation", "yi", "vi"]].round(3)
    """
    checks.one_of("name", name, EXAMPLES)
    columns, rows = EXAMPLES[name]
    frame = pd.DataFrame(rows, columns=columns)
    counts = ("events_treated", "n_treated", "events_control", "n_control")
    effects = effect_size("RR", **{column: frame[column] for column in counts})
    return frame.assign(yi=effects.yi, vi=effects.vi)
