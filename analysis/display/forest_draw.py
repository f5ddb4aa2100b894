"""The drawing of a forest plot, from its head to the notes below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt

from . import forest_risk
from .figure import INK, MUTED, RULE, new_canvas, render_svg
from .forest_layout import Layout, Line, place
from .forest_parts import ForestRow, Group, Limits, Summary, Words
from .forest_sheet import LEADING, ROW, SMALL, Sheet
from .numbers import NBSP, is_absent
from .scale import Axis, finite
from .typeface import wrapped

INDENT = 0.1  # of rows under a heading, and of the prediction interval
SQUARE, SQUARE_LEAST = 0.13, 0.035  # side of the heaviest study's square, and of any
DASHES = (0, (4, 3))
END_GAP = 0.08  # between the line of no effect and what the ends of the axis mean


def draw(
    groups: Sequence[Group],
    summaries: Sequence[Summary],
    words: Words,
    layout: Layout,
    effects: Axis,
    null: float | None,
) -> str:
    """Return the SVG of `groups` and `summaries` over the axis `effects`, with a line at `null`."""
    lines = list(_lines(groups, summaries, words, layout))
    columns = place(layout, lines, len(words.extra), len(words.risk))
    with new_canvas(1, 1) as canvas:
        sheet = Sheet(canvas, columns, layout, effects)
        middle = summaries[-1].estimate if summaries and layout.overall_line else None

        def uprights(top: float) -> None:
            sheet.upright(null, top, color=RULE)
            sheet.upright(middle, top, color=MUTED, linestyle=DASHES)

        if layout.ends_above:
            _ends(sheet, words, null)
        forest_risk.letters(sheet, sheet.line(_headings(words, layout)), words.risk)
        sheet.rule()
        heaviest = max((row.weight or 0 for g in groups for row in g.rows), default=0)
        first = 1
        for n, group in enumerate(groups, 1):
            if group.label:
                sheet.note(group.label, color=INK, weight="bold")
            top = sheet.y
            for number, row in enumerate(group.rows, first):
                _row(sheet, row, number, heaviest, bool(group.label))
            for t, total in enumerate(group.totals, 1):
                _summary(sheet, total, f"total-{n}-{t}", words)
            uprights(top)
            for note in group.notes:
                sheet.note(note, INDENT)
            sheet.y += 0.3 * ROW if group.label else 0
            first += len(group.rows)
        if summaries:
            sheet.rule()
        top = sheet.y
        for n, summary in enumerate(summaries, 1):
            _summary(sheet, summary, f"summary-{n}", words)
        uprights(top)
        sheet.ticks()
        if not layout.ends_above:
            _ends(sheet, words, null)
        for note in words.notes:
            sheet.note(note)
        if words.risk:
            forest_risk.legend(sheet, groups, words.risk)
        sheet.finish()
        return render_svg(canvas)


def _lines(
    groups: Sequence[Group], summaries: Sequence[Summary], words: Words, layout: Layout
) -> Iterator[Line]:
    """Every line whose texts stand in columns, the headings first."""
    yield _headings(words, layout)
    for group in groups:
        for row in group.rows:
            yield _row_line(row, layout, bool(group.label))
    for summary in (*(total for group in groups for total in group.totals), *summaries):
        yield _summary_line(summary, layout)
        if summary.prediction is not None:
            yield _prediction_line(summary.prediction, words, layout)


def _headings(words: Words, layout: Layout) -> Line:
    effect = layout.effect_heading.format(measure=words.measure, interval=words.interval)
    texts = {"estimate": words.measure, "interval": words.interval, "weight": words.weight}
    return Line(words.study, {**_extra(words.extra), **texts, "effect": effect}, bold=True)


def _row_line(row: ForestRow, layout: Layout, grouped: bool) -> Line:
    texts = _texts(row.estimate_text, row.limits, layout)
    texts |= {"weight": row.weight_text, **_extra(row.extra)}
    return Line(row.label, texts, indent=INDENT if grouped else 0.0)


def _summary_line(summary: Summary, layout: Layout) -> Line:
    texts = _texts(summary.estimate_text, summary.limits, layout)
    return Line(summary.heading, {**texts, "weight": summary.weight_text}, bold=True)


def _prediction_line(prediction: Limits, words: Words, layout: Layout) -> Line:
    return Line(words.prediction, _texts("", prediction, layout), indent=INDENT)


def _texts(estimate: str, limits: Limits, layout: Layout) -> dict[str, str]:
    interval = layout.interval.format(low=limits.low_text, high=limits.high_text)
    return {
        "estimate": estimate,
        "interval": interval,
        "effect": f"{estimate} {interval}" if estimate else interval,
    }


def _extra(texts: Sequence[str]) -> dict[str, str]:
    return {f"extra{n}": text for n, text in enumerate(texts)}


def _row(sheet: Sheet, row: ForestRow, number: int, heaviest: float, grouped: bool) -> None:
    y = sheet.line(_row_line(row, sheet.layout, grouped))
    forest_risk.symbols(sheet, y, row.risk, number)
    if not finite(row.estimate):
        return
    limits = row.limits.low, row.limits.high
    if row.pooled and all(map(finite, limits)):
        sheet.diamond(y, row.estimate, row.limits, f"study-{number}")
        return
    # By area: the eye compares areas, and a square of the weight itself would belittle the light.
    side = SQUARE * sqrt((row.weight or 0) / heaviest) if heaviest else SQUARE / 2
    sheet.square(y, row.estimate, max(side, SQUARE_LEAST), f"study-{number}")
    if not any(map(is_absent, limits)):
        sheet.whisker(y, row.limits, f"interval-{number}")


def _summary(sheet: Sheet, summary: Summary, gid: str, words: Words) -> None:
    y = sheet.line(_summary_line(summary, sheet.layout))
    if all(map(finite, (summary.estimate, summary.limits.low, summary.limits.high))):
        sheet.diamond(y, summary.estimate, summary.limits, gid)
    if summary.prediction is not None:
        y = sheet.line(_prediction_line(summary.prediction, words, sheet.layout))
        if not any(map(is_absent, (summary.prediction.low, summary.prediction.high))):
            sheet.bar(y, summary.prediction, f"prediction-{gid}")


def _ends(sheet: Sheet, words: Words, null: float | None) -> None:
    """Write what the ends of the axis mean, to both sides of no effect."""
    if null is None or not (words.favours_low or words.favours_high):
        return
    x = sheet.x(null)
    rows = 1
    # The arrow does not part from its last word, nor stand where there is none.
    for text, edge, room, side in (
        (words.favours_low and f"←{NBSP}{words.favours_low}", x - END_GAP, x - END_GAP, "right"),
        (
            words.favours_high and f"{words.favours_high}{NBSP}→",
            x + END_GAP,
            sheet.width - x - END_GAP,
            "left",
        ),
    ):
        lines = wrapped(text, room, size=SMALL)
        for n, part in enumerate(lines):
            sheet.text(edge, sheet.y + ROW / 2 + n * LEADING, part, SMALL, ha=side)
        rows = max(rows, len(lines))
    sheet.y += ROW + (rows - 1) * LEADING
