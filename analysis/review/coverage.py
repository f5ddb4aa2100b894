"""Which numbers of a paper's text have a row in published.csv, and which rows have no number.

    passage   a part of the text, from the line that begins it to the next passage
    aside     a named rule for numbers that are no quantities, such as the year of a citation
    number    digits or a number word, as published.csv would print it: `seven` is 7, `p < .001` is
              <.001, `3,228` is 3228

A row covers one occurrence in its passage, so a number that a passage prints twice needs two rows.
What is particular to a paper (its passages, its names with digits) stands in source.csv.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

UNITS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
WORDS = (
    {word: str(n) for n, word in enumerate(UNITS, start=1)}
    | {word: str(10 * n) for n, word in enumerate(TENS, start=2)}
    | {
        f"{ten}-{unit}": str(10 * n + m)
        for n, ten in enumerate(TENS, start=2)
        for m, unit in enumerate(UNITS[:9], start=1)
    }
    | {"half": "1/2", "one-third": "1/3", "two-thirds": "2/3", "one-quarter": "1/4"}
)
MINUS = "\u2212"
# A hyphen is a minus unless it joins words or ends of a range, as in `17-item` or `19%-34%`; after
# the CI of an interval it is one even without a space.
SIGN = rf"(?:{MINUS}|(?<![\w%)\]])-|(?<=CI)-)"
# Thousands are parted by a comma or a space, of any width but not the end of a line.
PARTED = r"(?<![0-9.,])[0-9]{1,3}(?:[, \u00a0\u2009\u202f][0-9]{3})+(?![0-9])"
DIGITS = rf"(?:[<>]\s*)?(?:{SIGN}\s*)?(?:(?:{PARTED}|[0-9]+)(?:\.[0-9]+)?|(?<!\w)\.[0-9]+)"
# The longest word first, since a number word may begin another.
WORD = "|".join(sorted(WORDS, key=len, reverse=True))
NUMBER = re.compile(rf"{DIGITS}|\b(?i:{WORD})\b")

SETTING = "settings."  # how the quantity of a setting begins
WHOLE = ""  # the passage of a text that is not divided


@dataclass(frozen=True)
class Aside:
    """A rule that a number inside a match of `pattern` is no quantity, by `name` and with its `reason`.

    A space in the pattern stands for any white space, line ends too.
    """

    name: str
    pattern: str
    reason: str


ASIDES = (
    Aside(
        "year of a citation",
        r"[(,\]] *(?:19|20)[0-9]{2}[a-z]?(?=[),;:]| and )",
        "a year after an author's name tells which work is meant",
    ),
    Aside(
        "date",
        r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
        r" (?:19|20)[0-9]{2}",
        "a date counts nothing",
    ),
    Aside("page", r"\bpp?\. [0-9]+", "the page of a quotation is an address"),
    Aside(
        "label",
        r"\b(?:Tables?|Figures?|Fig\.|Appendix|Chapter|Section) [0-9]+",
        "the number of a table or figure is its name",
    ),
    Aside("ordinal", r"\b[0-9]+(?:st|nd|rd|th)\b", "a rank in a sequence counts nothing"),
    Aside("enumeration", r"(?<!\S)[0-9]\)", "a number before a bracket numbers an item of a list"),
    Aside("address", r"(?:https?://|www\.)\S+", "the address of a page is a name"),
    Aside("registration", r"\b[A-Z]{3,}[0-9]{6,}\b", "the number of a registration is a name"),
    Aside("version", r"\bv[0-9.]+[0-9]", "the version of a program is part of its name"),
    Aside(
        "squared",
        r"(?:\bI|\u03c4|\btau)2\b",
        "the 2 of I\u00b2 and \u03c4\u00b2 is part of the symbol",
    ),
    Aside(
        "level of an interval",
        r"\b95 *% *CI",
        "95% CI names the interval; its level is a setting",
    ),
    Aside(
        "axis",
        r"(?m:^[^\S\n]*-?[0-9.]+(?:[^\S\n]+-?[0-9.]+){4}[^\S\n]*$)",
        "a line of nothing but five numbers is the scale of a plot",
    ),
)


@dataclass(frozen=True)
class Number:
    """A number of a text as published.csv would print it, where it stands, and the aside it is in."""

    printed: str
    line: int
    context: str
    passage: str = WHOLE
    aside: Aside | None = None


@dataclass(frozen=True)
class Gap:
    """A `number` that is printed in its passage `times` times, and there in fewer `rows`."""

    number: Number
    times: int
    rows: int


@dataclass(frozen=True)
class Coverage:
    """Every number of a text, the `gaps` among them, and the ids of rows that are `not_found`."""

    numbers: tuple[Number, ...]
    gaps: tuple[Gap, ...]
    not_found: tuple[str, ...]


class Source:
    """How one paper's text is read: the `rows` of source.csv, of three kinds.

    `passage`: its name, with which `where` in published.csv begins, and how its first line begins;
    `aside`: as above; `number`: what the name counts where the pattern says it without a number word.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]] = ()) -> None:
        kinds: dict[str, list[Mapping[str, str]]] = {"passage": [], "aside": [], "number": []}
        for row in rows:
            kinds[row["kind"]].append(row)
        own = (Aside(row["name"], row["pattern"], row["note"]) for row in kinds["aside"])
        self.asides = (*ASIDES, *own)
        self._passages = [(row["name"], row["pattern"]) for row in kinds["passage"]]
        self._said = [(row["name"], _compiled(row["pattern"])) for row in kinds["number"]]

    def numbers(self, text: str) -> tuple[Number, ...]:
        """Find every number in `text`; ValueError where one of its passages does not begin."""
        starts = self._starts(text)
        spans = [
            (found.start(), found.end(), aside)
            for aside in self.asides
            for found in _compiled(aside.pattern).finditer(text)
        ]
        found = [(m.start(), m.end(), _normal(m[0])) for m in NUMBER.finditer(text)]
        found += [
            (m.start(), m.end(), name) for name, said in self._said for m in said.finditer(text)
        ]
        return tuple(
            Number(
                printed,
                text.count("\n", 0, start) + 1,
                " ".join(text[max(0, start - 50) : end + 30].split()),
                next((name for begin, name in reversed(starts) if begin <= start), WHOLE),
                next((aside for a, b, aside in spans if a <= start < b), None),
            )
            for start, end, printed in sorted(found)
        )

    def _starts(self, text: str) -> list[tuple[int, str]]:
        starts, position = [], 0
        for name, begins in self._passages:
            found = re.compile(rf"^\s*{_spaced(begins)}", re.MULTILINE).search(text, position)
            if found is None:
                raise ValueError(
                    f"no line after line {text.count(chr(10), 0, position) + 1} begins with "
                    f"{begins!r}, so the passage {name!r} is not found"
                )
            starts.append((found.start(), name))
            position = found.end()
        return starts

    def passage_of(self, where: str) -> str | None:
        """Return the passage in which the place `where` lies: the longest name that begins it."""
        names = [n for n, _ in self._passages if where == n or where.startswith(f"{n},")]
        return max(names, key=len, default=None if self._passages else WHOLE)


def cover(numbers: Sequence[Number], rows: Iterable[Mapping[str, str]], source: Source) -> Coverage:
    """Match the `numbers` that `source` found with the `rows` of published.csv, passage by passage."""
    quantities = [number for number in numbers if number.aside is None]
    times = Counter((number.passage, number.printed) for number in quantities)
    ids: dict[tuple[str | None, str], list[str]] = {}
    for row in rows:
        passage, printed = source.passage_of(row["where"]), _normal(row["printed"])
        # The row of a setting holds the threshold alone, where the text may say `p < .05`.
        signs = ("", "<", ">") if row["quantity"].startswith(SETTING) else ("",)
        keys = [(passage, sign + printed) for sign in signs]
        ids.setdefault(next((key for key in keys if times[key]), keys[0]), []).append(row["id"])
    gaps = [
        Gap(number, times[key], len(ids.get(key, ())))
        for number in quantities
        for key in [(number.passage, number.printed)]
        if times[key] > len(ids.get(key, ()))
    ]
    # Of rows that are alike, as many stay as the passage prints; which of them is all the same.
    not_found = [one for key, own in ids.items() for one in own[times[key] :]]
    return Coverage(tuple(numbers), tuple(gaps), tuple(not_found))


def _normal(text: str) -> str:
    """A number as published.csv prints it: no space or comma, a hyphen for a minus, words as digits."""
    text = re.sub(r"[\s,]", "", text).replace(MINUS, "-")
    return WORDS.get(text.lower(), text)


def _spaced(pattern: str) -> str:
    # White space that may be missing is written ` *`; the star stays on the class.
    return pattern.replace(" *", r"\s*").replace(" ", r"\s+")


def _compiled(pattern: str) -> re.Pattern:
    return re.compile(_spaced(pattern))
