"""What new data changed: the main results beside those of the build before."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

from ..display.numbers import count
from ..display.registry import Registry
from ..display.sentence import listed
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from .files import copy, copy_or_remove
from .keys import column_keys
from .roles import MODERATOR, SUBGROUP
from .settings import read_settings, settings_path
from .source import Line, Source, read_source
from .trials import Data
from .wording import ALPHA

BEFORE = Path("before")  # in a project: values and data of the build before
VALUES, TRIALS_BEFORE = BEFORE / "values.json", BEFORE / "trials.csv"
NAME = BEFORE / "name.txt"  # what the file of trials was called
MOST = 12  # studies that a sentence names
# The tests beside the pooled effect: of the funnel, of a moderator of numbers, of one of words.
TEST = re.compile(
    r"(?P<outcome>.+?)\.(?:egger\.pvalue|regression\.(?P<slope>[^.]+)\.pvalue|reml\.(?P<groups>[^.]+)\.f_pvalue)"
)
SHOWN = {
    "k": "Studies", "reml.estimate": "Pooled effect", "reml.ci_low": "Lower confidence limit",
    "reml.ci_high": "Upper confidence limit", "reml.pvalue": "p", "reml.tau": "τ", "reml.i2": "I², %",
    "reml.prediction_low": "Lower prediction limit", "reml.prediction_high": "Upper prediction limit",
    "egger.pvalue": "p of Egger’s test",
}  # fmt: skip
COLUMNS = (
    Column("what", "Main analysis"),
    Column("before", "Before", "right"),
    Column("now", "Now", "right"),
)


def keep(root: Path, data: Path) -> None:
    """Keep what was built in `root` before, where the file at `data` is another of the same name."""
    name = root / NAME
    if not name.is_file() or name.read_text(encoding="utf-8") != data.name:
        for file in (VALUES, TRIALS_BEFORE, settings_path(TRIALS_BEFORE)):
            (root / file).unlink(missing_ok=True)
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text(data.name, encoding="utf-8")
        return
    values, trials = root / "_site/values.json", root / "data/trials.csv"
    if values.is_file() and trials.is_file() and trials.read_bytes() != data.read_bytes():
        copy(values, root / VALUES)
        copy(trials, root / TRIALS_BEFORE)
        copy_or_remove(settings_path(trials), settings_path(root / TRIALS_BEFORE))


def add_changed(registry: Registry, data: Data, root: Path) -> None:
    """Register what changed since the build that `root` keeps, if it keeps one."""
    if not (root / VALUES).is_file():
        return
    before = json.loads((root / VALUES).read_text(encoding="utf-8"))["values"]
    rows, turned = [], []
    for outcome in data.outcomes:
        for name, label in SHOWN.items():
            now = registry.get(Value, f"{outcome.key}.{name}")
            cells = {"what": label, "before": _old(registry, before, now), "now": now}
            rows.append(Row(cells, group=outcome.name))
        if _turned(
            before.get(f"{outcome.key}.reml.pvalue"), registry, f"{outcome.key}.reml.pvalue"
        ):
            turned.append(outcome.name)
    registry.add("changed", Table("changed", COLUMNS, tuple(rows)))
    names = [f"{outcome.key}.reml.pvalue" for outcome in data.outcomes]
    words = f"Whether the pooled effect is significant has changed: {listed(turned)}."
    told = words if turned else "No pooled effect became significant, and none ceased to be."
    registry.phrase("changed.told", told, tuple(names))
    _add_tests(registry, data, before)
    _add_studies(registry, data, root)


def _old(registry: Registry, before: dict, now: Value) -> Value:
    """The value `now` as it was before; absent where there was none."""
    old = before.get(now.id, {"raw": None, "text": "—"})
    text = old["text"]
    return registry.value(f"before.{now.id}", old["raw"], lambda _: text, f"before: {now.source}")


def _add_tests(registry: Registry, data: Data, before: dict) -> None:
    """Register which of the tests beside the pooled effect found something only now, or only before."""
    of = {outcome.key for outcome in data.outcomes}
    now = {value.id: value.raw for value in registry.all(Value)}
    now = {name: p for name, p in now.items() if (test := TEST.fullmatch(name)) and test[1] in of}
    old = {name: value["raw"] for name, value in before.items() if not name.startswith("before.")}
    sentences = [
        f"{words}: {listed(tests)}."
        for words, tests in (
            ("Significant now and not before", _found(data, now, old)),
            ("Significant before and no longer", _found(data, old, now)),
        )
        if tests
    ]
    registry.phrase("changed.tests", " ".join(sentences), tuple(now))


def _found(data: Data, ones: dict[str, float | None], others: dict[str, float | None]) -> list[str]:
    """Which tests are significant by their p-values in `ones` and not in `others`, in words."""
    slopes = _labels(data, [*data.columns.of("year"), *data.columns.of(MODERATOR)])
    divided = _labels(data, data.columns.of(SUBGROUP))
    outcomes = {outcome.key: outcome.name for outcome in data.outcomes}
    found = []
    for name, p in ones.items():
        test, other = TEST.fullmatch(name), others.get(name)
        if test and p is not None and p < ALPHA and (other is None or other >= ALPHA):
            outcome, slope, groups = test.groups()
            words = "Egger’s test"
            if slope:
                words = f"the slope on {slopes.get(slope, slope)}"
            elif groups:
                words = f"the difference by {divided.get(groups, groups)}"
            several = len(outcomes) > 1
            found.append(f"{words} ({outcomes.get(outcome, outcome)})" if several else words)
    return found


def _labels(data: Data, columns: list[str]) -> dict[str, str]:
    """What the `columns` are called, by their keys."""
    return {key: data.label(column) for column, key in column_keys(columns).items()}


def _turned(old: dict | None, registry: Registry, name: str) -> bool:
    new = registry.get(Value, name).raw
    if not old or old["raw"] is None or new is None:
        return False
    return (old["raw"] < ALPHA) != (new < ALPHA)


def _add_studies(registry: Registry, data: Data, root: Path) -> None:
    """Register which rows are new, gone or changed: changed are those of a study in both files."""
    path = root / TRIALS_BEFORE
    told = read_settings(path)
    before = _rows(read_source(path, told.delimiter, told.decimal, told.encoding))
    now = _rows(data.source)
    study = data.columns.one("study")
    new, gone = (
        Counter(row.cells.get(study, "") for key, row in ones.items() if key not in others)
        for ones, others in ((now, before), (before, now))
    )
    _tell_rows(registry, "added", new - gone, "new")
    _tell_rows(registry, "altered", new & gone, "changed")
    _tell_rows(registry, "gone", gone - new, "gone")


def _tell_rows(registry: Registry, name: str, studies: Counter, what: str) -> None:
    """Register how many rows are `what`, and of which `studies`, each with the number of its rows."""
    n = studies.total()
    value = registry.value(f"changed.{name}", n, count, f"rows that are {what}")
    named = [name for name in studies if name]
    shown = [*named[:MOST], *(["more"] if len(named) > MOST else [])]
    words = f" row{'s' * (n != 1)} of the file {'is' if n == 1 else 'are'} {what}"
    of = f" ({listed(shown)})" if shown else ""
    registry.add(f"changed.{name}.told", Phrase.of(f"changed.{name}.told", value, words + of))


def _rows(source: Source) -> dict[frozenset, Line]:
    """The rows of `source` by what they say, whatever the order of columns and the decimal sign."""
    return {
        frozenset((c, _read(source, text)) for c, text in row.cells.items()): row
        for row in source.rows
    }


def _read(source: Source, text: str) -> float | str:
    number = source.number(text)
    return text if number is None else number
