"""The experiment's page in the hands of a reader, in Chromium: what is chosen, added and refused."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest

from analysis.content.subgroups import VARIABLES
from analysis.display.value import Value
from analysis.manuscript import REGISTRY

from conftest import served, violations
from experiment import FOLLOW, expected


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
        ("Standard error", "0", "above 0"),
        ("Standard error", "much", "numbers"),
        ("Standard error", "1e9", "reach"),
    ],
)
def test_an_own_trial_that_cannot_be_is_refused_in_words(opened, label, text, says):
    opened.get_by_text("Add a trial of your own").click()
    opened.get_by_label("Name").fill("Own")
    opened.get_by_label("Effect, above 0").fill("0.5")
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
