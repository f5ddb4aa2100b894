"""The two groups of every trial by names of their own: `N CBT, Mean CBT, SD CBT, N TAU, ...`.

A name such as `Mean CBT` is a stem (mean) before or after the name of an arm (CBT). An arm counts where
it has every number that an effect takes; which of two arms is the control only a usual word can tell.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .roles import CONTROL, STEMS, is_particular

COMPLETE = ({"mean", "sd", "n"}, {"events", "n"}, {"events", "nonevents"})
# A word within an arm's name that makes it the control; shorter ones must be the whole name.
USUAL = {
    "control", "controls", "ctrl", "comparison", "comparator", "placebo", "sham", "dummy", "usual",
    "routine", "standard", "tau", "cau", "waitlist", "waitlisted", "wait", "waiting", "untreated",
    "unexposed", "unvaccinated", "nonexposed", "none", "no",
}  # fmt: skip
WHOLE = {*CONTROL, "wl", "wlc", "pbo", "plc", "soc", "uc"}
_WORDS = sorted(
    ((tuple(word.split("_")), stem) for stem, words in STEMS.items() for word in words),
    key=lambda pair: -len(pair[0]),
)


@dataclass(frozen=True)
class Arms:
    """The arms by name, each with its columns by stem; `control` is the name of the control, if told.

    `parts` are all names that may be arms, also those whose numbers are not complete.
    """

    columns: dict[str, dict[str, str]]
    control: str | None
    parts: dict[str, dict[str, str]]

    @property
    def treated(self) -> str | None:
        """The name of the treated group, where there are two and the control is known."""
        if self.control is None or len(self.columns) != 2:
            return None
        return next(name for name in self.columns if name != self.control)

    @property
    def undecided(self) -> bool:
        """Whether there are two groups or more, and not two of which the control is known."""
        return len(self.columns) > 1 and self.treated is None

    def roles(self, treated: str, control: str) -> dict[str, str]:
        """The role of each column of both groups, if these are the ones so named."""
        return {
            column: f"{stem}_{arm}"
            for name, arm in ((treated, "treated"), (control, "control"))
            for stem, column in self.columns[name].items()
        }


def find_arms(columns: Iterable[str], known: Collection[str] = ()) -> Arms:
    """Return the arms that the names of `columns` tell of; none where their numbers are not complete.

    An arm may lack what the roles `known` say of another column.
    """
    found: dict[str, dict[str, str]] = {}
    spelled: dict[str, str] = {}
    for column in sorted(columns, key=is_particular):
        for stem, arm in _parted(column):
            name = spelled.setdefault(arm.casefold(), arm)
            found.setdefault(name, {}).setdefault(stem, column)
    whole = {arm: stems for arm, stems in found.items() if _is_whole(arm, stems, known)}
    controls = [name for name in whole if is_control(name)]
    # Beside an arm of one letter another letter or number is the next of a row: b, c or 2, 3.
    row = all(len(name) == 1 for name in whole)
    return Arms(whole, controls[0] if len(controls) == 1 and not row else None, found)


def _is_whole(arm: str, stems: dict[str, str], known: Collection[str]) -> bool:
    """Whether an `arm` has every number that an effect takes, with those `known` of its side."""
    side = "_control" if is_control(arm) else "_treated"
    told = {role.removesuffix(side) for role in known if role.endswith(side)}
    return any(numbers <= stems.keys() | told for numbers in COMPLETE)


def is_control(arm: str) -> bool:
    """Whether the name of an `arm` is one that controls usually have."""
    words = arm.casefold().split()
    return "_".join(words) in WHOLE or bool(USUAL.intersection(words))


def _parted(column: str) -> list[tuple[str, str]]:
    """The stem and the arm that the name of a `column` is made of, if it is."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)
    words = re.findall(r"[^\W_]+", apart)
    plain = [word.casefold() for word in words]
    for stem_words, stem in _WORDS:
        n = len(stem_words)
        if len(plain) > n and tuple(plain[:n]) == stem_words:
            return [(stem, _as_written(words[n:], column))]
        if len(plain) > n and tuple(plain[-n:]) == stem_words:
            return [(stem, _as_written(words[:-n], column))]
    return []


def _as_written(words: list[str], column: str) -> str:
    """The `words` of an arm, undivided where the name of the `column` has them so."""
    undivided = "".join(words)
    return undivided if undivided in column else " ".join(words)
