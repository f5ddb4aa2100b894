"""Run everything once; give the chapters every value, phrase, table and figure by name.

    v(name)        a number           say(name)     wording that the numbers chose
    p(name)        a p-value with its relation: p = 0.027, p < 0.001
    table(name)    a table            figure(name)  a figure with computed alternative text

Whatever is not registered is an error, so that a chapter cannot show what was never computed.
"""

from __future__ import annotations

from pathlib import Path

from IPython.display import Markdown

from .content.agreement import add_agreement, add_subgroup_agreement
from .content.checks import add_checks
from .content.definitions import add_definitions
from .content.memberships import add_memberships, add_random_search
from .content.outcome import add_leave_one_out, add_outcome, read_outcome
from .content.plots import add_forest, add_subgroup_forest
from .content.reconstruction import add_other_arms, add_reconstruction
from .content.sensitivity import add_sensitivity
from .content.settings import SCALES, add_settings
from .content.subgroups import add_subgroups, add_table3
from .content.trials import add_trials
from .content.wording import add_wording
from .display.figure import Figure
from .display.registry import Registry
from .display.table import Table
from .display.value import Phrase, Value
from .review.data import read_review

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
FIGURES = ROOT / "figures"

# The outcomes that the publication divides into subgroups.
DIVIDED = ("symptoms", "qol")


def compose(data: Path = DATA) -> Registry:
    """Compute everything from the CSV files in `data`."""
    review = read_review(data)
    registry = Registry(review.published.to_dict("records"))
    add_settings(registry)
    add_trials(registry, review.studies)
    add_definitions(registry, review.definitions, review.studies)
    outcomes = {key: read_outcome(key, review.effects, review.studies) for key in SCALES}
    for outcome in outcomes.values():
        add_outcome(registry, outcome)
        add_wording(registry, outcome)
        add_reconstruction(registry, outcome)
        add_agreement(registry, outcome)
        add_forest(registry, outcome)
    add_other_arms(registry, list(outcomes.values()), review.effects, review.studies)
    symptoms, qol = (outcomes[key] for key in DIVIDED)
    add_leave_one_out(registry, symptoms, tuple(review.studies["study"]))
    add_sensitivity(registry, symptoms)
    for outcome in (symptoms, qol):
        add_subgroups(registry, outcome, review.groups)
        add_subgroup_agreement(registry, outcome)
    add_table3(registry, symptoms)
    add_subgroup_forest(registry, symptoms)
    add_memberships(registry, symptoms, review.groups)
    add_random_search(registry, qol, "comparison", "tau")
    add_checks(registry, review)
    return registry


REGISTRY = compose()


def v(name: str) -> Value:
    """Return the number called `name`."""
    return REGISTRY.get(Value, name)


def p(name: str) -> Markdown:
    """Return the p-value called `name` with its relation to it."""
    value = v(name)
    relation = "" if value.text.startswith("<") else "=\u00a0"
    return Markdown(f"*p*\u00a0{relation}{value._repr_markdown_()}")


def say(name: str) -> Phrase:
    """Return the wording called `name`."""
    return REGISTRY.get(Phrase, name)


def table(name: str) -> Table:
    """Return the table called `name`."""
    return REGISTRY.get(Table, name)


def figure(name: str) -> Markdown:
    """Write the figure called `name` as SVG and return the Markdown that shows it."""
    shown = REGISTRY.get(Figure, name)
    FIGURES.mkdir(exist_ok=True)
    file = FIGURES / f"{shown.name}.svg"
    file.write_text(shown.svg, encoding="utf-8")
    return Markdown(shown.markdown(f"/{FIGURES.name}/{file.name}"))
