"""pimeta: fits, leave-one-out, influence, permutations, and a share of the subsets."""

import warnings
from importlib.metadata import version

import numpy as np
import pimeta

from .timing import report, studies

warnings.simplefilter("ignore")
y, v = (np.array(column) for column in studies("k18"))
moderator = np.arange(18.0)
SUBSETS, DRAWN = 2**18 - 1, 1000


report(
    f"pimeta {version('pimeta')}",
    {
        "dl_18": lambda: float(pimeta.rma(y, v, method="DL").b[0]),
        "reml_18": lambda: float(pimeta.rma(y, v, method="REML").b[0]),
        "leave_one_out": lambda: pimeta.leave1out(y, v, method="REML"),
        "influence": lambda: pimeta.influence(y, v, method="REML"),
        "permutations": lambda: pimeta.permutest(
            pimeta.rma(y, v, mods=moderator, method="REML"), iter=1000, seed=1
        ),
        "gosh_dl": lambda: pimeta.gosh(y, v, method="DL", subsets=DRAWN, seed=1),
        "gosh_reml": lambda: pimeta.gosh(y, v, method="REML", subsets=DRAWN, seed=1),
    },
    {"gosh_dl": DRAWN / SUBSETS, "gosh_reml": DRAWN / SUBSETS},
)
