"""The two data sets of R's bayesmeta: eight schools and six transplantation studies.

Rubin (1981), J Educ Stat 6, 377: coaching in eight schools, effects and standard errors. Röver (2020),
table 3: events and totals under interleukin-2 receptor antagonists and control.
"""

import numpy as np

from analysis.engine import priors
from analysis.engine.bayes import bayes
from analysis.engine.effect_size import effect_size

SCHOOLS = np.array([28.39, 7.94, -2.75, 6.82, -0.64, 0.63, 18.01, 12.16])
SCHOOLS_V = np.array([14.9, 10.2, 16.3, 11.0, 9.4, 11.4, 10.4, 17.6]) ** 2
COUNTS = np.array([
    [14, 61, 15, 20], [16, 28, 19, 28], [3, 18, 8, 12],
    [9, 54, 29, 54], [4, 36, 11, 36], [0, 50, 3, 34],
]).T  # fmt: skip
CRINS = effect_size("OR", **dict(
    zip(("events_treated", "n_treated", "events_control", "n_control"), COUNTS, strict=True)
))  # fmt: skip
Y, V = CRINS.yi, CRINS.vi

EIGHT = bayes(SCHOOLS, vi=SCHOOLS_V, mu_prior=(0, 50), tau_prior=priors.half_cauchy(25))
EIGHT_FLAT = bayes(SCHOOLS, vi=SCHOOLS_V, tau_prior=priors.uniform())
SIX = bayes(Y, vi=V, mu_prior=(0, 4), tau_prior=priors.half_normal(0.5))
