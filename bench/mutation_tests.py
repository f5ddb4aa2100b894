"""Which tests concern which module: `engine_tau2` is tests/test_engine_tau2.py, and so on."""

EFFECT_SIZES = (
    "engine_effect_size_families engine_effect_size_variances engine_against_r_effect_sizes "
    "engine_effect_size engine_effect_size_refusals published_borenstein2009"
)
BAYES = "engine_bayes engine_bayes_printed engine_priors engine_quadrature"
SELECTION = "engine_selection_model engine_selection_likelihood engine_against_r_selection"
SERIES = "engine_series engine_against_r_diagnostics"
MULTILEVEL = "engine_multilevel engine_multilevel_results engine_against_r_dependent"
# What holds for every module of the layer.
CONTRACTS = {"engine": "engine_results", "review": "review_records"}
OWN = {
    "analysis/engine/tau2.py": "engine_tau2 engine_against_r_models published_viechtbauer2005",
    "analysis/engine/model.py": "engine_tau2 engine_intervals engine_regression engine_against_r_models",
    "analysis/engine/pool.py": "engine_intervals engine_pool engine_against_r_models",
    "analysis/engine/intervals.py": "engine_intervals engine_against_r_variants",
    "analysis/engine/heterogeneity.py": "engine_intervals engine_pool engine_against_r_models",
    "analysis/engine/regression.py": "engine_regression engine_against_r_models",
    "analysis/engine/subgroups.py": "engine_subgroups engine_against_r_meta",
    "analysis/engine/small_sample.py": "engine_intervals engine_against_r_variants engine_pool",
    "analysis/engine/egger.py": "engine_egger engine_asymmetry engine_against_r_bias",
    "analysis/engine/begg.py": "engine_begg engine_against_r_bias",
    "analysis/engine/trim_fill.py": "engine_trim_fill published_becker2005 engine_against_r_bias",
    "analysis/engine/failsafe_n.py": "engine_failsafe_n published_becker2005 engine_against_r_bias",
    "analysis/engine/henmi_copas.py": "engine_henmi_copas engine_against_r_selection",
    "analysis/engine/selection_likelihood.py": SELECTION,
    "analysis/engine/selection_model.py": SELECTION,
    "analysis/engine/selection_weights.py": SELECTION,
    "analysis/engine/limit_meta_analysis.py": "engine_limit_meta_analysis",
    "analysis/engine/bayes.py": BAYES,
    "analysis/engine/bayes_marginal.py": BAYES,
    "analysis/engine/bayes_posterior.py": BAYES,
    "analysis/engine/priors.py": BAYES,
    "analysis/engine/gosh.py": "engine_gosh engine_batch",
    "analysis/engine/deletion.py": SERIES,
    "analysis/engine/influence.py": SERIES,
    "analysis/engine/mantel_haenszel.py": "engine_mantel_haenszel engine_against_r_counts",
    "analysis/engine/peto.py": "engine_mantel_haenszel engine_against_r_counts",
    "analysis/engine/multilevel.py": MULTILEVEL,
    "analysis/engine/sandwich.py": "engine_robust engine_against_r_robust",
    "analysis/engine/excess_significance.py": "engine_excess_significance engine_against_r_selection",
    "analysis/engine/p_curve.py": "engine_p_curve",
    "analysis/engine/permutation.py": "engine_permutation engine_against_r_diagnostics",
    "analysis/engine/moments.py": "engine_moments",
    "analysis/engine/convert.py": "engine_convert",
    "analysis/engine/batch_tau2.py": "engine_batch engine_bootstrap",
    "analysis/engine/effect_size/means.py": EFFECT_SIZES,
    "analysis/engine/effect_size/measures.py": EFFECT_SIZES,
    "analysis/engine/effect_size/correlations.py": EFFECT_SIZES,
    "analysis/engine/effect_size/counts.py": EFFECT_SIZES,
    "analysis/engine/effect_size/changes.py": EFFECT_SIZES,
    "analysis/engine/effect_size/ratios.py": EFFECT_SIZES,
    "analysis/engine/effect_size/rates.py": EFFECT_SIZES,
    "analysis/engine/effect_size/association.py": EFFECT_SIZES,
    "analysis/engine/effect_size/columns.py": "engine_effect_size engine_effect_size_refusals",
    "analysis/review/printed.py": "review_printed review_printed_sets",
    "analysis/review/propagate.py": "review_propagate review_formulas",
    "analysis/review/dual.py": "review_formulas review_propagate",
    "analysis/review/region.py": "review_reconstruct review_propagate",
    "analysis/review/formulas.py": "review_formulas review_ranks review_propagate",
    "analysis/review/reconstruct.py": "review_reconstruct",
    "analysis/review/regressed.py": "review_regressed review_formulas",
    "analysis/review/consistency.py": "review_consistency review_relations",
    "analysis/review/relations.py": "review_relations review_consistency",
    "analysis/review/verify.py": "review_verify review_formulas",
    "analysis/review/dialect.py": "review_dialect",
    "analysis/review/checks.py": "review_checks review_files",
}
TESTS = {module: f"{names} {CONTRACTS[module.split('/')[1]]}" for module, names in OWN.items()}
