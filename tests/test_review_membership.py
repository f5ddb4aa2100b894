"""The search for a subgroup's members: against plain enumeration, and on the paper's Table 3."""

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from analysis.engine import pool
from analysis.review import read_review, reconstruct
from analysis.review.membership import MOST, Search, partitions, search
from analysis.review.printed import agrees

REVIEW = read_review(Path(__file__).parents[1] / "data")
PRINTED = {row["quantity"]: row["printed"] for row in REVIEW.published.to_dict("records")}


def records_of(outcome):
    return reconstruct(REVIEW.effects[REVIEW.effects["outcome"] == outcome], REVIEW.studies)


SYMPTOMS, QOL = records_of("symptoms"), records_of("qol")
GROUPS = defaultdict(lambda: defaultdict(set))
for group in REVIEW.groups.to_dict("records"):
    GROUPS[group["variable"]][group["category"]].add(group["study"])
RECOVERED = ("previous_treatment", "comparison", "comparison_modality")


def searched(variable, category):
    prefix = f"symptoms.fixed.{variable}.{category}"
    printed = {name: PRINTED[f"{prefix}.{name}"] for name in ("estimate", "se")}
    return search(SYMPTOMS, int(PRINTED[f"{prefix}.k"]), printed)


def studies(subset, records=SYMPTOMS):
    return {records[i].study for i in subset}


@pytest.mark.parametrize("variable", RECOVERED)
def test_one_way_to_share_the_trials_out_fits_and_it_is_that_of_groups_csv(variable):
    """Table 3 on k, estimate and standard error alone."""
    found = {category: searched(variable, category) for category in GROUPS[variable]}
    (only,) = partitions(list(found.values()), len(SYMPTOMS))
    assert {c: studies(s) for c, s in zip(found, only, strict=True)} == dict(GROUPS[variable])
    sources = REVIEW.groups.loc[REVIEW.groups["variable"] == variable, "source"]
    assert set(sources) == {"recovered"}


@pytest.mark.parametrize("variable", RECOVERED)
def test_the_members_found_give_the_printed_q_and_the_printed_test_between(variable):
    """What the search did not use: Q of each category, within a hundredth of the printed one."""
    pools = []
    for category, members in GROUPS[variable].items():
        own = [r for r in SYMPTOMS if r.study in members]
        yi, vi = [r.yi for r in own], [r.vi for r in own]
        q = pool(yi, vi=vi, method="EE").q
        assert q == pytest.approx(
            float(PRINTED[f"symptoms.fixed.{variable}.{category}.q"]), abs=0.01
        )
        pools.append(pool(yi, vi=vi, method="DL"))
    weights = [p.se**-2 for p in pools]
    mean = sum(w * p.estimate for w, p in zip(weights, pools, strict=True)) / sum(weights)
    between = sum(w * (p.estimate - mean) ** 2 for w, p in zip(weights, pools, strict=True))
    printed = float(PRINTED[f"symptoms.random.{variable}.q_between"])
    assert between == pytest.approx(printed, abs=0.001)


def test_the_subsets_that_fit_are_those_that_enumeration_finds():
    """All subsets of 3, pooled one by one at the middle of their sets, keep what the search keeps."""
    found = searched("comparison", "wlc")
    assert found.tried == 816  # 18 * 17 * 16 / 6
    plain = []
    for subset in combinations(range(len(SYMPTOMS)), 3):
        result = pool(
            [SYMPTOMS[i].yi for i in subset], vi=[SYMPTOMS[i].vi for i in subset], method="EE"
        )
        if agrees(result.estimate, "1.294") and agrees(result.se, "0.235"):
            plain.append(subset)
    assert set(plain) <= set(found.fitting)
    assert [studies(s) for s in found.fitting] == [{"gloster2015", "harley2008", "hinton2005"}]


@pytest.mark.parametrize(("name", "text"), [("estimate", "1.296"), ("se", "0.237")])
def test_another_last_digit_fits_no_subset(name, text):
    printed = {"estimate": "1.294", "se": "0.235"} | {name: text}
    assert search(SYMPTOMS, 3, printed).fitting == ()


def test_quality_of_life_against_usual_treatment_is_found_on_the_random_effects_results():
    """Results: 6 studies; SMD=0.328; 95% CI 0.163, 0.494."""
    prefix = "qol.random.comparison.tau"
    printed = {name: PRINTED[f"{prefix}.{name}"] for name in ("estimate", "ci_low", "ci_high")}
    found = search(QOL, 6, printed, "DL")
    assert found.tried == 28
    expected = {r.study for r in QOL} & GROUPS["comparison"]["tau"]
    assert [studies(s, QOL) for s in found.fitting] == [expected]


def test_too_many_subsets_and_too_few_studies():
    with pytest.raises(ValueError, match=f"at most {MOST} are tried"):
        search(SYMPTOMS * 2, 18, {"estimate": "0.5", "se": "0.1"})
    assert search(SYMPTOMS, 19, {"estimate": "0.5", "se": "0.1"}) == Search(0, ())


def test_partitions_leave_no_study_over_and_use_none_twice():
    searches = [Search(0, ((0, 1), (0, 2))), Search(0, ((2,), (1,)))]
    assert partitions(searches, 3) == [((0, 1), (2,)), ((0, 2), (1,))]
    assert partitions(searches, 4) == []
