"""Run everything once; give the chapters every value, phrase, table and figure by name.

    v(name)        a number           say(name)     wording that the numbers chose
    p(name)        a p-value with its relation: p = 0.027, p < 0.001
    table(name)    a table            figure(name)  a figure with computed alternative text

Whatever is not registered is an error, so that a chapter cannot show what was never computed.
"""

from __future__ import annotations

from pathlib import Path

from IPython.display import Markdown

from .content.agreement import add_agreement
from .content.outcome import add_outcome, read_outcome
from .content.sensitivity import add_sensitivity
from .content.settings import add_settings
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

# The outcome, and what the ends of its axis mean.
OUTCOMES = {"symptoms": ("Favours comparison", "Favours psychotherapy")}


def compose(data: Path = DATA) -> Registry:
    """Compute everything from the CSV files in `data`."""
    review = read_review(data)
    printed = dict(zip(review.published["quantity"], review.published["printed"], strict=True))
    registry = Registry(printed)
    add_settings(registry)
    add_trials(registry, review.studies)
    for key, ends in OUTCOMES.items():
        outcome = read_outcome(key, *ends, review.effects, review.studies)
        add_outcome(registry, outcome, tuple(review.studies["study"]))
        add_sensitivity(registry, outcome)
        add_wording(registry, outcome)
        add_agreement(registry, key)
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
