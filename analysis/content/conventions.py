"""What a number is called by conventions that the publication does not name, and rules on such words.

    points     each word of a convention with its value, in rising order
    floors     a reading: the word of the highest value that is reached
    nearest    a reading: the word of the value that is nearest

Cohen (1988) and Higgins et al. (2003) name single values, not ranges, and both readings are in use.
A number is called by what is shown of it, since that is what a reader compares. A word of degree has no
truth without a convention: whatever its readings say, the verdict is that it depends on it, and the
reason says what they call the number, and what the publication's word needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..display.numbers import MINUS, count, number
from ..display.sentence import capitalised
from ..display.value import Value
from .rule_kinds import CONVENTION, Rule, judged
from .settings import HIGGINS, SIZES, VERY_LARGE


@dataclass(frozen=True)
class Convention:
    """The `points` of a convention called `name`, what is below all of them, how its values show."""

    name: str
    points: Mapping[str, float]
    below: str
    text: Callable[[float], str]

    def bounds(self, nearest: bool) -> dict[str, float]:
        """From where on each word is used, by the floors or by the `nearest` point."""
        values = list(self.points.values())
        starts = [(a + b) / 2 for a, b in pairwise([0.0, *values])] if nearest else values
        return dict(zip(self.points, starts, strict=True))

    def word(self, value: Value, nearest: bool) -> str:
        """What `value` is called by one of the readings."""
        shown = abs(float(value.text.replace(MINUS, "-")))
        reached = [word for word, start in self.bounds(nearest).items() if shown >= start]
        return reached[-1] if reached else self.below

    def needs(self, words: Sequence[str], nearest: bool) -> str:
        """The range in which a number is called by one of `words`, which follow each other."""
        starts = self.bounds(nearest)
        after = [start for word, start in starts.items() if start > starts[words[-1]]]
        low = self.text(starts[words[0]])
        return f"{low} to below {self.text(after[0])}" if after else f"{low} or more"


def _two(raw: float) -> str:
    return number(raw, 2)


def _per_cent(raw: float) -> str:
    return f"{count(raw) if raw == int(raw) else number(raw, 1)}%"


COHEN = Convention("Cohen’s", SIZES, "less than small", _two)
SAWILOWSKY = Convention("Sawilowsky’s", SIZES | {"very large": VERY_LARGE}, "less than small", _two)
HIGGINS_I2 = Convention("Higgins’", HIGGINS, "less than low", _per_cent)


def called(name: str, what: str, convention: Convention, words: Sequence[str]) -> Rule:
    """`what` the value `name` is, is rightly called by one of `words`, which `convention` has."""

    @judged(name)
    def decide(value):
        floor, near = (convention.word(value, nearest) for nearest in (False, True))
        by = f"{floor} by both readings of {convention.name} values"
        if floor != near:
            by = f"{floor} if {convention.name} values are lower bounds, {near} if the nearest counts"
        needed = ", or ".join(convention.needs(words, nearest) for nearest in (False, True))
        why = (
            f"{what.format(value.text)}: {by}. “{capitalised(' to '.join(words))}” needs {needed}."
        )
        return CONVENTION, why, (floor in words) + (near in words)

    return decide


def sized(prefix: str, *words: str, convention: Convention = COHEN) -> Rule:
    """The size of the effect below `prefix` is called by one of `words`."""
    return called(f"{prefix}.estimate", "SMD {}", convention, words)


def degree(i2: str, word: str) -> Rule:
    """Heterogeneity, by the I² called `i2`, is of the degree called `word`."""
    return called(i2, "I² {}%", HIGGINS_I2, (word,))


def unnamed(why: str, *names: str) -> Rule:
    """A word for which there is no convention: `why`, with the texts of the values `names` in it."""
    return judged(*names)(lambda *values: (CONVENTION, why.format(*(v.text for v in values))))
