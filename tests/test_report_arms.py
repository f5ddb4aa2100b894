"""Two groups that go by names of their own: which is the control, and when nothing tells."""

from __future__ import annotations

import pytest
from own_trials import problems, read

from analysis.report.compose import read_data


def row_of_means(header: str) -> str:
    """A file of two trials with three numbers an arm, below `header`."""
    return f"{header}\nA,20,12,2,30,10,3\nB,25,11,2,25,10,3\n"


@pytest.mark.parametrize(
    "header",
    [
        "study,N CBT,Mean CBT,SD CBT,N TAU,Mean TAU,SD TAU",
        "study,n_cbt,mean_cbt,sd_cbt,n_control,mean_control,sd_control",
        "study,CBT n,CBT mean,CBT sd,Usual care n,Usual care mean,Usual care sd",
        "study,nCBT,meanCBT,sdCBT,nWL,meanWL,sdWL",
    ],
)
def test_groups_are_understood_where_one_is_a_control_by_its_name(tmp_path, header):
    path = tmp_path / "trials.csv"
    path.write_text(row_of_means(header), encoding="utf-8")
    path.with_suffix(".yml").write_text("measure: MD", encoding="utf-8")
    data = read_data(path)
    # Hand: 12 - 10, with variances 4/20 and 9/30.
    assert data.outcomes[0].trials[0].yi == pytest.approx(2)
    assert data.outcomes[0].trials[0].vi == pytest.approx(0.5)
    notes = {each.note for each in data.columns.understood if each.role != "study"}
    (note,) = notes
    assert "is taken for the control group, so that" in note and "treated" in note


def test_the_order_of_the_groups_does_not_matter(tmp_path):
    header = "study,events usual care,n usual care,events iCBT,n iCBT"
    data = read(tmp_path, header + "\nA,8,100,4,100\nB,9,95,5,90\n")
    assert data.columns.one("events_treated") == "events iCBT"
    assert data.columns.one("n_control") == "n usual care"
    assert "so that iCBT is the treated one" in data.columns.understood[1].note


@pytest.mark.parametrize(
    ("arms", "why"),
    [
        (("CBT", "IPT"), "nothing tells which of CBT and IPT is the control"),
        (("b", "c"), "nothing tells which of b and c is the control"),
        (("Placebo", "Sham"), "nothing tells which of Placebo and Sham is the control"),
        (("a", "b", "c"), "a row compares two groups, and there are a, b and c"),
        (("CBT", "IPT", "TAU"), "a row compares two groups, and there are CBT, IPT and TAU"),
    ],
)
def test_groups_that_cannot_be_told_apart_are_refused_with_a_line_that_helps(tmp_path, arms, why):
    header = "study," + ",".join(f"{stem} {arm}" for arm in arms for stem in ("n", "mean", "sd"))
    text = f"{header}\nA{',20,12,2' * len(arms)}\nB{',25,11,3' * len(arms)}\n"
    (told,) = problems(tmp_path, text)
    assert why in told and "check which group is treated" in told
    line = told.splitlines()[-1].strip()
    (tmp_path / "trials.yml").write_text(line, encoding="utf-8")
    columns = read(tmp_path, text).columns
    assert columns.one("n_treated") == f"n {arms[0]}"
    assert columns.one("sd_control") == f"sd {arms[-1]}"


def test_numbers_of_one_group_or_of_none_are_no_groups(tmp_path):
    (told,) = problems(tmp_path, "study,n CBT,mean CBT,sd CBT,mean age,sd age\nA,1,1,1,1,1\n")
    assert "is the control" not in told
    header = "study,yi,vi,n CBT,mean CBT,sd CBT,n IPT,mean IPT,sd IPT"
    data = read(tmp_path, header + "\nA,1,0.1,20,1,2,20,1,2\nB,2,0.1,21,2,3,22,2,3\n")
    assert data.columns.form == ("estimate", "variance")
