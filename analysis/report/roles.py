"""What columns can be, and the names by which they are recognised.

Names are those of R's metafor, meta and dmetar, of RevMan and Comprehensive Meta-Analysis, and what
people write in spreadsheets. Upper case, spaces, dots and hyphens make no difference.
"""

from __future__ import annotations

import re

from ..display.sentence import capitalised

SUBGROUP, MODERATOR, NOTE, IGNORE = "subgroup", "moderator", "note", "ignore"
# What a column that is no number of an effect can be.
AROUND = {
    "study": "name of the study",
    "outcome": "outcome that the row is about",
    "year": "year of publication",
    SUBGROUP: "categories that divide the studies",
    MODERATOR: "number that may go with the effects",
    NOTE: "kept in the file, not analysed",
    IGNORE: "left out",
}
NUMBERS = {
    "mean_treated": "mean, treated group",
    "sd_treated": "standard deviation, treated group",
    "n_treated": "participants, treated group",
    "mean_control": "mean, control group",
    "sd_control": "standard deviation, control group",
    "n_control": "participants, control group",
    "events_treated": "participants with the event, treated group",
    "nonevents_treated": "participants without the event, treated group",
    "events_control": "participants with the event, control group",
    "nonevents_control": "participants without the event, control group",
    "r": "correlation",
    "n": "participants",
    "estimate": "effect",
    "log_ratio": "logarithm of a ratio",
    "ratio": "ratio, not logged",
    "se": "standard error of the effect",
    "variance": "variance of the effect",
    "ci_low": "lower confidence limit, on the scale of the effect (see given_level)",
    "ci_high": "upper confidence limit, on the scale of the effect (see given_level)",
}
ROLES = AROUND | NUMBERS
# Heads of columns; those of one of both groups are followed by what it is called.
HEADS = {
    "mean": "Mean", "sd": "SD", "n": "n", "events": "Events", "nonevents": "Without event",
    "r": "Correlation", "estimate": "Effect", "log_ratio": "Logarithm of the ratio", "ratio": "Ratio",
    "se": "Standard error", "variance": "Variance", "ci_low": "Lower limit", "ci_high": "Upper limit",
}  # fmt: skip

TREATED = (
    "treated", "treatment", "treat", "trt", "t", "tx", "intervention", "int", "i", "experimental",
    "exp", "e", "active", "1", "vaccine",
)  # fmt: skip
CONTROL = (
    "control",
    "controls",
    "ctrl",
    "ctl",
    "con",
    "c",
    "comparison",
    "comp",
    "placebo",
    "2",
    "0",
)
# Words for one event of many, which are meant where no column is called by the event as such.
PARTICULAR = ("deaths", "death", "died", "dead", "deceased", "relapses", "relapsed", "responded")
STEMS = {
    "mean": ("mean", "m", "means"),
    "sd": ("sd", "std", "stdev", "std_dev", "stddev", "std_deviation", "standard_deviation"),
    "n": ("n", "total", "size", "sample_size", "participants", "patients"),
    "events": ("events", "event", "ev", "cases", "responders", "pos", *PARTICULAR),
    "nonevents": ("nonevents", "nonevent", "noevents", "neg", "non_events"),
}
FIXED = {
    "study": "study trial studies trials study_name study_id studyid studlab study_label author "
    "authors first_author slab",
    "outcome": "outcome outcomes endpoint outcome_name",
    "year": "year publication_year year_of_publication pub_year pubyear",
    "mean_treated": "m1i", "sd_treated": "sd1i", "n_treated": "n1i",
    "mean_control": "m2i", "sd_control": "sd2i", "n_control": "n2i",
    "events_treated": "ai tpos", "nonevents_treated": "bi tneg",
    "events_control": "ci_events cpos", "nonevents_control": "di cneg",
    "r": "r ri cor corr correlation",
    "n": "n ni total_n n_total sample_size samplesize sample",
    "estimate": "yi estimate effect effect_size es te d g smd hedges_g cohens_d cohen_d md "
    "mean_difference rd risk_difference fisher_z zr",
    "log_ratio": "logor log_or lnor log_odds_ratio logrr log_rr lnrr log_risk_ratio loghr log_hr "
    "lnhr log_hazard_ratio log_ratio logirr log_irr",
    "ratio": "or odds_ratio rr risk_ratio relative_risk hr hazard_ratio irr rate_ratio ratio",
    "se": "se sei standard_error std_error stderr sete se_te seyi se_yi se_effect selogor se_logor "
    "selogrr se_logrr seloghr se_loghr",
    "variance": "vi var variance v sampling_variance varyi",
    "ci_low": "ci_low ci_lower cilow ci_lb lower lower_ci lowerci lcl ll ci_l lower_limit ci95_low "
    "ci_95_low lower_95 lower_bound low lci",
    "ci_high": "ci_high ci_upper cihigh ci_ub upper upper_ci upperci ucl ul ci_u upper_limit "
    "ci95_high ci_95_high upper_95 upper_bound high uci",
}  # fmt: skip
# An effect by name says which measure it is.
NAMED = {
    "SMD": "d g smd hedges_g cohens_d cohen_d",
    "MD": "md mean_difference",
    "RD": "rd risk_difference",
    "ZCOR": "fisher_z zr",
    "OR": "or odds_ratio logor log_or lnor log_odds_ratio",
    "RR": "rr risk_ratio relative_risk logrr log_rr lnrr log_risk_ratio",
    "HR": "hr hazard_ratio loghr log_hr lnhr log_hazard_ratio",
    "IRR": "irr rate_ratio logirr log_irr",
}


def folded(name: str) -> str:
    """Return `name` in lower case, with an underscore for whatever is no letter or digit."""
    return re.sub(r"[^0-9a-z]+", "_", name.strip().lower()).strip("_")


def _names() -> dict[str, str]:
    names = {name: role for role, words in FIXED.items() for name in words.split()}
    for stem, words in STEMS.items():
        for arm, arms in (("treated", TREATED), ("control", CONTROL)):
            for word in words:
                for each in arms:
                    for form in (f"{word}_{each}", f"{each}_{word}", f"{word}{each}"):
                        names.setdefault(form, f"{stem}_{arm}")
    return names


NAMES = _names()
MEASURE_OF = {name: measure for measure, words in NAMED.items() for name in words.split()}


def heads(role: str, arms: tuple[str, str]) -> tuple[str, str]:
    """Return the head of a column with this `role` of numbers, and that over it and its like.

    Both groups are called `arms`.
    """
    for arm, name in zip(("_treated", "_control"), arms, strict=True):
        if role.endswith(arm):
            return HEADS[role.removesuffix(arm)], capitalised(name)
    return HEADS[role], "From the file"


def role_by_name(name: str) -> str | None:
    """Return the role that a column called `name` usually has, or None.

    The coverage of an interval makes no difference: "95% CI lower" is "CI lower".
    """
    plain = folded(name)
    bare = "_".join(word for word in plain.split("_") if word != "95")
    return NAMES.get(plain) or NAMES.get(bare)


def is_particular(name: str) -> bool:
    """Whether a column called `name` counts one event of several that a file may be about."""
    return not set(PARTICULAR).isdisjoint(folded(name).split("_"))


def measure_by_name(name: str) -> str | None:
    """Return the measure that an effect's column called `name` holds, or None."""
    return MEASURE_OF.get(folded(name))
