"""Studies that are flagged as influential, each with what flags it, and the plot of the diagnostics."""

from __future__ import annotations

import numpy as np

from ..display.figure import Figure
from ..display.flags import FLAGS, bounds_note
from ..display.influence import Diagnostic, influence_panel
from ..display.numbers import count
from ..display.value import Value
from ..engine.influence import (
    COOK_TAIL,
    DFBETAS_MOST,
    DFFITS_TIMES,
    HAT_TIMES,
    Influence,
    bounds,
)
from .many import NAMED, foremost
from .writer import Writer

# Studies below which none is flagged as influential. The bounds hang on their number: of three studies
# none can have more than 3/k of the weights, of four one may by chance, and τ² without a study is then
# that of a handful. Tests of asymmetry and meta-regressions ask for as many.
FEWEST = 10
# Titles of the diagnostics, and their value without influence: so many as stand in one row.
DIAGNOSTICS = {
    "rstudent": ("Deleted residual", 0.0),
    "dffits": ("DFFITS", 0.0),
    "cook_d": ("Cook’s distance", None),
    "tau2_deleted": ("τ² without it", None),
}
NEVER_BELOW = {"cook_d": 0.0, "tau2_deleted": 0.0}
RULE = (
    f"whose DFFITS, apart from its sign, is beyond {DFFITS_TIMES}·√(1/(k − 1)), whose Cook’s distance "
    f"is beyond the {COOK_TAIL:g} quantile of χ² on 1 degree of freedom, whose share of the weights is "
    f"beyond {HAT_TIMES}/k, or whose DFBETAS is beyond {DFBETAS_MOST}; k is the number of studies"
)
BOUNDS_NOTE = "With fewer than {} studies no bounds are drawn, and none is flagged as influential."


def add_flagged(writer: Writer, found: Influence | None, judged: bool) -> None:
    """Register how many studies `found` flags, and which by what, if they are enough to be `judged`."""
    trials = writer.outcome.trials
    flagged = np.flatnonzero(found.influential).tolist() if judged else []
    k = len(flagged) if judged else None
    writer.count("influence.k", k, "studies flagged as influential", writer.trial_inputs())
    if found is None:
        said = ["There are too few studies to look for influential ones."]
    elif not judged:
        said = [
            "How far each moves the result is shown, but none is flagged as influential: the bounds for "
            "that depend on the number of studies, and with fewer than ",
            writer.registry.get(Value, "settings.influence.fewest"), " they flag by chance or never.",
        ]  # fmt: skip
    elif not flagged:
        said = ["No study is flagged as influential."]
    else:
        said = ["Flagged as influential: "]
        for n, i in enumerate(flagged[:NAMED]):
            said += ["; " if n else "", trials[i].name, " (", *_reasons(writer, found, i), ")"]
        more = len(flagged) - NAMED
        said.append(f"; and {count(more)} others." if more > 0 else ".")
    writer.tell("influence.flagged", *said)


def _reasons(writer: Writer, found: Influence, i: int) -> list[str | Value]:
    """The diagnostics of study number `i` that are beyond their bounds, with these."""
    trial, said = writer.outcome.trials[i], []
    for name, bound in bounds(len(writer.outcome.trials)).items():
        flag = FLAGS[name]
        value, bound = (flag.scale * float(x) for x in (getattr(found, name)[i], bound))
        if abs(value) > bound:
            own = writer.put(
                f"influence.study.{trial.key}.{name}", value,
                lambda x, flag=flag, bound=bound: flag.text(x, bound),
                f"{flag.name} of {trial.name}", writer.trial_inputs(),
            )  # fmt: skip
            limit = f"influence.bound.{name}"
            if writer.name(limit) not in writer.registry:  # by another study that it flags
                meaning = f"bound of {flag.name}, beyond which a study is flagged"
                writer.put(limit, bound, flag.bound, meaning, ("k",))
            limit = writer.get(limit)
            said += [", " if said else "", f"{flag.name} ", own, " beyond ", limit]
    return said


def draw_influence(writer: Writer, found: Influence | None, judged: bool) -> Figure:
    """Return the plot of the diagnostics `found`, with their bounds where studies are `judged`."""
    trials = writer.outcome.trials if found is not None else ()
    within = bounds(len(trials)) if judged else {}
    chosen = foremost(found.cook_d if trials else (), "with the largest Cook’s distance")
    shown, diagnostics = list(chosen.positions), []
    for name, (title, reference) in DIAGNOSTICS.items():
        values = getattr(found, name)[shown] if trials else ()
        known = tuple(float(x) if np.isfinite(x) else None for x in values)
        ends = (within[name],) if name in within else ()
        ends = (-ends[0], ends[0]) if ends and FLAGS[name].signed else ends
        diagnostics.append(Diagnostic(title, known, reference, ends, NEVER_BELOW.get(name)))
    flagged = found.influential[shown].tolist() if judged else None
    note = bounds_note(within, tuple(DIAGNOSTICS)) if judged else BOUNDS_NOTE.format(count(FEWEST))
    labels = [trials[i].name for i in shown]
    name = f"{writer.outcome.key}-influence"
    return influence_panel(name, labels, flagged, diagnostics, (note, *chosen.notes))
