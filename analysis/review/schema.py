"""What each CSV file may hold, column by column: the codebook of data/README.md, enforced.

    cell rule   what one cell may be: a pandera check whose error text says what is allowed
    row rule    what several cells of a row, or several rows, must satisfy together

An error text follows the cell that it is about: `'0.4x0' is not a number; write ...`.
"""

import re
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass

import pandas as pd
import pandera.pandas as pa

from . import printed

Cell = pa.Check | None


@dataclass(frozen=True)
class RowRule:
    """A rule over `columns`; where `holds(frame)` is False, the first of them is to blame."""

    columns: tuple[str, ...]
    holds: Callable[[pd.DataFrame], pd.Series]
    error: str


@dataclass(frozen=True)
class Table:
    """The columns of a file, in order, each with its cell rule, and the rules of its rows."""

    columns: dict[str, Cell]
    rows: tuple[RowRule, ...] = ()

    def only(self, present: Collection[str]) -> "Table":
        """Return the table cut down to the columns `present` and the row rules that they allow."""
        return Table(
            {name: cell for name, cell in self.columns.items() if name in present},
            tuple(rule for rule in self.rows if set(rule.columns) <= set(present)),
        )

    def schema(self) -> pa.DataFrameSchema:
        """Return the pandera schema; its frame-level checks are `rows`, in order."""
        return pa.DataFrameSchema(
            {name: pa.Column(str, cell) for name, cell in self.columns.items()},
            checks=[pa.Check(rule.holds, error=rule.error) for rule in self.rows],
        )


def _cell(allowed: Callable[[str], bool], error: str) -> pa.Check:
    return pa.Check(allowed, element_wise=True, error=error)


def _matches(pattern: str, error: str) -> pa.Check:
    return _cell(lambda text: re.fullmatch(pattern, text) is not None, error)


def _number(
    example: str, low: int | None = None, high: int | None = None, words: tuple[str, ...] = ()
) -> pa.Check:
    """Return the rule of a plain decimal from `low` to `high`, or one of `words`."""

    def allowed(text: str) -> bool:
        if text in words:
            return True
        if not printed.is_number(text):
            return False
        value = printed.number(text)
        return (low is None or value >= low) and (high is None or value <= high)

    span = f" from {low} to {high}" if high is not None else " of 0 or more" if low == 0 else ""
    others = "".join(f", or {word}" for word in words)
    return _cell(
        allowed,
        f"is not a number{span}; write digits with a decimal point, for example {example}{others}",
    )


def _one_of(*words: str) -> pa.Check:
    return _cell(lambda text: text in words, f"is not one of {', '.join(words)}")


def _unique(column: str, *others: str) -> RowRule:
    columns = (column, *others)
    same = f" with the same {' and '.join(others)}" if others else ""
    return RowRule(
        columns,
        lambda frame: ~frame.duplicated(list(columns)),
        f"stands in an earlier row{same}; keep one of the two",
    )


def _limits_in_order(frame: pd.DataFrame) -> pd.Series:
    """Tell for each row whether ci_low <= ci_high; a cell that is no number is not judged here."""

    def in_order(low: str, high: str) -> bool:
        if not (printed.is_number(low) and printed.is_number(high)):
            return True
        return printed.number(low) <= printed.number(high)

    pairs = zip(frame["ci_low"], frame["ci_high"], strict=True)
    return pd.Series([in_order(low, high) for low, high in pairs], index=frame.index, dtype=bool)


def _se_has_digits(frame: pd.DataFrame) -> pd.Series:
    """Tell for each row whether se is more than 0; a cell that is no number is not judged here."""
    texts = frame["se"]
    return ~texts.map(printed.is_number) | ~texts.str.fullmatch(r"-?0*(\.0*)?")


NOT_REPORTED = ("NRD",)
# Words that name a trial by its rank in value names.
RESERVED = ("largest", "lowest", "highest")
KEY = _matches(
    rf"(?!(?:{'|'.join(RESERVED)})$)[a-z][a-z0-9]*",
    "is not a key; write small letters and digits, a letter first, for example isasi2010 (and not "
    f"{', '.join(RESERVED)})",
)
NAME = _matches(
    r"[a-z0-9_]+(?:\.[a-z0-9_]+)*",
    "is not a name; write words of small letters, digits and _, joined by dots",
)
QUANTITY = _matches(
    r"(?:[a-z0-9_]+(?:\.[a-z0-9_]+)*)?",
    "is not a name; write words of small letters, digits and _, joined by dots, or nothing",
)
OUTCOME = _matches(
    r"[a-z][a-z0-9_]*",
    "is not an outcome; write small letters, digits and _, for example symptoms_followup",
)
TEXT = _cell(
    lambda text: text != "" and text == text.strip(),
    "is not a text; write at least one word, without space around it",
)
CATEGORY = _matches(
    r"[a-z][a-z0-9_]*",
    "is not a category; write small letters, digits and _, for example third_wave",
)
COUNT = _matches(
    r"[1-9][0-9]*|NRD", "is not a count; write a whole number above 0, for example 20, or NRD"
)
FRACTIONS = ("1/2", "1/3", "2/3", "1/4")  # shares that a text says in words

NOT_PRINTED = "is not a printed number; write it as printed, for example 0.480, .452 or <.001"
FIGURE = _cell(lambda text: printed.is_number(re.sub("^[<>]", "", text)), NOT_PRINTED)
PRINTED = _cell(lambda t: t in FRACTIONS or printed.is_number(re.sub("^[<>]", "", t)), NOT_PRINTED)

EFFECTS = Table(
    {
        "outcome": OUTCOME,
        "study": KEY,
        "smd": _number("0.480"),
        "se": _number("0.324", low=0),
        "variance": _number("0.105", low=0),
        "ci_low": _number("-0.155"),
        "ci_high": _number("1.116"),
        "z": _number("1.481"),
        "p": _number("0.139", low=0, high=1),
    },
    (
        _unique("study", "outcome"),
        RowRule(("ci_low", "ci_high"), _limits_in_order, "is above ci_high; swap the two limits"),
        RowRule(("se",), _se_has_digits, "leaves the weight of the trial open; write more digits"),
    ),
)

STUDIES = Table(
    {
        "study": KEY,
        "name": TEXT,
        "diagnosis": TEXT,
        "disorder": None,
        "age": _number("41.9", low=0, words=NOT_REPORTED),
        "female_percent": _number("67.9", low=0, high=100, words=NOT_REPORTED),
        "married_percent": _number("32.9", low=0, high=100, words=NOT_REPORTED),
        "n_treatment": COUNT,
        "n_control": COUNT,
        "treatment": TEXT,
        "treatment_weeks": _number("8", low=0, words=NOT_REPORTED),
        "symptom_measure": TEXT,
        "qol_measure": TEXT,
        "quality": _number("1.8", low=0, high=2, words=NOT_REPORTED),
    },
    (_unique("study"), _unique("name")),
)

WHOLE = ("k", "k0", "df")  # how the names of counts end


def _counts_are_whole(frame: pd.DataFrame) -> pd.Series:
    """Tell for each row whether a number of studies or degrees of freedom is printed as a count."""
    return ~frame["quantity"].str.split(r"[._]", regex=True).str[-1].isin(WHOLE) | frame[
        "printed"
    ].str.fullmatch(r"[0-9]+")


def _share_has_no_quantity(frame: pd.DataFrame) -> pd.Series:
    """Tell for each row whether a share in words, which has no digits to meet, names no quantity."""
    return ~frame["printed"].isin(FRACTIONS) | (frame["quantity"] == "")


def _quantity_or_note(frame: pd.DataFrame) -> pd.Series:
    """Tell for each row whether it names a quantity, or else says in a note why there is none."""
    return (frame["quantity"] != "") | (frame["note"] != "")


PUBLISHED = Table(
    {"id": NAME, "where": TEXT, "quantity": QUANTITY, "printed": PRINTED, "note": None},
    (
        _unique("id"),
        RowRule(
            ("note", "quantity"),
            _quantity_or_note,
            "does not say why no quantity is named; write which inputs are missing, or what else it is",
        ),
        RowRule(
            ("quantity", "printed"),
            _share_has_no_quantity,
            "stands beside a share in words, which has no digits to meet; leave it empty",
        ),
        RowRule(
            ("printed", "quantity"),
            _counts_are_whole,
            "is not a count; write a whole number, for example 17",
        ),
    ),
)

GROUPS = Table(
    {
        "study": KEY,
        "variable": CATEGORY,
        "category": CATEGORY,
        "source": _one_of("printed", "recovered"),
    },
    (_unique("study", "variable"),),
)

FLOW = Table(
    {
        "id": NAME,
        "kind": _one_of("in", "out", "left", "part", "reason"),
        "label": TEXT,
        "count": _number("905", low=0),
        "where": TEXT,
        "note": None,
    },
    (_unique("id"),),
)

DEFINITIONS = Table({"study": KEY, "earlier": TEXT, "current": TEXT}, (_unique("study"),))

LITERATURE = Table(
    {"id": NAME, "claim": TEXT, "printed": FIGURE, "cited": TEXT, "where": TEXT, "note": None},
    (_unique("id"),),
)

CLAIMS = Table({"id": NAME, "where": TEXT, "claim": TEXT}, (_unique("id"),))

# What hangs on a contradiction, the most consequential first.
TOUCHES = ("conclusion", "result", "label")
REMARKS = Table(
    {
        "place1": TEXT,
        "text1": TEXT,
        "place2": TEXT,
        "text2": TEXT,
        "what": TEXT,
        "touches": _one_of(*TOUCHES),
    },
    (
        _unique("text1", "place1", "text2", "place2"),
        RowRule(
            ("text2", "text1"),
            lambda frame: frame["text1"] != frame["text2"],
            "is the same as text1; quote what the second place says instead, or leave the row out",
        ),
    ),
)


def _is_pattern(text: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may once mean something else
            re.compile(text)
    except (re.error, OverflowError, RecursionError):
        return False
    return text != ""


SOURCE = Table(
    {
        "kind": _one_of("passage", "aside", "number"),
        "name": TEXT,
        "pattern": _cell(
            _is_pattern, "is not a regular expression; a space stands for any white space"
        ),
        "note": None,
    },
    (_unique("name", "kind"),),
)
