"""Claims in words: data that flip their verdicts."""

from __future__ import annotations

import csv

import pytest

from analysis.display.table import Table
from analysis.manuscript import REGISTRY
from analysis.review import DataError

from by_hand import read
from conftest import ROOT
from edited import CONVENTION, FAILS, HOLDS, OPEN, ROWS, edited, raw, reprinted, verdict, why


def turned(row):
    """The row with its effect, limits and z turned round: what favoured one side favours the other."""
    smd, se, variance, low, high, z, p = row[2:]
    flip = [x[1:] if x.startswith("-") else f"-{x}" for x in (smd, high, low, z)]
    return [*row[:2], flip[0], se, variance, flip[1], flip[2], flip[3], p]


def file_with(name, change):
    """The text of data/`name`.csv with every row put through `change`."""
    rows = [change(row) for row in read(name)]
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    return "".join(",".join(f'"{cell}"' for cell in line) + "\n" for line in lines)


def test_effects_turned_round_take_the_claims_with_them(tmp_path):
    registry = edited(tmp_path, [turned(row) for row in ROWS])
    for claim in ("effect", "bias.tests", "bias", "bias.filled", "treatment.within", "bdi.effect",
                  "followup.effect", "quality", "qol.effect", "qol.tau", "decisions.effect",
                  "mood.effect", "range", "qol_followup.effect", "completers.conservative"):  # fmt: skip
        assert verdict(registry, claim) == FAILS, claim
    # Where nothing differs, the side does not matter.
    for claim in ("between", "effect.heterogeneity", "treatment.better", "symptoms.all"):
        assert verdict(registry, claim) == HOLDS


def test_without_the_outlier_words_and_verdicts_change(tmp_path):
    registry = edited(tmp_path, [row for row in ROWS if row[1] != "isasi2010"])
    # 0.634, as printed: moderate by both readings, as the discussion has it.
    assert ": moderate by both readings" in why(registry, "effect.size.discussion")
    assert ": large by both readings" in why(REGISTRY, "effect.size.discussion")
    assert verdict(registry, "effect.size.discussion") == CONVENTION
    for claim in ("decisions.isasi", "decisions.all"):
        assert verdict(registry, claim) == OPEN
        assert "—" not in why(registry, claim)
    assert verdict(registry, "symptoms.all") == FAILS
    assert verdict(registry, "combined.largest") == HOLDS


def shifted(outcome, by):
    """Rows in which a follow-up is that of its trial after treatment and `by` more, give or take."""
    before = {row[1]: float(row[2]) for row in ROWS if row[0] == outcome.removesuffix("_followup")}
    return [
        reprinted(row, before[row[1]] + by + 0.05 * (-1) ** n) if row[0] == outcome else row
        for n, row in enumerate(ROWS)
    ]


@pytest.mark.parametrize(
    "outcome", ["symptoms_followup", pytest.param("qol_followup", marks=pytest.mark.long)]
)
@pytest.mark.parametrize(
    ("by", "expected"),
    [
        pytest.param(-0.3, FAILS, marks=pytest.mark.long),
        pytest.param(0.3, HOLDS, marks=pytest.mark.long),
        (0.0, OPEN),
    ],
)
def test_what_is_maintained_is_told_by_the_change(tmp_path, outcome, by, expected):
    registry = edited(tmp_path, shifted(outcome, by))
    own = outcome.replace("symptoms_", "")
    assert verdict(registry, f"{own}.maintained") == expected
    other = {"followup": "qol_followup", "qol_followup": "followup"}[own]
    assert verdict(registry, f"{other}.maintained") == OPEN
    assert ("is not ruled out" in why(registry, f"{own}.maintained")) == (expected == OPEN)


def test_alike_fails_where_a_difference_is_found(tmp_path):
    """The anxiety trials far above the others; one BDI trial apart from the rest."""
    anxiety = ("gloster2015", "hinton2005", "otto2003")
    rows = [
        reprinted(row, {**dict.fromkeys(anxiety, 4.0), "wiles2013": 2.5}[row[1]])
        if row[0] == "symptoms" and row[1] in (*anxiety, "wiles2013")
        else row
        for row in ROWS
    ]
    registry = edited(tmp_path, rows)
    for claim in ("equivocal", "mood.anxiety", "between", "bdi.low", "low.heterogeneity"):
        assert verdict(registry, claim) == FAILS, why(registry, claim)
    assert "not below the publication’s own bound" in why(registry, "bdi.low")
    assert verdict(REGISTRY, "bdi.low") == HOLDS


def test_counts_in_words_follow_the_tables(tmp_path):
    """Half is half by either count, or by neither; most is more than half, or less than another."""
    studies = file_with("studies", lambda row: row | (
        {"qol_measure": "NA"} if row["study"] == "ludman2007" else {}
    ))  # fmt: skip
    registry = edited(tmp_path / "neither", studies=studies)
    assert verdict(registry, "qol.share") == FAILS
    qol = next(row for row in ROWS if row[:2] == ["qol", "wiles2013"])
    bdi = {"barnhofer2009", "fonagy2015", "harley2008", "hartmannsouza2016", "mantani2017",
           "mooreblackburn1997", "nakagawa2017", "wiles2013"}  # fmt: skip
    kept = {"hinton2005", "town2017", "isasi2010"}  # of every other measure one
    rows = [row for row in ROWS if row[0] != "symptoms" or row[1] in bdi | kept]
    measures = file_with("studies", lambda row: row | (
        {"symptom_measure": "PAS"} if row["study"] not in bdi else {}
    ))  # fmt: skip
    both = edited(
        tmp_path / "both", [*rows, ["qol", "ludman2007", *qol[2:]]], studies=measures
    )  # fmt: skip
    assert verdict(both, "qol.share") == HOLDS
    assert verdict(both, "bdi.most") == HOLDS
    assert verdict(both, "depression.measures") == HOLDS  # 8 of the 13 with major depression


def test_shares_follow_the_flow(tmp_path):
    flow = file_with("flow", lambda row: row | (
        {"count": "300"} if row["id"] in ("full_text", "type.combined") else {}
    ))  # fmt: skip
    registry = edited(tmp_path, flow=flow)
    assert verdict(registry, "fewer") == FAILS
    assert verdict(registry, "rare") == CONVENTION
    assert why(registry, "rare") != why(REGISTRY, "rare")


def test_claims_on_what_is_gone_cannot_be_checked(tmp_path):
    flow = "id,kind,label,count,where,note\n"
    registry = edited(tmp_path, [r for r in ROWS if r[0] == "symptoms"], flow=flow)
    for claim in ("followup.effect", "qol.effect", "qol.mood", "qol.share", "rare", "fewer",
                  "qol.size", "qol.degree", "followup.maintained", "completers.within",
                  "completers.conservative"):  # fmt: skip
        assert verdict(registry, claim) == OPEN, claim
    assert verdict(registry, "effect") == HOLDS


def test_no_claims_no_rows(tmp_path):
    registry = edited(tmp_path, claims="id,where,claim\n")
    assert raw(registry, "claims.all.k") == 0
    assert registry.get(Table, "claims").html()


def test_a_claim_without_a_rule_is_refused_with_its_place(tmp_path):
    claims = (ROOT / "data/claims.csv").read_text(encoding="utf-8")
    line = next(n for n, row in enumerate(csv.reader(claims.splitlines()), 1) if row[0] == "effect")
    with pytest.raises(
        DataError, match=rf"claims\.csv:{line}:id: 'efect' is not among .* effect\?"
    ):
        edited(tmp_path, claims=claims.replace("\neffect,", "\nefect,", 1))
