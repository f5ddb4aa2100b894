"""How precise the next trial would have to be to turn the conclusion of the main analysis.

Where the pooled effect is significant, a next trial that finds no effect at all; where it is not, one
that finds exactly the pooled effect. The least precise trial that turns the conclusion is sought, up to
one much more precise than any study; in a random-effects model there may be none, since differences
between studies remain. Where τ is estimated as 0 the model of equal effects is asked then as well.
"""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np

from ..display.value import Value
from ..engine.distributions import quantile
from ..engine.pool import Pooled, pool
from .pooled import MODELS, RECOMMENDED
from .trials import Trial
from .wording import ALPHA
from .writer import Writer

METHOD, CI, WORDS = MODELS[RECOMMENDED]
REACH = 100  # how many times smaller than the smallest standard error that of the next trial may be
STEPS, HALVINGS = 120, 40
FEWEST = 2  # studies


def add_next_trial(writer: Writer) -> None:
    """Register the standard error, and where it can be told the size, of the trial that turns it."""
    trials = writer.outcome.trials
    now = _pooled(trials)
    significant = now.pvalue < ALPHA
    effect = 0.0 if significant else now.estimate
    se = _turning(trials, effect, significant) if len(trials) >= FEWEST else None
    inputs = writer.trial_inputs()
    what = "no effect" if significant else "the pooled effect"
    writer.number(
        "next.se", se, writer.places + 1,
        f"largest standard error with which a next trial that finds {what} turns the conclusion",
        inputs,
    )  # fmt: skip
    n = None if se is None else _participants(trials, se)
    meaning = "participants of such a trial, by the studies’ participants and standard errors"
    writer.count("next.participants", n, meaning, ("next.se",))
    meaning = "times that the standard error of a next trial may be smaller than any study’s"
    writer.count("next.reach", REACH, meaning)
    then = None
    if se is None and len(trials) >= FEWEST:
        then = _pooled(trials, (effect, min(t.vi for t in trials) / REACH**2))
    meaning = "standard deviation of the true effects, τ, with the most precise such trial"
    writer.number("next.tau", then and sqrt(then.tau2), writer.places, meaning, inputs)
    meaning = "weight in per cent that the most precise such trial would have"
    writer.number("next.weight", then and float(then.weights[-1]), 0, meaning, inputs)
    equal = _turning_equal(trials) if then and significant and now.tau2 == 0 else None
    meaning = "largest standard error with which a next trial that finds no effect turns it"
    writer.number("next.equal.se", equal, writer.places + 1, f"{meaning}; Equal effects", inputs)
    why = [] if then is None else _reason(writer, now)
    writer.tell("next.told", *_told(writer, significant, se, n, why))


def _pooled(trials: tuple[Trial, ...], *more: tuple[float, float]) -> Pooled:
    """The main analysis of `trials` and of `more` effects with variances."""
    yi = [*(t.yi for t in trials), *(y for y, _ in more)]
    vi = [*(t.vi for t in trials), *(v for _, v in more)]
    return pool(yi, vi=vi, method=METHOD, ci=CI)


def _reason(writer: Writer, now: Pooled) -> list[str | Value]:
    """Why not even the most precise trial turns it, by τ `now` and with that trial."""
    if now.q_pvalue < ALPHA and now.tau2 > 0:
        return [
            ": the studies differ; τ would be ", writer.get("next.tau"), ", and even that trial would "
            "get no more than ", writer.get("next.weight"), "% of the weight",
        ]  # fmt: skip
    before, after = writer.get(f"{RECOMMENDED}.tau"), writer.get("next.tau")
    limited = "and a random-effects mean gives one trial limited weight"
    if after.raw > before.raw and after.text != before.text:
        return [
            ": its disagreement would be counted as heterogeneity (τ would rise from ", before, " to ",
            after, f"), {limited}",
        ]  # fmt: skip
    return (
        [": τ, now ", before, ", would still be ", after, f", {limited}"] if after.raw > 0 else []
    )


def _turning(trials: tuple[Trial, ...], effect: float, significant: bool) -> float | None:
    """The largest standard error of a trial with this `effect` that turns the conclusion."""

    def turns(size: float) -> bool:
        return (_pooled(trials, (effect, exp(2 * size))).pvalue < ALPHA) != significant

    errors = [sqrt(t.vi) for t in trials]
    sizes = np.linspace(log(max(errors)), log(min(errors) / REACH), STEPS)
    at = next((i for i, size in enumerate(sizes) if turns(size)), None)
    if at is None:
        return None
    if at == 0:
        return float(exp(sizes[0]))
    large, small = float(sizes[at - 1]), float(sizes[at])
    for _ in range(HALVINGS):
        middle = (large + small) / 2
        large, small = (large, middle) if turns(middle) else (middle, small)
    return exp(small)


def _turning_equal(trials: tuple[Trial, ...]) -> float | None:
    """The largest standard error of a trial without effect that turns a significant equal-effects mean.

    With W the sum of the inverse variances and S that of the effects over them, a trial of the inverse
    variance w leaves z = S / sqrt(W + w), which is to be the critical value.
    """
    precision = sum(1 / t.vi for t in trials)
    effects = sum(t.yi / t.vi for t in trials)
    more = (effects / quantile(1 - ALPHA, None)) ** 2 - precision
    return 1 / sqrt(more) if more > 0 else None


def _participants(trials: tuple[Trial, ...], se: float) -> int | None:
    """How many participants a trial with this standard error has, if the studies' sizes are known."""
    shares = [t.vi * t.size for t in trials if t.size]
    return round(float(np.median(shares)) / se**2) if len(shares) == len(trials) else None


def _told(writer: Writer, significant: bool, se: float | None, n: int | None, why: list) -> list:
    if len(writer.outcome.trials) < FEWEST:
        return ["From a single study it cannot be told what a next trial would have to be."]
    now, then = (
        ("significant", "not significant") if significant else ("not significant", "significant")
    )
    what = "finds no effect at all" if significant else "finds exactly the pooled effect"
    if se is None:
        return [
            f"The pooled effect is {now}. A single further trial that {what} would not change this, "
            "even if its standard error were ",
            writer.get("next.reach"),
            " times smaller than that of the most precise study",
            *why,
            ".",
            *_told_equal(writer),
        ]
    size = [", that is, if it had about ", writer.get("next.participants"), " participants or more"]
    size = size if n else []
    return [
        f"The pooled effect is {now}. A further trial that {what} would make it {then} if its standard "
        "error were at most ", writer.get("next.se"), *size, ".",
    ]  # fmt: skip


def _told_equal(writer: Writer) -> list[str | Value]:
    """What the model of equal effects says, where that is something else."""
    if writer.absent("next.equal.se"):
        return []
    se = writer.get("next.equal.se")
    return [" By the equal-effects model a standard error of at most ", se, " would suffice."]
