"""Meta-analysis, and a published review recomputed from its printed digits.

    >>> import analysis as ma
    >>> effects = ma.effect_size("SMD", d=[0.5, 0.2, 0.9], n_treated=[20, 45, 31], n_control=25)
    >>> result = ma.pool(effects.yi, vi=effects.vi, method="REML", ci="hksj")
    >>> result
    >>> print(result.report())

A result prints every number. Its `.report()` says it in a sentence, `.to_dict()` and `.to_frame()` hand
it on, and it cannot be changed.

What there is, by question:

    what each study found       effect_size, convert, moments_from_quantiles, back_transform
    what they found together    pool, subgroups, meta_regression, permutation_test, pool_weighted,
                                bootstrap
    from counts directly        mantel_haenszel, peto, glmm
    with prior knowledge        bayes; priors.half_normal, priors.half_cauchy, priors.half_t,
                                priors.uniform, priors.log_normal, priors.log_t, priors.turner2012,
                                priors.turner2015, priors.rhodes2015
    is something missing        egger, begg, trim_fill, failsafe_n, pet_peese, selection_model,
                                limit_meta_analysis, henmi_copas, p_curve, excess_significance,
                                asymmetry
    does one study decide it    leave_one_out, cumulative, influence, baujat, gosh, residuals,
                                radial, regression_influence
    each study's true effect    random_effects, and .blups() of a result
    what could it find          study_power
    effects that depend         multilevel, multivariate, robust, robust_effects, aggregate,
                                within_study_covariance
    which model fits            likelihood_ratio, variance_inflation
    a thousand analyses         batch.pool; show_progress
    data to try it on           example

Layers, each importing only those before it:

    engine       statistics: arrays in, frozen results out
    review       what any published review needs: read, validate, reconstruct printed digits
    display      a result in, something to show out: numbers, tables, figures
    report       anyone's trials: a CSV in, a Quarto project out; rests on no paper's content
    content      what the manuscript says, filled into one registry
    manuscript   runs everything once; the chapters' v, p, say, table, figure
    downloads    values.json and the tables' data; memberships, a search as a command
    reference    these docstrings as a chapter of the site, their examples run; guide, examples for
                 three people

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
    measure      the effect size, by the names of `engine.effect_size`: SMD, OR, ZCOR, ...
    mu, tau      mean and standard deviation of the true effects, where they have distributions
    alternative  what a study's own test is for: two-sided, greater, less
    delta        in a selection model the parameters of how p-values decide on publication
    cluster      label of the effects that may depend on each other, such as those of one study
    V, rho       covariance of sampling errors; correlation, of errors or of true effects
    sigma2       variances of the true effects by level: between clusters, within them
    replicate    an analysis of studies drawn anew, as in a bootstrap
    executor     who works through many analyses: other processors, other machines
    printed      text as a publication prints it, digit for digit
    feasible     what the printed digits leave possible
"""

from .engine import *  # noqa: F403
from .engine import __all__  # noqa: F401
