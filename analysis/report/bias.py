"""Small-study effects: funnel plot, Egger's test, trim and fill; left out where studies are too few.

Sterne et al. (2011): with fewer than 10 studies a test of asymmetry cannot tell chance from asymmetry.
"""

from __future__ import annotations

from functools import partial
from math import sqrt

from ..display.figure import Figure
from ..display.funnel import Centre, FunnelPoint, funnel
from ..display.sentence import capitalised
from ..display.value import Value
from ..engine.checks import computable
from ..engine.distributions import quantile
from ..engine.egger import Egger, egger
from ..engine.trim_fill import TrimFill, trim_fill
from .measures import CORRELATIONS, RATIOS
from .pooled import MODELS, RECOMMENDED
from .wording import ALPHA, is_high, significant
from .writer import Writer

FEWEST = 10  # studies
# Studies with which the test found moderate bias in 40 per cent: Sterne, Gavaghan & Egger (2000).
LITTLE_POWER = 20


def add_bias(writer: Writer) -> None:
    """Register Egger's test, trim and fill, and the funnel plot; absent with too few studies."""
    enough = len(writer.outcome.trials) >= FEWEST
    effects = writer.outcome.effects
    line = computable(egger, **effects, level=writer.level) if enough else None
    method, ci, _ = MODELS[RECOMMENDED]
    filled = (
        computable(trim_fill, **effects, method=method, ci=ci, level=writer.level)
        if enough
        else None
    )
    _add_egger(writer, line)
    _add_filled(writer, filled)
    tested = _tested(writer, line, enough)
    corrected = _corrected(writer, line, filled) if line else []
    writer.tell("bias", *tested, *corrected)
    # Where studies differ a lot neither method is to be trusted, and a summary has no room to say more.
    high = not writer.absent(f"{RECOMMENDED}.i2") and is_high(writer.get(f"{RECOMMENDED}.i2").raw)
    caution = " The studies differ too much for this test or for trim and fill to be trusted."
    short = [caution] if high else corrected
    writer.tell("bias.summary", *tested, *(short if line else []), inputs=(f"{RECOMMENDED}.i2",))
    writer.registry.figure(writer.name("funnel"), partial(_funnel, writer, filled))


def _add_egger(writer: Writer, line: Egger | None) -> None:
    inputs = writer.trial_inputs()
    for name, places, meaning in (
        ("estimate", 2, "slope on the standard error, Egger’s regression"),
        ("se", 3, "standard error of Egger’s slope"),
        ("ci_low", 2, "lower confidence limit of Egger’s slope"),
        ("ci_high", 2, "upper confidence limit of Egger’s slope"),
        ("statistic", 2, "test statistic t of Egger’s test"),
    ):
        null = 0.0 if name.startswith("ci_") else None
        raw = line and getattr(line, name)
        writer.number(f"egger.{name}", raw, places, meaning, inputs, line=null)
    writer.count("egger.df", line and line.df, "degrees of freedom of Egger’s test", inputs)
    meaning = "significance (p) of Egger’s test"
    writer.pvalue("egger.pvalue", line and line.pvalue, meaning, ("egger.statistic",))


def _add_filled(writer: Writer, filled: TrimFill | None) -> None:
    inputs = writer.trial_inputs()
    meaning = "studies that trim and fill takes to be missing"
    writer.count("filled.k0", filled and filled.k0, meaning, inputs)
    for name, words in (
        ("estimate", "pooled effect"),
        ("ci_low", "lower confidence limit"),
        ("ci_high", "upper confidence limit"),
    ):
        yi = None if filled is None else getattr(filled.adjusted, name)
        meaning = f"{words} with missing studies filled in; {MODELS[RECOMMENDED][2]}"
        limit = name != "estimate"
        writer.on_both_scales(f"{RECOMMENDED}.filled", name, yi, meaning, inputs, limit=limit)


def _tested(writer: Writer, line: Egger | None, enough: bool) -> list[str | Value]:
    """What Egger's test says, or why it is left out, as the parts of a sentence."""
    if not enough:
        return [
            "The studies are too few to test for asymmetry: the test could not tell chance from "
            "missing studies, and is left out, as is trim and fill."
        ]
    if line is None:
        return ["The studies do not differ in precision, so that asymmetry cannot be tested."]
    found, caution = "shows no clear asymmetry", _not_ruled_out(len(writer.outcome.trials))
    if line.pvalue < ALPHA:
        word = "higher" if line.statistic > 0 else "lower"
        name = writer.outcome.measure.name
        found = f"suggests a {word} {name} in studies with large standard errors"
        related = writer.outcome.measure.kind == RATIOS or writer.outcome.measure.key == "SMD"
        caution = RELATED.format(name) if related else ""
    slope, low, high, t, df = (
        writer.get(f"egger.{name}") for name in ("estimate", "ci_low", "ci_high", "statistic", "df")
    )
    return [
        f"Egger’s test {found} (slope on the standard error ", slope, ", ", low, " to ", high, "; t(",
        df, ") = ", t, ", ", *writer.p("egger.pvalue"), f").{caution}",
    ]  # fmt: skip


RELATED = (
    " But of a {} the test may find asymmetry where there is none, as it is related to its standard "
    "error by construction."
)


def _not_ruled_out(k: int) -> str:
    """What a test that is not significant leaves open."""
    if k < LITTLE_POWER:
        return " That does not rule asymmetry out: with so few studies the test has little power."
    return " That does not rule asymmetry out."


def _corrected(writer: Writer, line: Egger, filled: TrimFill | None) -> list[str | Value]:
    """What trim and fill says, and whether it looks on the side that Egger's slope points to."""
    if filled is None:
        return [" Trim and fill came to no result."]
    if not filled.k0:
        return [" Trim and fill takes no study to be missing."]
    names = (
        "filled.k0",
        *(f"{RECOMMENDED}.filled.{end}" for end in ("estimate", "ci_low", "ci_high")),
    )
    k0, estimate, low, high = map(writer.get, names)
    studies = "study" if filled.k0 == 1 else "studies"
    return [
        " Trim and fill puts in ", k0, f" {studies} on the {filled.side}; with the filled funnel "
        "the pooled effect would be ", estimate, " (", low, " to ", high, ")", *_turned(writer, filled),
        ".", *_against(line, filled),
    ]  # fmt: skip


def _turned(writer: Writer, filled: TrimFill) -> list[str]:
    """That the conclusion would be the other, if it would."""
    then = significant(filled.adjusted.pvalue)
    now = significant(writer.get(f"{RECOMMENDED}.pvalue").raw)
    return (
        []
        if then == now
        else [f", and {then}: the conclusion is not robust to small-study effects"]
    )


def _against(line: Egger, filled: TrimFill) -> list[str]:
    """A warning where the filled side is not the one on which small studies are missing by Egger."""
    missing = "left" if line.statistic > 0 else "right"
    if filled.side == missing:
        return []
    how = "positive" if line.statistic > 0 else "negative"
    return [
        f" That is against the sign of Egger’s slope, which is {how} and would have studies missing on "
        f"the {missing}: the side was taken from a regression with τ², which weights the studies "
        "otherwise, and what was filled in is not to be relied on."
    ]


def _funnel(writer: Writer, filled: TrimFill | None) -> Figure:
    outcome, measure = writer.outcome, writer.outcome.measure
    points = [FunnelPoint(t.name, t.yi, sqrt(t.vi)) for t in outcome.trials]
    if filled is not None:
        pairs = zip(filled.yi_filled, filled.vi_filled, strict=True)
        points += [FunnelPoint("Filled in", float(y), sqrt(float(v)), True) for y, v in pairs]
    # The axis of a correlation is that of the analysis, and so is what its key says.
    estimate = "analysed.estimate" if measure.kind == CORRELATIONS else "estimate"
    centres = []
    for name, label, within in (
        (RECOMMENDED, "Random effects", quantile(writer.level, None)),
        (f"{RECOMMENDED}.filled", "With studies filled in", None),
    ):
        value = writer.get(f"{name}.{estimate}")
        if value.raw is not None:
            centres.append(Centre(label, writer.plotted(value), value.text, within))
    return funnel(
        f"{outcome.key}-funnel", points, centres, (capitalised(measure.axis), measure.axis_of_errors),
        scale=measure.scale,
    )  # fmt: skip
