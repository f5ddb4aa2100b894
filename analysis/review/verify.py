"""The verdict on a printed number, from our own value and from what the rounding of inputs allows.

given           the number is an input of ours, and is what the data hold
reproduced      our value rounds to the printed digits
attainable      it does not, but inputs that print exactly as the source prints them do: a witness
different       no such inputs do: an outer bound excludes the printed digits; where variances were tied
                to arm sizes for it, a search without the tie found none either
undecided       neither has been shown, and a search without the tie found no witness either
inconsistent    it contradicts other printed numbers, or repeats another analysis digit for digit
                (`consistency`); of several that may be wrong, those that no such inputs give
not computable  our value has no inputs, or nothing that is printed leads to one, or there is nothing
                to compute
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from math import inf

from .printed import agrees, interval, number

VAGUE = 1000  # units of the last printed digit: bounds so far apart say nothing
# What the notes say of variances that follow from the arm sizes, by which bounds are narrower.
PROVEN = "Proven for variances that follow from the printed arm sizes, where the digits fit these."
SEARCHED = "Of other variances that print the same, a search found none that give it."
UNTIED = (
    "Only variances give it that print the same but do not follow from the printed arm sizes, though "
    "the digits fit these."
)
LOOSENED = (
    "Variances give it that print the same but do not follow from the printed arm sizes, though the "
    "digits fit these; of those that follow, a search found none that do."
)


class Evidence(ABC):
    """What is known of a value besides itself."""

    @abstractmethod
    def bounds(self) -> tuple[float, float]:
        """Return an interval outside of which the value cannot lie while the inputs print as they do."""

    @abstractmethod
    def witness(self, printed: str) -> float | None:
        """Return a value that such inputs give and that prints as `printed`, if one is found."""

    def tightened(self, printed: str) -> tuple[float, float]:
        """Return bounds that may be narrower, sought to tell whether it can print as `printed`."""
        return self.bounds()

    def untied(self) -> Evidence | None:
        """Return what the digits alone allow; None where all this is, with no variance tied to arms."""
        return None


@dataclass(frozen=True)
class Verdict:
    """A `status` with its reason: outer bounds `low` and `high`, and the `witness` where one counts.

    A bound is None where nothing is known of it. `note` says in words what else is known.
    """

    status: str
    low: float | None = None
    high: float | None = None
    witness: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Suspicion:
    """Why a number contradicts others, and whether it `alone` would have to be another."""

    why: str
    alone: bool


class Unproven(Evidence):
    """Evidence of nothing: a value that is only known as it came out, such as an estimated count."""

    def bounds(self) -> tuple[float, float]:
        """Nothing is excluded."""
        return -inf, inf

    def witness(self, printed: str) -> None:
        """Nothing is shown."""


class Given(Unproven):
    """Evidence on an input of ours, such as a cell of the data or a rule of the method."""


def judge(raw: float | int | None, printed: str, evidence: Evidence | None = None) -> Verdict:
    """Return the verdict on the `printed` number, of which `raw` is our value.

    A count has no rounding, so without `evidence` it is either reproduced or different.
    """
    verdict = _judged(raw, printed, evidence)
    open_ = evidence and verdict.status in ("different", "undecided")
    untied = evidence.untied() if open_ else None
    return verdict if untied is None else _without_tie(verdict, printed, untied)


def _judged(raw: float | int | None, printed: str, evidence: Evidence | None) -> Verdict:
    if raw is None:
        return Verdict("not computable")
    if isinstance(evidence, Given):
        return Verdict("given" if float(number(printed.lstrip("<>"))) == raw else "different")
    if evidence is None:
        exact = isinstance(raw, int)
        status = "reproduced" if agrees(raw, printed) else "different" if exact else "undecided"
        return Verdict(status, *((raw, raw) if exact else ()))
    low, high = evidence.bounds()
    shown = _shown(low, high, printed)
    if agrees(raw, printed):
        return Verdict("reproduced", *shown)
    if _excluded(low, high, printed):
        return Verdict("different", *shown)
    if printed.startswith(("<", ">")):
        return Verdict("undecided", *shown)
    witness = evidence.witness(printed)
    if witness is not None:
        return Verdict("attainable", *shown, witness)
    low, high = evidence.tightened(printed)
    status = "different" if _excluded(low, high, printed) else "undecided"
    return Verdict(status, *_shown(low, high, printed))


def _without_tie(verdict: Verdict, printed: str, untied: Evidence) -> Verdict:
    """Return the `verdict` with its condition if different, or attainable by a witness of `untied`."""
    proven = verdict.status == "different"
    if printed.startswith(("<", ">")):
        return replace(verdict, note=PROVEN if proven else "")
    witness = untied.witness(printed)
    if witness is None:
        return replace(verdict, note=f"{PROVEN} {SEARCHED}" if proven else "")
    note = UNTIED if proven else LOOSENED
    return Verdict("attainable", *_shown(*untied.bounds(), printed), witness, note)


def overruled(verdict: Verdict, suspicion: Suspicion | None) -> Verdict:
    """Return the `verdict` that a contradiction leaves: another, where our value does not meet it.

    A number that the inputs can give is not to blame, unless nothing but it could be another.
    """
    if suspicion is None or verdict.status == "reproduced":
        return verdict
    if verdict.status == "attainable" and not suspicion.alone:
        return verdict
    return replace(verdict, status="inconsistent", note=suspicion.why)


def _shown(low: float, high: float, printed: str) -> tuple[float | None, float | None]:
    """Both bounds for a reader: None where next to nothing is known."""
    least, most = interval(printed.lstrip("<>"))
    if not high - low < VAGUE * (most - least):
        return None, None
    return low, high


def _excluded(low: float, high: float, printed: str) -> bool:
    """Tell whether no number from `low` to `high` prints as `printed`."""
    if printed.startswith(("<", ">")):
        return not (agrees(low, printed) or agrees(high, printed))
    printed_low, printed_high = interval(printed)
    return high < printed_low or low > printed_high
