"""Meta-analysis, and a published review recomputed from its printed digits.

    import analysis as ma
    ma.pool(yi, vi=vi, method="DL")

    effect_size        effect sizes and variances from what trials report
    pool               one summary effect; prediction interval, confint, BLUPs are its methods
    subgroups          groups of studies, and the test between them
    meta_regression    effects that change with moderators
    egger, begg        do effects change with the studies' precision?
    trim_fill          how many studies are missing on one side
    failsafe_n         how many null studies would undo the result
    pet_peese          the effect in a study without sampling error
    leave_one_out, cumulative, influence, gosh     what hangs on single studies, or any of them
    residuals, random_effects, baujat, radial      each study beside the model
    regression_influence                           the same of a meta-regression
    permutation_test   tests without a distribution
    batch              many analyses at once

Layers, each importing only those before it:

    engine       statistics: arrays in, frozen results out
    review       what any published review needs: read, validate, reconstruct, judge printed digits
    display      a result in, something to show out: numbers, tables, figures
    content      what the manuscript says, filled into one registry
    manuscript   runs everything once; the chapters' v, p, say, table, figure
    downloads    values.json and the tables' data

Vocabulary:

    yi, vi       effect sizes and their sampling variances, shape (k,); sei = sqrt(vi)
    k            number of studies
    tau2         variance of the true effects; tau its root
    q, q_df      Cochran's Q and its degrees of freedom
    i2, h2       I² in per cent; H²
    EE, DL, …    equal effects; random effects, by the estimator of tau2
    printed      text as a publication prints it, digit for digit
    feasible     what the printed digits leave possible
"""

from .engine import *  # noqa: F403
from .engine import __all__ as __all__
