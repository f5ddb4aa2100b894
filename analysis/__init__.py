"""Meta-analysis, and a published review recomputed from its printed digits.

    import analysis as ma

    effects = ma.effect_size("SMD", d=d, n_treated=n1, n_control=n2)
    result = ma.pool(effects.yi, vi=effects.vi, method="REML", ci="hksj")
    print(result)                     every number; .report() says it in a sentence,
    result.prediction_interval()      .to_dict() and .to_frame() hand it on
    result.confint()

What there is, by question:

    what each study found       effect_size
    what they found together    pool, subgroups, meta_regression, permutation_test, pool_weighted
    from counts directly        mantel_haenszel, peto, glmm
    is something missing        egger, begg, trim_fill, failsafe_n, pet_peese, asymmetry (of counts)
    does one study decide it    leave_one_out, cumulative, influence, baujat, gosh, residuals,
                                regression_influence
    each study's true effect    random_effects, and .blups() of a result
    a thousand analyses         batch.pool

Layers, each importing only those before it:

    engine       statistics: arrays in, frozen results out
    review       what any published review needs: read, validate, reconstruct printed digits
    display      a result in, something to show out: numbers, tables, figures
    content      what the manuscript says, filled into one registry
    manuscript   runs everything once; the chapters' v, p, say, table, figure
    downloads    values.json and the tables' data; memberships, a search as a command

Vocabulary:

    yi, vi       effect sizes and their sampling variances, shape (k,); sei = sqrt(vi)
    k, p         number of studies; of coefficients of a regression
    estimate     of an effect, with se, ci_low, ci_high, and its test: statistic, df, pvalue
    df           degrees of freedom of a t distribution; None where the normal is meant
    tau2         variance of the true effects; tau its root
    q, q_df      Cochran's Q, how far the studies disagree, and its degrees of freedom
    q_e, q_m     in a regression: what the moderators leave of Q; the test of the moderators
    i2, h2, r2   I² in per cent, H², R² in per cent
    method       how tau2 is estimated: DL DerSimonian-Laird, HE Hedges, HS Hunter-Schmidt, SJ
                 Sidik-Jonkman, ML and REML (restricted) maximum likelihood, EB empirical Bayes, PM
                 Paule-Mandel, HSk Hunter-Schmidt for small k, PMM Paule-Mandel at the median, DL2
                 and CA2 in two steps; or EE, equal effects, the "fixed" model, where it is 0
    ci           what test and interval go by: z, t, hksj Hartung-Knapp-Sidik-Jonkman, hksj-adhoc,
                 hksj-wider, kenward-roger
    kind         how an interval of tau2 is found: QP Q-profile, PL profile likelihood, Wald, J Jackson,
                 HT Higgins-Thompson
    level        what an interval covers: 0.95
    printed      text as a publication prints it, digit for digit
    feasible     what the printed digits leave possible
"""

from .engine import *  # noqa: F403
from .engine import __all__  # noqa: F401
