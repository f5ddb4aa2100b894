"""From a trial's name in the table of trials, or below a forest plot, to the section on it."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from analysis.display.sections import Sections, place
from analysis.manuscript import REGISTRY

from conftest import ROOT
from edited import ROWS
from rendered import pages, soup

TRIALS = "18-trials.html"
FORESTS = {
    "05-symptoms.html#fig-forest": "symptoms",
    "10-completers.html#fig-completers": "symptoms_completers",
    "11-follow-up.html#fig-followup": "symptoms_followup",
    "12-quality-of-life.html#fig-qol": "qol",
    "12-quality-of-life.html#fig-qol-followup": "qol_followup",
}
NAMES = {s.key: s.title for s in REGISTRY.get(Sections, "trials").sections}


def led(links) -> dict[str, str]:
    """Where `links` lead, by what they say."""
    return {link.get_text(): unquote(link["href"]) for link in links}


def targets(studies) -> dict[str, str]:
    return {NAMES[study]: f"{TRIALS}#{place(study)}" for study in studies}


def test_every_trial_has_a_section_in_the_contents_with_all_that_is_known(site):
    page = soup(site / "chapters" / TRIALS)
    for study, name in NAMES.items():
        section = page.find("section", id=place(study))
        assert section.h2.get_text() == name
        shown = {value["data-id"] for value in section.select(".value")}
        known = {row[0] for row in ROWS if row[1] == study}
        assert {f"{outcome}.study.{study}.estimate" for outcome in known} <= shown
        assert f"studies.{study}.n_treatment" in shown
        assert page.select_one(f'#TOC a[href="#{place(study)}"]')


def test_names_in_the_table_of_trials_lead_to_their_sections(site):
    page = soup(site / "chapters" / "04-characteristics.html")
    assert led(page.select("#tbl-studies tbody th a")) == targets(NAMES)


@pytest.mark.parametrize("forest", FORESTS)
def test_names_below_a_forest_plot_are_its_rows_and_lead_to_their_sections(site, forest):
    name, _, anchor = forest.partition("#")
    figure = soup(site / "chapters" / name).find(id=anchor)
    studies = [row[1] for row in ROWS if row[0] == FORESTS[forest]]
    assert led(figure.select(".figure-links a")) == targets(studies)
    assert figure.select_one(".figure-links").find_previous("img")["src"].endswith("forest.svg")


def test_no_other_page_has_a_list_that_leads_nowhere(site):
    for page in pages(site):
        for links in soup(page).select(".figure-links"):
            assert links.select("a[href]"), page.name


def test_a_row_can_be_followed(visit, site):
    page = visit((site / "chapters" / "05-symptoms.html").as_uri())
    page.locator(".figure-links a", has_text="Isasi").click()
    page.wait_for_url(f"**/{TRIALS}#{place('isasi2010')}")
    assert page.locator(f"#{place('isasi2010')} h2").bounding_box()["y"] < 200


def test_the_order_of_names_is_that_of_the_data():
    first = (ROOT / "data/studies.csv").read_text(encoding="utf-8").split("\n")[1]
    assert next(iter(NAMES)) == first.partition(",")[0]
