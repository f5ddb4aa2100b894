"""Published meta-analyses in examples/: the ledger says what textbook arithmetic says."""

from __future__ import annotations

import csv
import functools
import shutil
from math import exp, log, sqrt
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy.stats import t as student

from analysis.display.table import Table
from analysis.display.value import Value
from analysis.report.__main__ import main
from analysis.report.compose import compose, read_data
from analysis.report.published import read_published

import by_hand
from leaves import REFERENCE, document

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("statins", "smoke", "hypericum")
# Where the number printed is not what the data give. Of hypericum these are the ones that the tests
# of R's metafor (test_analysis_example_viechtbauer2007b.r) mark as other in the article.
APART = {
    "statins": {"infarction.pvalue"},
    "smoke": set(),
    "hypericum": {
        "lecrubier.ci_low", "fixed.estimate", "fixed.q", "random.ci_high", "random.tau2",
        "random.prediction_low", "random.prediction_high",
    },
}  # fmt: skip


def rows(name: str) -> list[dict[str, str]]:
    with (EXAMPLES / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@functools.cache
def registry(name: str):
    path = EXAMPLES / f"{name}.csv"
    return compose(read_data(path), read_published(path))


def mantel_haenszel(tables: list[dict[str, str]]) -> dict[str, float]:
    """The odds ratio of the statins' tables: Mantel & Haenszel; Robins, Breslow & Greenland (1986)."""
    names = ("events_intensive", "n_intensive", "events_standard", "n_standard")
    a, n1, c, n2 = (np.array([float(row[name]) for row in tables]) for name in names)
    b, d, n = n1 - a, n2 - c, n1 + n2
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    variance = (
        sum(p * r) / (2 * sum(r) ** 2)
        + sum(p * s + q * r) / (2 * sum(r) * sum(s))
        + sum(q * s) / (2 * sum(s) ** 2)
    )
    found = by_hand.around(log(sum(r) / sum(s)), sqrt(variance))
    return found | {"k": len(tables), "participants": sum(n)}


def shown(found: dict[str, float]) -> dict[str, float]:
    """The results `found` with effects as ratios."""
    ratios = ("estimate", "ci_low", "ci_high", "prediction_low", "prediction_high")
    return {name: exp(x) if name in ratios else x for name, x in found.items()}


def statins(quantity: str) -> float:
    outcome, *_, statistic = quantity.split(".")
    own = [r for r in rows("statins") if slug(r["outcome"]) == outcome]
    return shown(mantel_haenszel(own))[statistic]


def slug(text: str) -> str:
    return text.lower().replace(" ", "_").replace("-", "_")


def smoke(quantity: str) -> float:
    ratio, low, high = (
        np.log([float(row[name]) for row in rows("smoke")]) for name in ("or", "ci_low", "ci_high")
    )
    found = by_hand.random(ratio, ((high - low) / (2 * by_hand.Z95)) ** 2)
    return shown(found)[quantity.split(".")[-1]]


def hypericum(quantity: str) -> float:
    names = ("events_hypericum", "n_hypericum", "events_placebo", "n_placebo")
    a, n1, c, n2 = (np.array([float(row[name]) for row in rows("hypericum")]) for name in names)
    y, v = np.log((a / n1) / (c / n2)), 1 / a - 1 / n1 + 1 / c - 1 / n2
    _, model, *own, statistic = quantity.split(".")
    if own:
        (place,) = [
            i for i, r in enumerate(rows("hypericum")) if slug(r["study"])[:5] == own[0][:5]
        ]
        return shown(by_hand.around(y[place], sqrt(v[place])))[statistic]
    found = by_hand.fixed(y, v) if model == "fixed" else random_with_prediction(y, v)
    return shown(found)[statistic]


def random_with_prediction(y, v) -> dict[str, float]:
    """The random-effects mean with the prediction interval of Higgins et al. (2009), equation 12."""
    found, tau2 = by_hand.random(y, v), by_hand.moments_tau2(y, v)
    half = student.isf(0.025, len(y) - 2) * sqrt(tau2 + found["variance"])
    ends = {"prediction_low": found["estimate"] - half, "prediction_high": found["estimate"] + half}
    return found | ends | {"tau2": tau2}


BY_HAND = {"statins": statins, "smoke": smoke, "hypericum": hypericum}
PUBLISHED = [
    pytest.param(name, row, id=f"{name}-{row['id']}")
    for name in NAMES
    for row in rows(f"{name}-published")
]


@pytest.mark.parametrize(("name", "row"), PUBLISHED)
def test_a_verdict_is_that_of_textbook_arithmetic(name, row):
    judged = registry(name).judged[row["id"]]
    ours = BY_HAND[name](row["quantity"])
    assert judged.value.raw == pytest.approx(ours, rel=1e-9)
    same = by_hand.rounds_to(ours, row["printed"])
    assert judged.verdict.status == ("reproduced" if same else "different")
    assert same == (row["id"] not in APART[name])


def test_the_p_that_does_not_follow_is_one_by_every_method():
    of = "coronary_death_or_myocardial_infarction"
    for model in ("mh", "fixed", "random", "reml"):
        p = registry("statins").get(Value, f"{of}.{model}.pvalue").raw
        assert p > 0.00001


def test_ratios_with_intervals_give_what_r_gives_of_their_logarithms():
    theirs = document(REFERENCE / "metafor" / "hackshaw1998.json")["fits"]
    for model, method in (("random", "DL"), ("fixed", "FE")):
        for ours, leaf in (("estimate", "b"), ("ci_low", "ci.lb"), ("ci_high", "ci.ub")):
            found = registry("smoke").get(Value, f"outcome.{model}.{ours}").raw
            assert found == pytest.approx(exp(theirs[method]["z"][leaf][0]), rel=1e-6)


@pytest.mark.parametrize(
    ("quantity", "printed"),
    [
        ("study.montgomery_et_al.ci_low", "0.7397"), ("study.lecrubier_et_al.ci_low", "1.0039"),
        ("study.montgomery_et_al.ci_high", "1.2793"), ("study.lecrubier_et_al.ci_high", "1.5434"),
        ("fixed.estimate", "1.3840"), ("fixed.ci_low", "1.2599"), ("fixed.ci_high", "1.5204"),
        ("fixed.q", "51.5454"), ("random.estimate", "1.5722"), ("random.ci_low", "1.3103"),
        ("random.ci_high", "1.8864"), ("random.tau2", ".0903"),
    ],
)  # fmt: skip
def test_the_reanalysis_is_that_of_metafor(quantity, printed):
    """As metafor's own test of the article has it (test_analysis_example_viechtbauer2007b.r)."""
    found = registry("hypericum").get(Value, f"outcome.{quantity}").raw
    assert by_hand.rounds_to(found, printed)


@pytest.mark.parametrize("name", NAMES)
def test_the_ledger_has_every_number_and_puts_apart_what_differs(name):
    everything = registry(name).get(Table, "ledger").rows
    apart = registry(name).get(Table, "ledger.apart").rows
    published = rows(f"{name}-published")
    assert [row.cells["printed"] for row in everything] == [row["printed"] for row in published]
    differing = [row["printed"] for row in published if row["id"] in APART[name]]
    assert [row.cells["printed"] for row in apart] == differing
    tally = registry(name).get(Value, "verdicts.different.k").raw
    assert tally == len(APART[name])


def test_a_quantity_of_the_ledger_is_told_in_words():
    (apart,) = registry("statins").get(Table, "ledger.apart").rows
    said = "Coronary death or myocardial infarction: significance (p) of the pooled effect"
    assert apart.cells["quantity"].startswith(said)
    assert apart.cells["quantity"].endswith("Mantel–Haenszel")
    # As many decimals as tell it from the printed bound.
    assert apart.cells["computed"].text == "0.000029"


def test_a_printed_number_that_is_changed_is_told(tmp_path):
    for suffix in (".csv", ".yml", "-published.csv"):
        shutil.copy(EXAMPLES / f"smoke{suffix}", tmp_path)
    path = tmp_path / "smoke-published.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",37,", ",36,"), encoding="utf-8")
    data = tmp_path / "smoke.csv"
    judged = compose(read_data(data), read_published(data)).judged
    assert judged["studies"].verdict.status == "different"


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_the_report_is_built_with_its_ledger(name, tmp_path):
    assert main([str(EXAMPLES / f"{name}.csv"), "--out", str(tmp_path)]) == 0
    (page,) = (tmp_path / "_site/chapters").glob("*-ledger.html")
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    (table,) = soup.select("#tbl-ledger table")
    told = [[cell.text for cell in row.select("th, td")] for row in table.select("tbody tr")]
    assert [cells[2] for cells in told] == [r["printed"] for r in rows(f"{name}-published")]
    statuses = [registry(name).judged[r["id"]].verdict.status for r in rows(f"{name}-published")]
    assert [cells[4] for cells in told] == statuses
