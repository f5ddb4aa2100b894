"""What the summary says of subgroups that differ and of slopes: one sentence on the clear ones."""

from __future__ import annotations

from ..display.value import Value
from .moderators import Moderator
from .pooled import RECOMMENDED
from .subgroups import Variable
from .wording import ALPHA
from .writer import Writer

Parts = list[str | Value]
PAIR = 2  # categories


def add_differences(writer: Writer, variables: list[Variable], moderators: list[Moderator]) -> None:
    """Register the sentence on the `variables` and `moderators` with p below alpha, if there are any.

    It tells of how many tests these are, since none is corrected for their number.
    """
    tests = {f"{RECOMMENDED}.{each.key}.f_pvalue": _groups(writer, each) for each in variables}
    tests |= {f"regression.{m.key}.pvalue": _slope(writer, m) for m in moderators}
    made = [name for name in tests if not writer.absent(name)]
    clear = [name for name in made if writer.get(name).raw < ALPHA]
    for name, k, words in (
        ("tests", len(made), "tests of subgroups and of slopes, none corrected for their number"),
        ("clear", len(clear), "of these tests that are significant"),
    ):
        writer.count(f"differences.{name}", k, words, made)
    writer.tell("differences", *_told(writer, {name: tests[name] for name in clear}), inputs=made)


def _told(writer: Writer, clear: dict[str, Parts]) -> Parts:
    """The sentence on what was found by each test that is significant, by the name of its p."""
    if not clear:
        return []
    tests = writer.get("differences.tests")
    told: Parts = [
        writer.get("differences.clear"), " of ", tests, " uncorrected test",
        "" if tests.raw == 1 else "s", " of subgroups and slopes ", "is" if len(clear) == 1 else "are",
        " significant: ",
    ]  # fmt: skip
    for n, (name, found) in enumerate(clear.items()):
        told += ["; " if n else "", *found, " (", *writer.p(name), ")"]
    return [*told, "." if tests.raw == 1 else "; each was looked at alone, between studies."]


def _groups(writer: Writer, variable: Variable) -> Parts:
    """The means of two categories, or of several the lowest and the highest."""
    named = [
        (label, writer.get(f"{RECOMMENDED}.{variable.key}.{key}.estimate"))
        for key, (label, _) in variable.members.items()
    ]
    known = sorted((each for each in named if each[1].raw is not None), key=lambda x: x[1].raw)
    if not known:
        return []
    (least, low), (most, high) = known[0], known[-1]
    mean = f"by {variable.label}, the pooled {writer.outcome.measure.name}"
    verb, link = ("is", "and") if len(named) == PAIR else ("runs from", "to")
    return [
        f"{mean} {verb} ", low, f" in studies of “{least}” {link} ", high, f" in those of “{most}”",
    ]  # fmt: skip


def _slope(writer: Writer, moderator: Moderator) -> Parts:
    """In which direction the effects go with the moderator."""
    slope = writer.get(f"regression.{moderator.key}.estimate").raw
    if slope is None:
        return []
    found = writer.outcome.measure.moved(higher=slope > 0)
    return [f"where {moderator.label} is higher, studies found a {found}"]
