"""The words for verdicts (`verify`): their order, what each says, and the groups that they fall into.

The order is that of every table, figure and filter: from what is met to what is not.
"""

from __future__ import annotations

MEANINGS = {
    "given": "the number is an input of ours, taken over as it is printed",
    "reproduced": "our value rounds to the printed digits",
    "attainable": "our value does not round to the printed digits, but there are inputs that print "
    "exactly as the publication prints them and give the printed value",
    "different": "no inputs that print as the publication prints them give the printed value, if "
    "variances follow from the printed arm sizes wherever the digits fit these",
    "undecided": "our value does not round to the printed digits, and neither an example nor a bound "
    "has been found",
    "inconsistent": "the number contradicts other printed numbers, whatever the data were, or repeats "
    "another analysis digit for digit",
    "not computable": "what it rests on is not in the publication, or no longer in the data, or there "
    "is nothing to compute",
}
STATUSES = tuple(MEANINGS)

AS_PRINTED = ("given", "reproduced")  # our value is the printed one, digit for digit
# Marked in a table of numbers, by a letter that a note explains.
MARKS = {status: status[0] for status in ("attainable", "different", "undecided", "inconsistent")}


def key(status: str) -> str:
    """Return `status` as a part of a value's name."""
    return status.replace(" ", "_")
