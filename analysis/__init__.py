"""Meta-analysis, and a published review recomputed from its printed digits.

    import analysis as ma
    ma.pool(yi, vi=vi, method="DL")

Layers, each importing only those before it:

    engine       statistics: arrays in, frozen results out
    review       what any published review needs: read, validate, reconstruct printed digits
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
    EE, DL       equal effects; random effects by DerSimonian and Laird
    printed      text as a publication prints it, digit for digit
    feasible     what the printed digits leave possible
"""

from .engine import Interval, Pooled, pool

__all__ = ["Interval", "Pooled", "pool"]
