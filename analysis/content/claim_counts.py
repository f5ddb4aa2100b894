"""Rules of single claims of claims.csv: those that compare counts, shares and means, and on bias."""

from __future__ import annotations

from ..display.registry import Registry
from .rule_kinds import CONVENTION, FAILS, HOLDS, OPEN, Found, Rule, judged, p_of, rule
from .subgroups import VARIABLES


def more(first: str, second: str, what: str) -> Rule:
    """The value `first` is larger than `second`; `what` shows both."""
    return rule(first, second)(lambda a, b: (a.raw > b.raw, what.format(a.text, b.text)))


@rule(
    "symptoms.random.estimate", "symptoms_completers.random.estimate",
    "symptoms_completers.same_trials.estimate", "symptoms_completers.same_effect.k",
    "symptoms_completers.random.k",
)  # fmt: skip
def conservative(everybody, completers, same, alike, k):
    """Completers have a larger effect than everybody, in all trials and in their own."""
    return max(everybody.raw, same.raw) < completers.raw, (
        f"SMD {completers.text} for completers, {everybody.text} for everybody, of which {same.text} in "
        f"the same trials. {alike.text} of {k.text} trials print the same effect for both."
    )


@rule("symptoms.egger.estimate")
def upwards(slope):
    """Egger’s slope on the standard error is positive: small trials have larger effects."""
    return slope.raw > 0, slope.text


def biased(asymmetry: Rule, i2: str, *on_sizes: str) -> Rule:
    """Trials are missing: refuted without the `asymmetry`, and with it still not shown.

    Heterogeneity, by the I² called `i2`, brings it about as well. `on_sizes` may name the p-value of
    Egger's test on the group sizes, which an SMD is not tied to as it is to its standard error.
    """

    @judged(i2, *on_sizes)
    def other_causes(share, *ps):
        why = (
            f"The tests find asymmetry. They take heterogeneity for bias as well (I² {share.text}%), so "
            "what brings it about cannot be told."
        )
        if ps:
            why += f" Today’s form of Egger’s test, on the group sizes alone, gives {p_of(ps[0])}."
        return OPEN, why

    def decided(registry: Registry) -> Found:
        found = asymmetry(registry)
        return other_causes(registry) if found.verdict == HOLDS else found

    return decided


@rule("symptoms.filled.k0", "symptoms_completers.filled.k0")
def as_many_filled(everybody, completers):
    """Trim and fill puts in as many trials among completers as among everybody."""
    return everybody.raw == completers.raw, (
        f"{everybody.text} for everybody, {completers.text} for completers."
    )


@rule("symptoms.random.k", "studies.k")
def everywhere(k, studies):
    """Every trial has an effect on symptoms."""
    return k.raw == studies.raw, f"{k.text} of {studies.text} trials have an effect on symptoms."


@rule("studies.depression.usual.k", "studies.depression.k")
def usual_measures(usual, k):
    """More than half of the trials on major depression used the usual measures."""
    return 2 * usual.raw > k.raw, f"{usual.text} of {k.text} trials on major depression did."


@rule(
    *(f"symptoms.random.treatment.{category}.k" for category in VARIABLES["treatment"].categories)
)
def combined_largest(cbt, third_wave, combined, other):
    """More trials test combined treatment than treatment of any other category."""
    rest = cbt, third_wave, other
    return combined.raw > max(k.raw for k in rest), (
        f"{combined.text} trials, in the other categories {', '.join(k.text for k in rest)}."
    )


@judged(*(f"symptoms.random.measure.{category}.k" for category in VARIABLES["measure"].categories),
        "symptoms.random.k")  # fmt: skip
def most_used(bdi, *others):
    """Most trials used the BDI, which may mean more than half or more than any other measure."""
    *rest, k = others
    more, half = bdi.raw > max(other.raw for other in rest), 2 * bdi.raw > k.raw
    why = (
        f"{bdi.text} of {k.text} trials: {'' if half else 'not '}the majority, "
        f"{'' if more else 'not '}more than any other measure. Most may mean either."
    )
    return (HOLDS if half and more else CONVENTION if half or more else FAILS), why


@judged("qol.random.k", "studies.qol_measure.k", "studies.k")
def half_report(reporting, naming, k):
    """Half of the trials report quality of life, which may mean a measure or a result."""
    exact = [2 * one.raw == k.raw for one in (naming, reporting)]
    why = (
        f"Of {k.text} trials {naming.text} name a measure and {reporting.text} have a result. Reporting "
        "may mean either."
    )
    return (HOLDS if all(exact) else CONVENTION if any(exact) else FAILS), why
