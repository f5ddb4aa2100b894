"""Effect sizes and their sampling variances from what studies report.

    yi, vi       effect sizes and sampling variances, shape (k,)
    measure      SMD  standardised mean difference      MD  mean difference
                 RR   log risk ratio    OR  log odds ratio    RD  risk difference
                 ZCOR Fisher's z of a correlation
    form         one way of reporting a measure: a function whose required arguments are columns of
                 `columns.COLUMNS` and whose other arguments are options with a default

A further form is one function and its name in `MEASURES`; a further measure is one line there.
"""

from .measures import MEASURES, Effects, effect_size

__all__ = ["MEASURES", "Effects", "effect_size"]
