"""What depends on single studies: each left out, influence, and the studies added over time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from ..display.baujat import BaujatPoint, baujat
from ..display.figure import Figure
from ..display.forest import forest
from ..display.forest_parts import Group
from ..engine.baujat import baujat as baujat_of
from ..engine.checks import computable
from ..engine.cumulative import cumulative
from ..engine.influence import influence
from ..engine.leave_one_out import leave_one_out
from .influential import FEWEST as FEWEST_FLAGGED
from .influential import add_flagged, draw_influence
from .many import Chosen, foremost, named, spread
from .pooled import MODELS, RECOMMENDED, forest_words, summary
from .trials import Trial, effects_of
from .wording import ALPHA, significant
from .writer import Writer

FEWEST = 3  # studies, below which leaving one out leaves no pooled effect of several
METHOD, CI, WORDS = MODELS[RECOMMENDED]
BAUJAT = (
    "Heterogeneity: squared distance from the mean, over its variance",
    "Influence: squared change of the mean, over its variance",
)


def add_sensitivity(writer: Writer) -> None:
    """Register the analyses without each study, the influential ones, and their plots."""
    enough = len(writer.outcome.trials) >= FEWEST
    effects = writer.outcome.effects
    without = None
    if enough:
        without = computable(leave_one_out, **effects, method=METHOD, ci=CI, level=writer.level)
    found = computable(influence, **effects, method=METHOD) if enough else None
    judged = found is not None and len(writer.outcome.trials) >= FEWEST_FLAGGED
    trials = writer.outcome.trials if without is not None else ()
    _add_series(writer, f"{RECOMMENDED}.without", without, trials, lambda _: RECOMMENDED)
    _add_verdict(writer, without, trials)
    add_flagged(writer, found, judged)
    for name, draw in (
        ("leave_one_out", partial(_without, writer, trials)),
        ("influence", partial(draw_influence, writer, found, judged)),
        ("baujat", partial(_baujat, writer, enough)),
    ):
        writer.registry.figure(writer.name(name), draw)


def add_over_time(writer: Writer) -> None:
    """Register the pooled effect after each study that has a year, in order of time, if any has."""
    dated = sorted(
        (t for t in writer.outcome.trials if t.year is not None), key=lambda t: (t.year, t.line)
    )
    if not dated:
        return
    found = None
    if len(dated) > 1:
        found = computable(
            cumulative, **effects_of(dated), method=METHOD, ci=CI, level=writer.level
        )
    trials = tuple(dated) if found is not None else ()
    prefix = f"{RECOMMENDED}.cumulative"
    # Each is that before it with a study more, so that the inputs do not grow with the studies.
    _add_series(
        writer, prefix, found, trials, lambda i: f"{prefix}.{trials[i - 1].key}" if i else None
    )
    inputs = tuple(f"{prefix}.{t.key}.pvalue" for t in trials)
    writer.say("over_time", _settled_since(writer, trials, inputs), inputs)
    draw = partial(_series_plot, writer, "cumulative", "Adding", trials, spread(len(trials)))
    writer.registry.figure(writer.name("cumulative"), draw)


def _settled_since(writer: Writer, trials, inputs) -> str:
    """Since when the conclusion has not changed."""
    if not trials:
        return "Too few studies have a year to follow the effect over time."
    said = [(writer.get(name).raw or 0.0) < ALPHA for name in inputs]
    last = max((i for i in range(1, len(said)) if said[i] != said[i - 1]), default=0)
    word = significant(writer.get(inputs[-1]).raw)
    if not last:
        return f"The pooled effect has been {word} from the first study on."
    return f"The pooled effect has been {word} since {trials[last].name} was added."


def _add_series(
    writer: Writer,
    prefix: str,
    found,
    trials: tuple[Trial, ...],
    basis: Callable[[int], str | None],
) -> None:
    """Register each analysis of a series; `basis` names another, of a study more or less."""
    for i, trial in enumerate(trials):
        own, study = f"{prefix}.{trial.key}", writer.trial_inputs([trial])

        def inputs(name: str, i: int = i, study=study) -> tuple[str, ...]:
            return study if basis(i) is None else (f"{basis(i)}.{name}", *study)

        meaning = f"number of studies; {WORDS}"
        writer.count(f"{own}.k", found.k[i], meaning, study)
        for name, meaning in (
            ("estimate", "pooled effect"),
            ("ci_low", "lower confidence limit"),
            ("ci_high", "upper confidence limit"),
        ):
            yi = float(getattr(found, name)[i])
            limit = name != "estimate"
            writer.effect(f"{own}.{name}", yi, f"{meaning}; {WORDS}", inputs(name), limit=limit)
        p = float(found.pvalue[i])
        writer.pvalue(f"{own}.pvalue", p, f"significance (p); {WORDS}", inputs("pvalue"))


def _add_verdict(writer: Writer, found, trials: tuple[Trial, ...]) -> None:
    prefix = f"{RECOMMENDED}.without"
    for name, of in (("lowest", np.argmin), ("highest", np.argmax)):
        at = int(of(found.estimate)) if trials else None
        trial = None if at is None else trials[at]
        yi = None if at is None else float(found.estimate[at])
        inputs = (f"{prefix}.{trial.key}.estimate",) if trial else ()
        meaning = f"{name} pooled effect with a study left out; {WORDS}"
        writer.effect(f"{prefix}.{name}", yi, meaning, inputs, limit=False)
        writer.say(f"{prefix}.{name}.name", trial.name if trial else "no study", inputs)
    p = writer.get(f"{RECOMMENDED}.pvalue").raw
    inputs = (f"{RECOMMENDED}.pvalue", *(f"{prefix}.{t.key}.pvalue" for t in trials))
    turning: list[str] | None = None
    if not trials or p is None:
        verdict = "The studies are too few to leave any out."
    else:
        turning = [
            t.name for t, q in zip(trials, found.pvalue, strict=True) if (q < ALPHA) != (p < ALPHA)
        ]
        other = "not significant" if p < ALPHA else "significant"
        verdict = "No single study decides whether the pooled effect is significant."
        if turning:
            verdict = (
                "Whether the pooled effect is significant depends on single studies: it becomes "
                f"{other} when {'any of these' if len(turning) > 1 else 'this one'} alone is left out: "
                f"{named(turning)}."
            )
    writer.say(f"{prefix}.verdict", verdict, inputs)
    k = None if turning is None else len(turning)
    meaning = "analyses with a study left out in which the significance is another"
    writer.count(f"{prefix}.turning", k, meaning, inputs)


def _without(writer: Writer, trials) -> Figure:
    whole = writer.get(f"{RECOMMENDED}.estimate").raw
    left = [writer.get(f"{RECOMMENDED}.without.{trial.key}.estimate").raw for trial in trials]
    changes = [None if x is None or whole is None else abs(x - whole) for x in left]
    chosen = foremost(changes, "whose absence changes the pooled effect most")
    return _series_plot(writer, "without", "Without", trials, chosen)


def _series_plot(writer: Writer, series: str, head: str, trials, chosen: Chosen) -> Figure:
    shown = [trials[i] for i in chosen.positions]
    dated = series == "cumulative"
    rows = [
        writer.row(
            t.name, f"{RECOMMENDED}.{series}.{t.key}", pooled=True,
            extra=(f"{t.year:g}",) if dated else (),
        )
        for t in shown
    ]  # fmt: skip
    words = forest_words(
        writer, *chosen.notes, study=head, one_row="analysis", rows="analyses",
        extra=("Year",) if dated else (),
    )  # fmt: skip
    name = f"{writer.outcome.key}-{series}"
    return forest(
        name, [Group(tuple(rows))], [summary(writer, RECOMMENDED)], words,
        scale=writer.outcome.measure.scale,
    )  # fmt: skip


def _baujat(writer: Writer, enough: bool) -> Figure:
    found = computable(baujat_of, **writer.outcome.effects, method=METHOD) if enough else None
    points = [
        BaujatPoint(t.name, float(found.heterogeneity[i]), float(found.influence[i]))
        for i, t in enumerate(writer.outcome.trials if found is not None else ())
    ]
    return baujat(f"{writer.outcome.key}-baujat", points, BAUJAT)
