"""Named checks of a publication's own arithmetic: what must hold whatever the data were.

A check that fails is a finding about the publication, not about our files, so nothing stops.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, groupby

from . import formulas, region
from .data import Finding, Review
from .printed import agrees, interval, is_number, number
from .printed_sets import printed_sets
from .reconstruct import half_planes
from .relations import AS_EFFECT

EFFECT = ("smd", "se", "variance", "ci_low", "ci_high", "z", "p")
# How published.csv calls the same numbers of a pooled effect.
POOLED = {own: name for name, own in AS_EFFECT.items()}


@dataclass(frozen=True)
class Check:
    """What a check asks, how many cases it looked at, and the findings among them."""

    name: str
    asks: str
    cases: int
    findings: tuple[Finding, ...]


def run_checks(review: Review) -> tuple[Check, ...]:
    """Run every check on `review`."""
    return (
        _check(
            "rows", "a printed effect, its error, limits, z and p belong together", _rows(review)
        ),
        _check(
            "pooled", "a pooled effect, its error, limits, z and p belong together", _pooled(review)
        ),
        _check(
            "heterogeneity",
            "I² and p belong to Q and its degrees of freedom, also between categories",
            _q(review),
        ),
        _check("categories", "the categories of a variable hold all trials", _categories(review)),
        _check("arms", "the groups of the trials add up to the printed totals", _arms(review)),
        _check("flow", "the study flow adds up", _flow(review)),
    )


# A case is what a check looked at: None, or what it found.
Cases = list[Finding | None]


def _check(name: str, asks: str, cases: Cases) -> Check:
    return Check(name, asks, len(cases), tuple(case for case in cases if case))


def _rows(review: Review) -> Cases:
    return [
        _impossible("data/effects.csv", line, row["outcome"] + ", " + row["study"], row.to_dict())
        for line, row in review.effects.iterrows()
    ]


def _pooled(review: Review) -> Cases:
    cases = []
    names = [POOLED[name] for name in EFFECT]
    for line, where, texts in _printed_together(review, names, ("estimate", "se")):
        row = {name: texts[POOLED[name]] for name in EFFECT if POOLED[name] in texts}
        row = {name: text for name, text in row.items() if is_number(text)}
        if {"smd", "se"} <= set(row):
            cases.append(_impossible("data/published.csv", line, where, row))
    return cases


def _impossible(file: str, line: int, where: str, row: dict[str, str]) -> Finding | None:
    if region.polygon(half_planes(row)):
        return None
    return Finding(file, line, None, f"{where}: {_contradiction(row)}")


def _contradiction(row: dict[str, str]) -> str:
    """Say which numbers of a `row` contradict each other: the fewest of them that do."""
    numbers = [name for name in EFFECT if name in row and is_number(row[name])]
    for size in range(2, len(numbers) + 1):
        for names in combinations(numbers, size):
            if "smd" not in names or not ("se" in names or {"ci_low", "ci_high"} <= set(names)):
                continue  # these set no bounds on an effect and its error
            if not region.polygon(half_planes({name: row[name] for name in names})):
                parts = [f"{name} {row[name]}" for name in names]
                said = f"{', '.join(parts[:-1])} and {parts[-1]}"
                return f"{said} contradict each other; no effect prints as all of them"
    return "its numbers contradict each other"


def _printed_together(
    review: Review, names: Iterable[str], needed: Collection[str]
) -> Iterator[tuple[int, str, dict[str, str]]]:
    """Yield, for each set printed in one place that has the `needed` numbers, those called `names`.

    Once each, with the line of the first of them and the place.
    """
    rows = review.published
    lines = dict(zip(rows["id"], rows.index, strict=True))
    seen = set()
    for own in printed_sets(rows.to_dict("records")):
        texts = {name: own.texts[name] for name in names if name in own.texts}
        ids = tuple(row for name in texts for row in own.ids[name])
        # A set that is read again with another number repeats what does not hang on that.
        if set(needed) <= set(texts) and ids not in seen:
            seen.add(ids)
            line = min(lines[row] for row in ids)
            yield line, rows.at[line, "where"], texts


def _q(review: Review) -> Cases:
    return [
        case
        for q, beside in (("q", ("q_pvalue", "i2")), ("q_between", ("q_between_pvalue",)))
        for printed in beside
        for names in [(q, f"{q}_df", printed)]
        for line, where, texts in _printed_together(review, names, names)
        if is_number(texts[q]) and texts[f"{q}_df"].isdecimal()
        for case in [_one_q(line, where, texts, q, printed)]
    ]


def _one_q(line: int, where: str, texts: dict[str, str], q: str, printed: str) -> Finding | None:
    """Check the p or I² `printed` beside the statistic `q`, of studies or between categories."""
    df, text = texts[f"{q}_df"], texts[printed]
    name = "i2" if printed == "i2" else "q_pvalue"
    _, derive = formulas.pooled("EE", int(df) + 1).derived[name]
    if _meet(sorted(map(derive, interval(texts[q]))), text):
        return None
    what = "I²" if name == "i2" else "p"
    said = f"Q {texts[q]} with {df} degrees of freedom does not give {what} {text}"
    return Finding("data/published.csv", line, printed, f"{where}: {said}")


def _meet(ends: list[float], text: str) -> bool:
    """Tell whether a number between the `ends` can print as `text`."""
    if any(agrees(end, text) for end in ends):
        return True
    if not is_number(text):
        return False
    low, high = interval(text)
    return ends[0] <= low and high <= ends[1]


def _categories(review: Review) -> Cases:
    """The printed k of a variable's categories add up to the trials with the outcome."""
    rows = review.published
    parts = rows["quantity"].str.extract(r"^(?P<outcome>\w+)\.fixed\.(?P<variable>\w+)\.\w+\.k$")
    # A text may repeat what the table prints; each category counts once.
    first = parts["variable"].notna() & ~rows["quantity"].duplicated()
    printed = rows.assign(**parts)[first.to_numpy()]
    cases = []
    for (outcome, variable), own in printed.groupby(["outcome", "variable"], sort=False):
        total = sum(int(text) for text in own["printed"])
        k = int((review.effects["outcome"] == outcome).sum())
        text = f"{variable}: the categories hold {total} trials, the outcome {outcome} has {k}"
        cases.append(
            None if total == k else Finding("data/published.csv", own.index[0], "printed", text)
        )
    return cases


def _arms(review: Review) -> Cases:
    cases = []
    columns = {"studies.n_treatment": ["n_treatment"], "studies.n_control": ["n_control"]}
    columns["studies.n"] = [name for own in columns.values() for name in own]
    for line, row in review.published.iterrows():
        if row["quantity"] in columns:
            cells = review.studies[columns[row["quantity"]]].to_numpy().ravel()
            total = sum(int(cell) for cell in cells if cell.isdecimal())
            text = f"{row['where']}: {row['printed']} is printed, the trials add up to {total}"
            right = agrees(total, row["printed"])
            cases.append(None if right else Finding("data/published.csv", line, "printed", text))
    return cases


def _flow(review: Review) -> Cases:
    """Every `left` is what came in less what went out; `reason`s and `part`s add up to what precedes.

    A `left` that follows another without an `out` between them must be one of its `part`s.
    """
    cases: Cases = []
    balance, parts, before = 0, [], 0
    for (kind, _), rows in groupby(review.flow.iterrows(), key=_step):
        rows = list(rows)
        line, first = rows[0]
        total = sum(int(number(row["count"])) for _, row in rows)
        label = first["label"]
        note = f" ({first['note']})" if first["note"] else ""
        if kind == "in":
            balance, parts = balance + total, []
        elif kind == "out":
            balance, parts, before = balance - total, [], total
        elif kind == "left":
            right = total in (parts or [balance])
            text = f"{label}: {total} is printed, the steps before it leave {balance}"
            cases.append(None if right else Finding("data/flow.csv", line, "count", text))
            balance, parts, before = total, [], total
        else:
            text = f"{label} and the lines after it add up to {total}, not to {before}{note}"
            cases.append(None if total == before else Finding("data/flow.csv", line, "count", text))
            if kind == "part":
                parts = [int(number(row["count"])) for _, row in rows]
    return cases


def _step(item) -> tuple[str, str]:
    """Rows of one kind that follow each other are one step, but every `left` is a step of its own."""
    row = item[1]
    return row["kind"], row["id"] if row["kind"] == "left" else ""
