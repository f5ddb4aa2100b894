"""The forest plot: a row a study, in groups or not, totals, summaries, and columns of numbers.

Its parts are in `forest_parts`, its layouts in `forest_layout`. Numbers come as text that was
rounded before, so that the plot cannot show another one than the tables.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import forest_risk
from .figure import Figure
from .forest_draw import draw
from .forest_layout import PLAIN, Layout
from .forest_parts import Group, Limits, Summary, Words
from .numbers import count, is_absent
from .scale import DIFFERENCE, Axis, Scale, axis, bulk

PAST = 0.02  # of the reach of the effects: so far the axis goes on beyond no effect, at least


def forest(
    name: str,
    groups: Sequence[Group],
    summaries: Sequence[Summary],
    words: Words,
    layout: Layout = PLAIN,
    scale: Scale = DIFFERENCE,
) -> Figure:
    """Return the forest plot of `groups` and overall `summaries`, with its alternative text.

    The axis covers no effect, the summaries and the bulk of the intervals; an interval that runs
    beyond it ends in an arrow, and its numbers stand in full beside it. Each mark carries an id:
    study-1, interval-1, …, total-1-1 (group, total), summary-1, and prediction- before the latter;
    where `words` name domains of bias, risk-1-1, … (study, domain). ValueError where a judgement of
    risk is none that there is, or is missing.
    """
    forest_risk.check(groups, words.risk)
    effects = forest_axis(groups, summaries, scale)
    svg = draw(groups, summaries, words, layout, effects, scale.null)
    return Figure(name, svg, alt_text(groups, summaries, words, effects))


def forest_axis(
    groups: Sequence[Group], summaries: Sequence[Summary], scale: Scale = DIFFERENCE
) -> Axis:
    """Return the axis of the effects: past no effect, the overall summaries, the bulk of the rest.

    A prediction interval stretches it to three times that at most: from few studies it is wider
    than anything that it could be compared with.
    """
    rest = [row.limits for group in groups for row in group.rows]
    rest += [total.limits for group in groups for total in group.totals]
    shown = [*bulk(limits.low for limits in rest), *bulk(limits.high for limits in rest)]
    shown += [scale.null, *(end for s in summaries for end in (s.limits.low, s.limits.high))]
    shown = [value for value in shown if not is_absent(value)]
    if not shown:
        return axis([], scale)
    low, high = min(shown), max(shown)
    reach = high - low
    if scale.null is not None:  # a line on the frame would look like a part of it
        shown += [scale.null - PAST * reach, scale.null + PAST * reach]
    for prediction in predictions(groups, summaries):
        for end in (prediction.low, prediction.high):
            if not is_absent(end):
                shown.append(min(max(end, low - reach), high + reach))
    return axis(shown, scale)


def predictions(groups: Sequence[Group], summaries: Sequence[Summary]) -> list[Limits]:
    """Return the prediction intervals of all totals and summaries."""
    every = [*(total for group in groups for total in group.totals), *summaries]
    return [summary.prediction for summary in every if summary.prediction is not None]


def alt_text(
    groups: Sequence[Group], summaries: Sequence[Summary], words: Words, effects: Axis
) -> str:
    """Say in words what the plot of `groups` and `summaries` on the axis `effects` shows."""
    rows = [row for group in groups for row in group.rows]
    headed = [group for group in groups if group.label]
    what = f"{count(len(rows))} {words.one_row if len(rows) == 1 else words.rows}"
    if headed:
        what += f" in {count(len(headed))} {'group' if len(headed) == 1 else 'groups'}"
    parts = [f"Forest plot of {what}, {words.measure} with {words.interval}"]
    present = [row for row in rows if not is_absent(row.estimate)]
    if len(present) > 1:
        least = min(present, key=lambda row: row.estimate)
        most = max(present, key=lambda row: row.estimate)
        parts.append(
            f"Estimates run from {least.estimate_text} ({least.label}) "
            f"to {most.estimate_text} ({most.label})"
        )
    for group in headed:
        said = [_said(total) for total in group.totals]
        parts.append(f"{group.label}: {'; '.join(said)}" if said else group.label)
        parts += group.notes
    parts += [_said(summary) for summary in summaries]
    beyond = [row.label for row in rows if _runs_beyond(row.limits, effects)]
    if beyond:
        parts.append(f"Beyond the axis, ending in an arrow: {', '.join(beyond)}")
    parts += words.notes
    if words.risk:
        parts.append(forest_risk.said(groups, words.risk))
    return ". ".join(part.rstrip(".") for part in parts if part) + "."


def _said(summary: Summary) -> str:
    text = f"{summary.heading}: {summary.estimate_text} {_bracketed(summary.limits)}"
    if summary.prediction is not None:
        text += f", prediction interval {_bracketed(summary.prediction)}"
    return text


def _runs_beyond(limits: Limits, effects: Axis) -> bool:
    return any(not is_absent(x) and not effects.holds(x) for x in (limits.low, limits.high))


def _bracketed(limits: Limits) -> str:
    return f"[{limits.low_text}, {limits.high_text}]"
