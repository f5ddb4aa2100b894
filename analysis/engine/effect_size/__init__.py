"""Effect sizes and their sampling variances from what studies report.

    yi, vi       effect sizes and sampling variances, shape (k,)
    measure      the keys of `MEASURES`, under the names of metafor's `escalc`; ratios are logged
    form         one way of reporting a measure: a function whose required arguments are columns of
                 `columns.COLUMNS` and whose other arguments are options with a default

Measures, by what they compare:

    two means       MD mean difference; standardised: SMD by the pooled SD, SMDH by the mean variance,
                    SMD1 and SMD1H by the control arm's SD; ROM ratio of means, VR of SDs, CVR of
                    coefficients of variation; D2ORN, D2ORL the SMD as a log odds ratio
    two risks       RR, OR, RD, PETO odds ratio; AS arcsine, PBIT probit difference; OR2DN, OR2DL the
                    odds ratio as an SMD
    two rates       IRR ratio, IRD difference, IRSD difference of the roots
    matched pairs   marginal: MPRD, MPRR, MPOR; within pairs: MPORC, MPPETO odds ratios
    before, after   MC mean change; standardised: SMCC by the SD of the changes, SMCR and SMCRH by the
                    SD before; ROMC, VRC, CVRC ratios; PPC1, PPC2 two arms' standardised changes
    correlations    COR, UCOR without bias, ZCOR Fisher's z; PCOR, ZPCOR partial; RPB, RBIS with two
                    arms; PHI, YUQ, YUY, RTET of two dichotomies
    one group       PR, PLN, PLO, PAS, PFT proportion; IR, IRLN, IRS, IRFT rate; MN, MNLN, SMN mean;
                    SDLN, CVLN spread; ARAW, AHW, ABT Cronbach's alpha

Where versions of metafor differ, the default is that of 3.8: SMDH, SMD1H and SMCRH have `variance`
"Bonett", ROM, CVR, ROMC and CVRC `correction` "second-order" for what later versions do, ZPCOR has
`variance` "Fisher".

A further form is one function and its name in `MEASURES`; a further measure is one line there.
"""

from .measures import MEASURES, Effects, effect_size

__all__ = ["MEASURES", "Effects", "effect_size"]
