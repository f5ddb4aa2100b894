"""Subgroups of the studies by every column of categories, and the tests that the groups are alike.

Recommended: one τ² for all groups and the F test of Knapp and Hartung; classic: τ² within each group
(DerSimonian–Laird) and Q between the groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ..display.figure import Figure
from ..display.forest import forest
from ..display.forest_parts import Group
from ..display.numbers import EQUALS
from ..display.table import INTERVAL, Column, Row, Table
from ..display.value import Value
from ..engine.checks import computable
from ..engine.pool import pool
from ..engine.regression import Regression, meta_regression
from ..engine.subgroups import Subgroups, subgroups
from .keys import column_keys, slug
from .pooled import CLASSIC, MODELS, RECOMMENDED, SHORT, forest_words, summary
from .roles import SUBGROUP
from .trials import Data, Trial, effects_of
from .wording import ALPHA
from .writer import Writer, plain

COLUMNS = (
    Column("category", "Category"),
    Column("k", "Studies", "right"),
    Column("estimate", "Estimate", "right"),
    *INTERVAL,
    Column("pvalue", "p", "right"),
    Column("i2", "I², %", "right"),
)

OTHERWISE = "The classic test comes to the other result, since "
KNOWN = f"{OTHERWISE}it takes the τ² of each group for known, of however few studies. "
OWN_TAU2 = f"{OTHERWISE}each group has a τ² of its own there, and one for all here. "


@dataclass(frozen=True)
class Variable:
    """A column of categories: its key, label, and its categories' trials by key and label."""

    key: str
    label: str
    members: dict[str, tuple[str, tuple[Trial, ...]]]

    @property
    def trials(self) -> list[Trial]:
        """The trials with a category, category after category."""
        return [t for _, own in self.members.values() for t in own]

    @property
    def labels(self) -> list[str]:
        """The category of each of the `trials`, as a key."""
        return [key for key, (_, own) in self.members.items() for _ in own]


def variables(writer: Writer, data: Data) -> list[Variable]:
    """The columns that divide the outcome's trials into two categories or more."""
    found = []
    for column, key in column_keys(data.columns.of(SUBGROUP)).items():
        names = sorted({t.groups[column] for t in writer.outcome.trials if column in t.groups})
        keys: set[str] = set()
        members = {
            slug(name, keys): (
                name,
                tuple(t for t in writer.outcome.trials if t.groups.get(column) == name),
            )
            for name in names
        }
        if len(members) > 1:
            found.append(Variable(key, data.label(column), members))
    return found


def add_subgroups(writer: Writer, data: Data) -> list[Variable]:
    """Register every category, the tests between them, their table and forest plot, if there are any.

    Returns the columns that divide the studies.
    """
    chosen = variables(writer, data)
    if not chosen:
        return []
    for variable in chosen:
        _add_variable(writer, variable)
    rows = tuple(row for variable in chosen for row in _rows(writer, variable))
    table = Table(f"{writer.outcome.key}-subgroups", COLUMNS, rows)
    writer.registry.add(writer.name("subgroups"), table)
    writer.tell("subgroups.told", *(part for v in chosen for part in _told(writer, v)))
    draw = partial(_forest, writer, chosen)
    writer.registry.figure(writer.name("subgroups.forest"), draw)
    return chosen


def _add_variable(writer: Writer, variable: Variable) -> None:
    _add_means(writer, variable)
    _add_f(writer, variable)
    method, _, words = MODELS[CLASSIC]
    effects, labels = effects_of(variable.trials), variable.labels
    separate = computable(subgroups, **effects, groups=labels, method=method, level=writer.level)
    _add_q(writer, variable, separate, words)


def _add_means(writer: Writer, variable: Variable) -> None:
    """Each category's mean in the model in which τ² is common, and its own heterogeneity."""
    found = _fit(writer, variable, intercept=False)
    words = f"{MODELS[RECOMMENDED][2]}, common τ²"
    for n, (key, (_, trials)) in enumerate(variable.members.items()):
        prefix, inputs = f"{RECOMMENDED}.{variable.key}.{key}", writer.trial_inputs(trials)
        row = None if found is None else found.coefficients.iloc[n]
        for name in ("estimate", "ci_low", "ci_high"):
            yi = None if row is None else float(row[name])
            meaning, limit = f"mean effect: {name}; {words}", name != "estimate"
            writer.effect(f"{prefix}.{name}", yi, meaning, inputs, limit=limit)
        p = None if row is None else float(row["pvalue"])
        writer.pvalue(f"{prefix}.pvalue", p, f"significance (p) of the mean; {words}", inputs)
        writer.count(f"{prefix}.k", len(trials), "number of studies", inputs)
        own = pool(**effects_of(trials), method=MODELS[RECOMMENDED][0]) if len(trials) > 1 else None
        meaning = "I² in per cent, within the category"
        writer.number(f"{prefix}.i2", own and own.i2, 1, meaning, inputs)


def _fit(writer: Writer, variable: Variable, intercept: bool) -> Regression | None:
    """The regression on the categories: as means or, with `intercept`, as distances from the first."""
    labels = np.array(variable.labels)
    columns = [(labels == key).astype(float) for key in variable.members]
    if intercept:
        columns[0] = np.ones(len(labels))
    if len(labels) <= len(columns):
        return None
    method, ci, _ = MODELS[RECOMMENDED]
    return computable(
        meta_regression, **effects_of(variable.trials), X=np.column_stack(columns), method=method,
        ci=ci, level=writer.level,
    )  # fmt: skip


def _add_f(writer: Writer, variable: Variable) -> None:
    """The F test that all categories have the same mean effect."""
    found = _fit(writer, variable, intercept=True)
    prefix, inputs = f"{RECOMMENDED}.{variable.key}", writer.trial_inputs(variable.trials)
    words = "test between the categories, Knapp–Hartung"
    writer.number(f"{prefix}.f", found and found.q_m, 2, f"F of the {words}", inputs)
    writer.count(f"{prefix}.f_m", found and found.q_m_df, f"upper df of the {words}", inputs)
    writer.count(f"{prefix}.f_df", found and found.df, f"lower df of the {words}", inputs)
    writer.pvalue(f"{prefix}.f_pvalue", found and found.q_m_pvalue, f"p of the {words}", inputs)


def _add_q(writer: Writer, variable: Variable, found: Subgroups | None, words: str) -> None:
    """Q between the categories, of the trials that have one."""
    prefix, inputs = f"{CLASSIC}.{variable.key}", writer.trial_inputs(variable.trials)
    meaning = f"Q between the categories; {words} within each"
    writer.number(f"{prefix}.q_between", found and found.q_between, 2, meaning, inputs)
    df = found and found.q_between_df
    writer.count(f"{prefix}.q_between_df", df, f"degrees of freedom of {meaning}", inputs)
    p = found and found.q_between_pvalue
    writer.pvalue(f"{prefix}.q_between_pvalue", p, f"significance (p) of {meaning}", inputs)


def _rows(writer: Writer, variable: Variable) -> list[Row]:
    rows = []
    for key, (label, _) in variable.members.items():
        prefix = f"{RECOMMENDED}.{variable.key}.{key}"
        cells = {"category": label}
        cells |= {column.key: writer.get(f"{prefix}.{column.key}") for column in COLUMNS[1:]}
        rows.append(Row(cells, group=variable.label))
    return rows


def _told(writer: Writer, variable: Variable) -> list[str | Value]:
    p = writer.get(f"{RECOMMENDED}.{variable.key}.f_pvalue").raw
    if p is None:
        return [f"By {variable.label} the groups cannot be compared, for lack of studies. "]
    by_q = writer.get(f"{CLASSIC}.{variable.key}.q_between_pvalue").raw
    apart = by_q is not None and (by_q < ALPHA) != (p < ALPHA)
    against = [KNOWN if by_q < ALPHA else OWN_TAU2] if apart else []
    return [f"{compared(variable, p)} (", *_tests(writer, variable), "). ", *against]


def compared(variable: Variable, p: float) -> str:
    """Whether the groups of `variable` differ, by the `p` of the recommended test."""
    word = "differ" if p < ALPHA else "do not differ clearly"
    return f"By {variable.label} the groups’ mean effects {word}"


def _tests(writer: Writer, variable: Variable) -> list[str | Value]:
    """Both tests between the categories as parts of a sentence."""
    prefix, classic = f"{RECOMMENDED}.{variable.key}", f"{CLASSIC}.{variable.key}.q_between"
    f, m, df = (writer.get(f"{prefix}.{name}") for name in ("f", "f_m", "f_df"))
    q, q_df = writer.get(classic), writer.get(f"{classic}_df")
    return [
        "F(", m, ", ", df, f"){EQUALS}", f, ", ", *writer.p(f"{prefix}.f_pvalue"),
        f"; classic, {SHORT[CLASSIC]} within each group: Q(", q_df, f"){EQUALS}", q, ", ",
        *writer.p(f"{classic}_pvalue"),
    ]  # fmt: skip


def _forest(writer: Writer, chosen: list[Variable]) -> Figure:
    groups = []
    for variable in chosen:
        prefix = f"{RECOMMENDED}.{variable.key}"
        rows = tuple(
            writer.row(label, f"{prefix}.{key}", pooled=True, extra=(str(len(own)),))
            for key, (label, own) in variable.members.items()
            if writer.get(f"{prefix}.{key}.estimate").raw is not None
        )
        groups.append(Group(rows, variable.label, notes=(plain(_tests(writer, variable)),)))
    words = forest_words(
        writer, extra=("k",), study="Category", one_row="category", rows="categories"
    )
    return forest(
        f"{writer.outcome.key}-subgroups-forest", groups, [summary(writer, RECOMMENDED)], words,
        scale=writer.outcome.measure.scale,
    )  # fmt: skip
