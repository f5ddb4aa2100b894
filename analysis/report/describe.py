"""What the report says of its data: how every column was understood, and what was left out."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from ..display.numbers import count, number
from ..display.registry import Registry
from ..display.sentence import capitalised, listed
from ..display.table import Column, Row, Table
from ..display.value import Phrase, Value
from . import bias, influential, moderators
from .columns import HELD, SET
from .doubts import same_name, unlike_groups
from .empty import told_of_silent
from .intervals import off_centre
from .many import named
from .measures import BY_FORM
from .source import DECIMALS, DELIMITERS, is_missing
from .trials import Data
from .within import remark
from .wording import ALPHA, HIGH_I2, LOW_I2

COLUMNS = (
    Column("column", "Column"),
    Column("meaning", "Taken for"),
    Column("by", "Known by"),
    Column("example", "First row"),
    Column("missing", "Missing", "right"),
    Column("note", "Remark"),
)
CONSTANT = 0.5  # the engine’s default for counts of zero
FEWEST = (
    ("bias", bias.FEWEST, "tests of asymmetry are left out"),
    ("moderator", moderators.FEWEST, "a meta-regression is left out"),
    ("influence", influential.FEWEST, "none is flagged as influential"),
)


def add_description(registry: Registry, data: Data) -> None:
    """Register what was read and how, and what analyses ask for."""
    _add_settings(registry, data)
    _add_columns(registry, data)
    source = data.source
    rows = registry.value("data.rows", len(source.rows), count, f"rows of {source.name}")
    studies = {t.key for outcome in data.outcomes for t in outcome.everything}
    k = registry.value("data.studies", len(studies), count, "studies with numbers of any outcome")
    on = " row on " if rows.raw == 1 else " rows on "
    of = " study" if k.raw == 1 else " studies"
    registry.add("data.size", Phrase.of("data.size", rows, on, k, of))
    registry.value("data.outcomes", len(data.outcomes), count, "outcomes")
    registry.phrase("data.file", source.name, ())
    registry.phrase("data.settings", _settings_name(data), ())
    registry.phrase("data.read", _read(data), ())
    registry.phrase("data.unit", _unit(data), ())
    registry.phrase("data.better", _better(data), ())
    registry.phrase("data.same_name", same_name(data), ("data.rows",))
    registry.phrase("data.unlike", _unlike(data), ("data.rows",))
    registry.phrase("data.left_out", _left_out(data), ("data.rows",))
    registry.add("data.measure", Phrase.of("data.measure", *_measure(registry, data)))
    _add_zeros(registry, data)
    registry.phrase("data.off_centre", _off_centre(data), ())


def _add_settings(registry: Registry, data: Data) -> None:
    for name, share, meaning in (
        ("level", data.settings.level, "coverage of the intervals, per cent"),
        ("given_level", data.settings.given_level, "coverage of the file’s intervals, per cent"),
    ):
        registry.value(f"settings.{name}", round(100 * share, 6), lambda x: f"{x:g}", meaning)
    rho = data.settings.correlation
    registry.value(
        "settings.correlation",
        rho,
        lambda x: number(x, 2),
        "correlation of effects of a study, assumed",
    )
    for name, raw, meaning in (
        ("alpha", ALPHA, "significance below which a result is called significant"),
        ("constant", CONSTANT, "added to every count of a row with a count of zero"),
        ("low_i2", LOW_I2, "I² in per cent below which heterogeneity is called low"),
        ("high_i2", HIGH_I2, "I² in per cent from which on heterogeneity is called high"),
    ):
        registry.value(f"settings.{name}", raw, lambda x: f"{x:g}", meaning)
    for name, k, meaning in FEWEST:
        registry.value(f"settings.{name}.fewest", k, count, f"studies below which {meaning}")
    registry.phrase("settings.influence.rule", influential.RULE, ("settings.influence.fewest",))


def _add_columns(registry: Registry, data: Data) -> None:
    rows = []
    first = data.source.rows[0]
    # What holds of several columns is told once, below the table.
    said = Counter(each.note for each in data.columns.understood if each.note)
    several = [note for note, times in said.items() if times > 1]
    for i, each in enumerate(data.columns.understood):
        missing = sum(is_missing(row.cells[each.column]) for row in data.source.rows)
        value = registry.value(f"data.column_{i + 1}.missing", missing, count, "missing cells")
        own = "" if each.note in several else each.note
        cells = {
            "column": each.column,
            "meaning": each.meaning,
            "by": each.by,
            "example": first.cells[each.column],
            "missing": value,
            "note": "; ".join(filter(None, (own, remark(data, each.column)))),
        }
        rows.append(Row(cells))
    remarked = any(row.cells["note"] for row in rows)
    columns = COLUMNS if remarked else COLUMNS[:-1]
    notes = tuple(f"{capitalised(note)}." for note in several)
    registry.add("data.columns", Table("columns", columns, tuple(rows), notes))


def _read(data: Data) -> str:
    source = data.source
    encoding = {"cp1252": "Windows Latin"}.get(source.encoding, source.encoding.upper())
    return (
        f"encoding {encoding}, columns separated by a {DELIMITERS[source.delimiter]}, decimal "
        f"{DECIMALS[source.decimal]}"
    )


def _left_out(data: Data) -> str:
    if not data.left_out:
        return "Every row has the numbers that its effect is computed from."
    told = "; ".join(str(finding) for finding in data.left_out)
    return f"Left out were rows without any effect: {told}."


def _unlike(data: Data) -> str:
    """A warning of trials whose groups differ by more than treatments make them differ."""
    found = [f"{finding.text} (line {finding.line})" for finding in unlike_groups(data)]
    return f"The groups of a trial are usually alike, but not in {named(found)}." if found else ""


def _off_centre(data: Data) -> str:
    """A warning of rows whose effect is not where its interval has it."""
    rows = [f"{row.name} (line {row.line})" for row in off_centre(data)]
    if not rows:
        return ""
    return (
        f"The effect is not in the middle of its interval, even if rounding is allowed for, in "
        f"{listed(rows)}: effect or interval may be misprinted, or found in a way that is not "
        "symmetric. The standard error there comes from the width of the interval alone."
    )


def _measure(registry: Registry, data: Data) -> list[str | Value]:
    columns = data.columns
    measure = columns.measure
    names = listed([columns.one(role) for role in columns.form])
    how = {SET: "as set", HELD: "the usual one for these columns"}.get(
        columns.chosen, columns.chosen
    )
    said = f"The effect size is the {measure.name} ({how}), computed from {names}"
    if columns.chosen == HELD and BY_FORM[columns.form] == "EFFECT":
        said = (
            "What the file calls its effect is pooled as it is; the settings can name the measure. "
            f"It is read from {names}"
        )
    if "ci_low" not in columns.form:
        return [f"{said}."]
    return [f"{said}, intervals of ", registry.get(Value, "settings.given_level"), "%."]


def _settings_name(data: Data) -> str:
    """What the file of settings beside the data is called, or would be."""
    return Path(data.source.name).with_suffix(Path(data.settings.file).suffix or ".yml").name


def _unit(data: Data) -> str:
    """The unit of differences of means, or that the file does not tell it."""
    if data.columns.measure.key != "MD":
        return ""
    several = len(data.outcomes) > 1
    units = {outcome.name: outcome.measure.unit for outcome in data.outcomes}
    known = [f"{unit} ({name})" if several else unit for name, unit in units.items() if unit]
    lacking = [name for name, unit in units.items() if not unit]
    said = []
    if known:
        said.append(f"Its unit, as set: {listed(known)}.")
    if lacking:
        of = f" of {listed(lacking)}" if several else ""
        line = f"a line such as ‘unit: days’ in {_settings_name(data)} can."
        said.append(f"The file does not tell the unit{of}; {line}")
    return " ".join(said)


def _better(data: Data) -> str:
    """In which direction an outcome is good, as far as the settings tell, and where nothing does."""
    settings = data.settings
    several = len(data.outcomes) > 1
    known = {
        way: [o.name for o in data.outcomes if settings.of_outcome("better", o.name) == way]
        for way in ("lower", "higher")
    }
    said = [
        f"{way} is better{f' of {listed(names)}' if several else ''}"
        for way, names in known.items()
        if names
    ]
    told = f"{capitalised(listed(said))}, as set." if said else ""
    lacking = [o.name for o in data.outcomes if not settings.of_outcome("better", o.name)]
    if settings.favours or not lacking:
        return told
    of = f" of {listed(lacking)}" if several else ""
    return (
        f"{told}{' ' if told else ''}The file does not tell whether lower or higher values{of} are "
        "better, and neither does the report; a line ‘better: lower’ or ‘better: higher’ in "
        f"{_settings_name(data)} can."
    )


def _add_zeros(registry: Registry, data: Data) -> None:
    """Register what was done about counts of zero."""
    zeros = sum(t.zeros for outcome in data.outcomes for t in outcome.rows)
    k = registry.value("data.zeros", zeros, count, "pooled rows with a count of zero")
    constant = registry.get(Value, "settings.constant")
    parts = ["No row that is pooled has a count of zero, so that nothing was added to any count."]
    if zeros:
        rows = "row that is pooled has" if zeros == 1 else "rows that are pooled have"
        parts = [k, f" {rows} a count of zero; ", constant, " was added to each count there."]
    registry.add("data.zeros.told", Phrase.of("data.zeros.told", *parts))
    silent = tuple(row for outcome in data.outcomes for row in outcome.silent)
    registry.phrase("data.empty", told_of_silent(silent) if silent else "", ("data.rows",))
