"""What the main conclusion depends on: the method, how dependence is handled, single studies."""

from __future__ import annotations

from ..display.value import Value
from .pooled import CLASSIC, RECOMMENDED
from .wording import significant
from .writer import Writer

Parts = list[str | Value]
# How tables of dependent effects call their models, as they stand in a sentence.
DEPENDENT = {
    "multilevel": "in the three-level model of all effects",
    "robust": "with cluster-robust errors",
}


def add_conclusion(writer: Writer) -> None:
    """Register whether classic and recommended methods agree, and what the conclusion depends on.

    `methods.differ`, for the summary, is empty where it depends on nothing; `methods.agree` says more.
    """
    found = [each for each in (_method(writer), _dependence(writer), _single(writer)) if each]
    differ: Parts = []
    for each in found:
        differ += [" It also depends on " if differ else "The conclusion depends on ", *each]
    chosen = tuple(f"{model}.pvalue" for model in (CLASSIC, RECOMMENDED))
    classic, recommended = (_verdict(writer, model) for model in (CLASSIC, RECOMMENDED))
    agree: Parts = []
    if classic == recommended:
        agree = [f"Both ways lead to the same conclusion: the pooled effect is {classic}."]
        agree += [" But it depends on ", *differ[1:]] if differ else []
    writer.tell("methods.agree", *(agree or differ), inputs=chosen)
    writer.tell("methods.differ", *differ, inputs=chosen)


def _verdict(writer: Writer, model: str) -> str:
    return significant(writer.get(f"{model}.pvalue").raw)


def _method(writer: Writer) -> Parts:
    """How the classic and the recommended method differ, if they do, and by what causes."""
    classic, recommended = (_verdict(writer, model) for model in (CLASSIC, RECOMMENDED))
    if classic == recommended:
        return []
    return [
        f"the method: the effect is {classic} by the classic one (", *writer.p(f"{CLASSIC}.pvalue"),
        f") and {recommended} by the recommended one (", *writer.p(f"{RECOMMENDED}.pvalue"), "), whose ",
        *_causes(writer), ".",
    ]  # fmt: skip


def _causes(writer: Writer) -> Parts:
    """Why the recommended method's interval is another: its τ, and what it allows for."""
    now, before = (writer.get(f"{model}.tau") for model in (RECOMMENDED, CLASSIC))
    allows = "interval allows for the error of τ²"
    if now.text == before.text:
        return [allows]
    if now.raw < before.raw:
        # The interval is wider for the same τ, and can be narrower by its smaller τ only.
        narrower = _verdict(writer, RECOMMENDED) == significant(0.0)
        tau: Parts = ["τ is smaller (", now, " against ", before, ")"]
        return tau if narrower else [f"{allows}, though its ", *tau]
    return ["τ is larger (", now, " against ", before, f"), and whose {allows}"]


def _dependence(writer: Writer) -> Parts:
    """What becomes of the conclusion where the effects of a study are not averaged, if it changes."""
    if not writer.outcome.dependent:
        return []
    known = [name for name in DEPENDENT if not writer.absent(f"{name}.pvalue")]
    own = _verdict(writer, RECOMMENDED)
    if all(_verdict(writer, name) == own for name in known):
        return []
    said: Parts = [
        f"how dependence is handled: the pooled effect is {own} where each study’s effects are "
        "averaged (", *writer.p(f"{RECOMMENDED}.pvalue"), ")",
    ]  # fmt: skip
    for name in known:
        low, high = (writer.get(f"{name}.ci_{end}") for end in ("low", "high"))
        said += [
            " and " if name == known[-1] else ", ", f"{_verdict(writer, name)} {DEPENDENT[name]} (", low,
            " to ", high, "; ", *writer.p(f"{name}.pvalue"), ")",
        ]  # fmt: skip
    return [*said, "."]


def _single(writer: Writer) -> Parts:
    """In how many of the analyses without a study the conclusion is another, if in any."""
    turning = writer.get(f"{RECOMMENDED}.without.turning")
    if not turning.raw:
        return []
    other = next(
        w for w in (significant(0.0), significant(1.0)) if w != _verdict(writer, RECOMMENDED)
    )
    return [
        "single studies: in ", turning, " of the ", writer.get("k"),
        f" analyses that leave a study out the pooled effect is {other}.",
    ]  # fmt: skip
