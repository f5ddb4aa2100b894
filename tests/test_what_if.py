"""The experiment in the page, in Chromium: the engine's numbers, the conclusions, the address."""

from __future__ import annotations

import json
import random
from urllib.parse import quote, urlencode

import numpy as np
import pytest

import analysis as ma
from analysis.content.samples import group_sizes
from analysis.content.subgroups import VARIABLES
from analysis.display.value import Phrase, Value
from analysis.display.whatif import WhatIf
from analysis.manuscript import REGISTRY, ROOT
from analysis.review.data import read_review

from conftest import served, violations

DATA = REGISTRY.get(WhatIf, "what_if").data
REVIEW = read_review(ROOT / "data")
SIZES = group_sizes(REVIEW.studies)
ALPHA = 0.05
STATES = 300

# Sets the address and gives back, once the page has followed, its numbers and its verdicts.
FOLLOW = """async hash => {
  const before = location.hash;
  const followed = new Promise(resolve => addEventListener('hashchange', resolve, { once: true }));
  location.hash = hash;
  if (location.hash !== before) await followed;
  const told = text => text === '' ? null : Number(text);
  return {
    numbers: Object.fromEntries([...document.querySelectorAll('#what-if [data-of=now]')]
      .map(cell => [cell.dataset.name, told(cell.dataset.value)])),
    holds: Object.fromEntries([...document.querySelectorAll('.what-if-conclusions li')]
      .map(item => [item.dataset.id, JSON.parse(item.dataset.holds)])),
  };
}"""


@pytest.fixture
def opened(visit, site):
    """The page of the experiment."""
    return visit((site / "chapters" / "17-what-if.html").as_uri())


def state(draw: random.Random) -> dict:
    """A choice of trials and methods, with up to two trials of the reader's own."""
    outcome = draw.choice(list(DATA["outcomes"]))
    studies = [trial[0] for trial in DATA["outcomes"][outcome]["trials"]]
    variable = draw.choice(list(DATA["groups"]))
    category = draw.choice(list(DATA["groups"][variable]["categories"]))
    return {
        "outcome": outcome,
        "method": draw.choice(list(DATA["methods"])),
        "ci": draw.choice(list(DATA["intervals"])),
        "correction": draw.choice(list(DATA["corrections"])),
        "only": draw.choice(["", "", f"{variable}:{category}"]),
        "without": draw.sample(studies, draw.choice([0, 0, 1, 3, len(studies) // 2])),
        "own": [
            [f"Own {i}", draw.gauss(0.5, 1), draw.uniform(0.01, 0.5), draw.choice([None, 12, 80])]
            for i in range(draw.choice([0, 0, 1, 2]))
        ],
    }


def address(chosen: dict) -> str:
    """The part of the address that holds the state `chosen`."""
    plain = {name: chosen[name] for name in ("outcome", "method", "ci", "correction", "only")}
    trials = [("trial", json.dumps(own if own[3] else own[:3])) for own in chosen["own"]]
    return urlencode([*plain.items(), ("without", " ".join(chosen["without"])), *trials])


def included(chosen: dict) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The studies that are in, their effects and variances, from the data files' reconstruction."""
    found = []
    for study, *_ in DATA["outcomes"][chosen["outcome"]]["trials"]:
        name = f"{chosen['outcome']}.study.{study}"
        yi, vi = (REGISTRY.get(Value, f"{name}.{s}").raw for s in ("estimate", "variance"))
        found.append((study, yi, vi, sum(SIZES[study]) if study in SIZES else None))
    if chosen["only"]:
        variable, category = chosen["only"].split(":")
        groups = REVIEW.groups
        rows = groups[(groups["variable"] == variable) & (groups["category"] == category)]
        found = [trial for trial in found if trial[0] in set(rows["study"])]
    found = [trial for trial in found if trial[0] not in chosen["without"]]
    found += [(f"own-{i + 1}", *own[1:]) for i, own in enumerate(chosen["own"])]
    if chosen["correction"] == "g":
        found = [(s, *corrected(yi, vi, n), n) for s, yi, vi, n in found]
    studies, yi, vi, _ = zip(*found, strict=True) if found else ((), (), (), ())
    return list(studies), np.array(yi), np.array(vi)


def corrected(yi: float, vi: float, n: int | None) -> tuple[float, float]:
    """Hedges' g and its variance, by J = 1 for a trial of unknown size."""
    if not n:
        return yi, vi
    half = n / 2  # J depends on the sum of the groups alone
    j = ma.effect_size("SMD", d=[1.0], n_treated=[half], n_control=[n - half]).yi[0]
    return j * yi, j**2 * vi


def expected(chosen: dict) -> dict:
    """The page's numbers by the engine."""
    _, yi, vi = included(chosen)
    if not len(yi):
        return {}
    result = ma.pool(yi, vi=vi, method=chosen["method"], ci=chosen["ci"])
    numbers = {
        name: getattr(result, name)
        for name in (
            "k",
            "estimate",
            "ci_low",
            "ci_high",
            "pvalue",
            "tau2",
            "i2",
            "q",
            "q_df",
            "q_pvalue",
        )
    }
    numbers["tau"] = result.tau2**0.5
    prediction = result.prediction_interval()
    numbers["prediction_low"], numbers["prediction_high"] = prediction.low, prediction.high
    try:
        test = ma.egger(yi, vi=vi)
        numbers["egger_estimate"], numbers["egger_pvalue"] = test.estimate, test.pvalue
    except ValueError:
        numbers["egger_estimate"] = numbers["egger_pvalue"] = float("nan")
    return numbers


def test_hundreds_of_states_have_the_numbers_of_the_engine(opened):
    draw = random.Random(20261130)
    several = 0
    for _ in range(STATES):
        chosen = state(draw)
        shown = opened.evaluate(FOLLOW, address(chosen))["numbers"]
        ours = expected(chosen)
        several += ours.get("k", 0) > 2
        for name, value in ours.items():
            if np.isnan(value):
                assert shown[name] is None, (chosen, name)
            else:
                # What is 0 to one may be rounding to the other: tau2 and I2 on the boundary, Q of one.
                assert shown[name] == pytest.approx(value, rel=1e-8, abs=1e-9), (chosen, name)
        if not ours:
            assert shown["estimate"] is None and shown["k"] is None
    assert several > STATES / 2


def judged(chosen: dict) -> dict[str, bool | None]:
    """Whether each conclusion holds, from the engine's results."""
    studies, yi, vi = included(chosen)
    k, found = len(yi), {}
    options = {"method": chosen["method"], "ci": chosen["ci"]}
    result = ma.pool(yi, vi=vi, **options) if k else None
    for rule in DATA["conclusions"]:
        if rule["outcome"] != chosen["outcome"]:
            continue
        holds: bool | None = None
        if rule["kind"] == "effect" and k:
            holds = result.pvalue < ALPHA and result.estimate > 0
        elif rule["kind"] == "size" and k:
            shown = abs(float(f"{result.estimate:.2f}"))
            word = "large" if shown >= 0.8 else "moderate" if shown >= 0.5 else "small"
            holds = shown >= 0.2 and word in rule["words"]
        elif rule["kind"] == "degree" and k > 1:
            shown = float(f"{result.i2:.0f}")
            word = "high" if shown >= 75 else "moderate" if shown >= 50 else "low"
            holds = shown >= 25 and word in rule["words"]
        elif rule["kind"] == "heterogeneous" and k > 1:
            holds = (result.q_pvalue < ALPHA) == rule["expected"]
        elif rule["kind"] == "asymmetry" and k > 2:
            try:
                test = ma.egger(yi, vi=vi)
                biased = test.pvalue < ALPHA and (not rule["expected"] or test.estimate > 0)
                holds = biased == rule["expected"]
            except ValueError:
                holds = None
        elif rule["kind"] == "groups" and k:
            members = DATA["groups"][rule["variable"]]["members"]
            own = [i for i, study in enumerate(studies) if study in members]
            labels = [members[studies[i]] for i in own]
            if len(set(labels)) > 1:
                test = ma.subgroups(yi[own], vi=vi[own], groups=labels, **options)
                holds = (test.q_between_pvalue < ALPHA) == rule["differ"]
        elif rule["kind"] == "predicted" and k > 2 and chosen["method"] != "EE":
            interval = result.prediction_interval()
            holds = (interval.low > 0 or interval.high < 0) == rule["clear"]
        elif rule["kind"] == "steady" and k > 2:
            without = ma.leave_one_out(yi, vi=vi, **options).pvalue
            holds = bool(np.all((without < ALPHA) == (result.pvalue < ALPHA)))
        found[rule["id"]] = holds
    return found


def test_the_conclusions_follow_from_the_engines_results(opened):
    draw = random.Random(7)
    turned = 0
    for _ in range(80):
        chosen = state(draw)
        shown = opened.evaluate(FOLLOW, address(chosen))["holds"]
        assert shown == judged(chosen), chosen
        usual = {
            **chosen,
            "method": DATA["outcomes"][chosen["outcome"]]["method"],
            "ci": "z",
            "correction": "d",
            "only": "",
            "without": [],
            "own": [],
        }
        turned += shown != judged(usual)
    assert turned > 20


@pytest.mark.parametrize("outcome", DATA["outcomes"])
def test_it_starts_with_the_published_analysis(opened, outcome):
    shown = opened.evaluate(FOLLOW, urlencode({"outcome": outcome}))["numbers"]
    model = "fixed" if DATA["outcomes"][outcome]["method"] == "EE" else "random"
    for name in ("k", "estimate", "ci_low", "ci_high", "pvalue"):
        assert shown[name] == pytest.approx(
            REGISTRY.get(Value, f"{outcome}.{model}.{name}").raw, rel=1e-8
        )


def test_claims_get_the_verdict_of_the_table_of_claims(opened):
    words = {True: "holds", False: "does not hold", None: "cannot be checked"}
    compared = 0
    for outcome in DATA["outcomes"]:
        shown = opened.evaluate(FOLLOW, urlencode({"outcome": outcome}))["holds"]
        for rule, holds in shown.items():
            name = f"claims.{rule}.verdict"
            if rule in set(REVIEW.claims["id"]):
                verdict = REGISTRY.get(Phrase, name).text
                assert verdict in (words[holds], "depends on convention"), rule
                compared += verdict == words[holds]
    assert compared >= 7


def test_a_reader_ticks_chooses_and_adds_and_the_address_tells_all(opened, visit):
    opened.get_by_label("Isasi").uncheck()
    opened.get_by_label("Model").select_option("REML")
    opened.get_by_label("Interval").select_option("hksj")
    opened.get_by_text("Add a trial of your own").click()
    hostile = "<img src=x onerror=alert(1)> & Co"
    opened.get_by_label("Name").fill(hostile)
    opened.get_by_label("What it reports").select_option("arms")
    for label, text in (
        ("Mean, psychotherapy", "10"), ("Standard deviation, psychotherapy", "4,0"),
        ("Participants, psychotherapy", "30"), ("Mean, comparison", "12.5"),
        ("Standard deviation, comparison", "5"), ("Participants, comparison", "28"),
    ):  # fmt: skip
        opened.get_by_label(label, exact=True).fill(text)
    opened.get_by_role("button", name="Add", exact=True).click()
    summary = opened.locator(".what-if-summary")
    assert summary.inner_text().startswith("18 of 19 trials: ")
    assert opened.get_by_label(hostile, exact=True).is_checked()
    # By hand: the pooled SD of 30 and 28 people with 4 and 5.
    sd = ((29 * 16 + 27 * 25) / 56) ** 0.5
    own = ["own", 2.5 / sd, 58 / (30 * 28) + (2.5 / sd) ** 2 / (2 * 58), 58]
    chosen = {
        "outcome": "symptoms",
        "method": "REML",
        "ci": "hksj",
        "correction": "d",
        "only": "",
        "without": ["isasi2010"],
        "own": [own],
    }
    cell = opened.locator("[data-name=estimate][data-of=now]")
    assert float(cell.get_attribute("data-value")) == pytest.approx(
        expected(chosen)["estimate"], rel=1e-8
    )
    again = visit(opened.url)
    assert again.locator(".what-if-summary").inner_text() == summary.inner_text()
    again.get_by_role("button", name=f"Remove {hostile}").click()
    again.get_by_role("button", name="As published").click()
    assert again.locator(".what-if-summary").inner_text().startswith("18 of 18 trials: ")
    assert "without" not in again.url


def test_another_outcome_starts_with_its_own_published_method(opened):
    for outcome in ("qol_followup", "symptoms"):
        opened.get_by_label("Outcome").select_option(outcome)
        summary = opened.locator(".what-if-summary").inner_text()
        assert "None of the" in summary and "method" not in opened.url


def test_an_own_trial_that_is_out_stays_out_when_another_is_removed(opened):
    trials = [["A", 0.1, 0.1], ["B", 0.2, 0.1], ["C", 0.3, 0.1]]
    query = [("outcome", "symptoms"), ("without", "own-2 own-3")]
    opened.evaluate(FOLLOW, urlencode([*query, *(("trial", json.dumps(t)) for t in trials)]))
    opened.get_by_role("button", name="Remove A").click()
    assert opened.locator(".what-if-summary").inner_text().startswith("18 of 20 trials")
    opened.get_by_label("B", exact=True).check()
    opened.get_by_role("button", name="Remove B").click()
    assert opened.locator(".what-if-summary").inner_text().startswith("18 of 19 trials")
    assert not opened.get_by_label("C", exact=True).is_checked()


@pytest.mark.parametrize(
    ("label", "text", "says"),
    [
        ("Standard error", "0", "above nought"),
        ("Standard error", "much", "numbers"),
        ("Standard error", "1e9", "reach"),
    ],
)
def test_an_own_trial_that_cannot_be_is_refused_in_words(opened, label, text, says):
    opened.get_by_text("Add a trial of your own").click()
    opened.get_by_label("Name").fill("Own")
    opened.get_by_label("Effect, above nought").fill("0.5")
    opened.get_by_label(label, exact=True).fill(text)
    opened.get_by_role("button", name="Add", exact=True).click()
    assert says in opened.get_by_role("alert").inner_text()
    assert opened.locator(".what-if-summary").inner_text().startswith("18 of 18 trials: ")


@pytest.mark.parametrize(
    "hash",
    [
        "outcome=no",
        "outcome=symptoms&method=XX&only=a:b&without=nobody&trial=[1,2]",
        "outcome=__proto__&trial={",
        "outcome=symptoms&trial=" + quote('["x",1e99,-3]'),
    ],
)  # fmt: skip
def test_an_address_of_nonsense_is_the_published_analysis(opened, hash):
    shown = opened.evaluate(FOLLOW, hash)["numbers"]
    usual = REGISTRY.get(Value, "symptoms.random.estimate").raw
    assert shown["estimate"] == pytest.approx(usual, rel=1e-8)


def test_without_any_trial_the_page_says_so(opened):
    opened.get_by_role("button", name="No trials").click()
    assert opened.locator(".what-if-summary").inner_text().startswith("No trial is left")
    opened.get_by_role("button", name="All trials").click()
    assert opened.locator(".what-if-summary").inner_text().startswith("18 of 18")


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_never_wider_than_the_screen(visit, site, width, scheme):
    # Served, since axe reads the style sheets, which a browser does not let it do from a disk.
    with served(site) as address:
        page = visit(
            f"{address}/chapters/17-what-if.html#outcome=symptoms&without=isasi2010&method=REML",
            viewport={"width": width, "height": 800}, color_scheme=scheme,
        )  # fmt: skip
        assert page.locator(".what-if-changed").count() > 0
        page.get_by_text("Add a trial of your own").click()
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_five_hundred_trials_are_smooth(opened):
    """Counted, not timed: one choice draws once, however many events ask for it."""
    trials = "&".join("trial=" + quote(json.dumps([f"T{i}", i / 500, 0.05])) for i in range(500))
    shown = opened.evaluate(FOLLOW, f"outcome=symptoms&{trials}")["numbers"]
    assert shown["k"] == 518
    drawn = opened.evaluate(
        """async () => {
          let count = 0;
          new MutationObserver(() => { count += 1; }).observe(
            document.querySelector('.what-if-results tbody'), { childList: true });
          const boxes = [...document.querySelectorAll('.what-if-forest tbody input')];
          for (const box of boxes.slice(0, 100)) box.click();
          await new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve)));
          return [count, document.querySelector('.what-if-summary').textContent];
        }"""
    )
    assert drawn[0] == 1 and drawn[1].startswith("418 of 518")


def test_every_grouping_of_the_paper_can_be_chosen(opened):
    labels = opened.eval_on_selector_all("[name=only] optgroup", "all => all.map(g => g.label)")
    assert labels == [variable.label for variable in VARIABLES.values()]
