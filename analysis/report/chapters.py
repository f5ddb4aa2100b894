"""The chapters of a report: templates filled with the names of its outcomes, columns and sections.

A template holds `{{word}}` for what differs from report to report. Names come out of the file and are
escaped; numbers are never filled in: the chapters ask for them when they are built.
"""

from __future__ import annotations

import re

from ..display.escape import escape_markdown
from .assets import TEMPLATES
from .counts import of_counts
from .keys import column_keys
from .measures import CORRELATIONS, DIFFERENCES, RATIOS, RAW, Measure
from .moderators import are_enough
from .roles import MODERATOR, SUBGROUP
from .single import is_single
from .trials import Data, Outcome

# What a caption says of the axis of effects as they are shown, and of that of the analysis.
SCALES = {
    DIFFERENCES: ("", ""),
    RATIOS: (" Ratios stand on a logarithmic axis.",) * 2,
    CORRELATIONS: (
        " Correlations, transformed back from Fisher’s z, on which they were pooled.",
        " Effects are Fisher’s z, on which they were analysed, and not correlations.",
    ),
}
# Whose variance Mantel and Haenszel's summary of each measure has.
ERRORS = {"OR": "@robins1986", "RR": "@greenland1985", "RD": "@sato1989"}
MOST_IN_TEXT = 4  # columns of numbers from the file for which the text is broad enough
FIELD = re.compile(r"\{\{(\w+)\}\}")


def fill(name: str, **fields: str) -> str:
    """Return the template `name` with its `fields` filled in, each of which it must use."""
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    filled = FIELD.sub(lambda found: fields[found[1]], text)
    return re.sub(r"\n{3,}", "\n\n", filled).strip() + "\n"


def chapters(data: Data, published: bool = False, changed: bool = False) -> dict[str, str]:
    """Return the chapters of the report on `data` by the path of each, in the order of the book.

    With a ledger where numbers of the same data were `published`, and with what new data `changed`.
    """
    outcomes = data.outcomes
    found = {
        "index.qmd": _index(data),
        "chapters/01-data.qmd": fill("data.qmd"),
        "chapters/02-methods.qmd": _methods(data),
    }
    for number, outcome in enumerate(outcomes, 3):
        found[f"chapters/{number:02}-{_id(outcome)}.qmd"] = _outcome(data, outcome)
    several = not all(map(is_single, outcomes))
    after = [
        *(["what-if"] if several else []),
        *(["ledger"] if published else []),
        *(["changed"] if changed else []),
    ]
    for number, name in enumerate(after, len(outcomes) + 3):
        found[f"chapters/{number:02}-{name}.qmd"] = fill(f"{name}.qmd")
    found["chapters/99-references.qmd"] = fill("references.qmd")
    return found


def _id(outcome: Outcome) -> str:
    return outcome.key.replace("_", "-")


def _index(data: Data) -> str:
    results = [_result(outcome) for outcome in data.outcomes]
    question = escape_markdown(data.settings.question)
    if len(results) > 1:
        results.append(fill("index-together.qmd"))
    return fill("index.qmd", question=question, results="\n".join(results))


def _result(outcome: Outcome) -> str:
    names = {"key": outcome.key, "id": _id(outcome)}
    own = "single" if is_single(outcome) else "outcome"
    several = " " + fill(f"{own}-dependent.qmd", **names).strip() if outcome.dependent else ""
    label = escape_markdown(outcome.name)
    return fill(f"index-{own}.qmd", **names, label=label, dependent=several)


def _methods(data: Data) -> str:
    measure = data.columns.measure
    analyses = []
    if any(o.dependent for o in data.outcomes):
        analyses.append(fill("methods-dependent.qmd"))
    if data.columns.of(SUBGROUP):
        analyses.append(fill("methods-subgroups.qmd"))
    if _numeric(data):
        year = fill("methods-year.qmd").strip() if data.columns.of("year") else ""
        analyses.append(fill("methods-moderators.qmd", year=year))
    bias = ""
    if measure.kind == RATIOS or measure.key == "SMD":
        bias = " " + fill(f"bias-{'ratio' if measure.kind == RATIOS else 'smd'}.qmd").strip()
    form = data.columns.form
    summary = ""
    if any(of_counts(outcome, form) for outcome in data.outcomes):
        source = ERRORS[measure.key]
        summary = " " + fill("mantel-haenszel.qmd", error=source).strip()
    effects = [f"effects-{_effects(measure, form)}.qmd", *_variance(measure, form)]
    return fill(
        "methods.qmd", effects=" ".join(fill(name).strip() for name in effects),
        analyses="\n".join(analyses), bias=bias, summary=summary,
    )  # fmt: skip


def _effects(measure: Measure, form: tuple[str, ...]) -> str:
    """The template that tells how effects of this `measure` come about."""
    counts = any(role.startswith("events_") for role in form)
    if measure.kind == RATIOS:
        return "events" if counts else "ratio"
    if measure.kind == CORRELATIONS:
        return "correlation"
    if measure.key in ("SMD", "MD") and form in RAW:
        return "means" if measure.key == "SMD" else "md"
    return "rd" if counts else "effect"


def _variance(measure: Measure, form: tuple[str, ...]) -> list[str]:
    """The template, if any, that tells how the variances of effects from `form` come about."""
    if form in RAW:
        return [f"variance-{measure.key}.qmd"]
    return ["variance-interval.qmd"] if "ci_low" in form else []


def _numeric(data: Data) -> list[str]:
    return [*data.columns.of("year"), *data.columns.of(MODERATOR)]


def _outcome(data: Data, outcome: Outcome) -> str:
    names = {"key": outcome.key, "id": _id(outcome)}
    tables = of_counts(outcome, data.columns.form)
    counts = fill("outcome-counts.qmd", **names) if tables else ""
    if is_single(outcome):
        several = fill("single-dependent.qmd", **names) if outcome.dependent else ""
        label = escape_markdown(outcome.name)
        return fill("outcome-single.qmd", **names, label=label, dependent=several, counts=counts)
    averaged = " " + fill("outcome-averaged.qmd").strip() if outcome.dependent else ""
    studies = fill("outcome-studies.qmd", **names, averaged=averaged)
    if len(data.columns.form) > MOST_IN_TEXT:
        studies = f":::: {{.wide}}\n\n{studies}\n::::\n"
    pooled, analysed = SCALES[outcome.measure.kind]
    dated = any(t.year is not None for t in outcome.trials)
    categories = any(
        len({t.groups[c] for t in outcome.trials if c in t.groups}) > 1
        for c in data.columns.of(SUBGROUP)
    )
    return fill(
        "outcome.qmd", **names, label=escape_markdown(outcome.name),
        dependent=fill("outcome-dependent.qmd", **names) if outcome.dependent else "",
        averaged=averaged, studies=studies,
        levels=fill("outcome-levels.qmd", **names) if outcome.dependent else "",
        counts=counts,
        subgroups=fill("outcome-subgroups.qmd", **names) if categories else "",
        moderators=_moderators(data, outcome, names | {"analysed": analysed}),
        pooled_scale=pooled, analysed_scale=analysed,
        next=fill("outcome-next.qmd", **names),
        time=fill("outcome-time.qmd", **names) if dated else "",
    )  # fmt: skip


def _moderators(data: Data, outcome: Outcome, names: dict[str, str]) -> str:
    """The section on meta-regressions, with table and plots of moderators that enough studies have."""
    plots, known = [], False
    for column, key in column_keys(_numeric(data)).items():
        xs = [t.numbers[column] for t in outcome.trials if column in t.numbers]
        known = known or bool(xs)
        if are_enough(xs):
            label = escape_markdown(data.label(column))
            more = {"moderator": key, "moderator_id": key.replace("_", "-")}
            plots.append(fill("outcome-moderator.qmd", **names, **more, moderator_label=label))
    if not known:
        return ""
    table = fill("outcome-regressions.qmd", **names) if plots else ""
    return "\n".join([fill("outcome-moderators.qmd", **names, table=table), *plots])
