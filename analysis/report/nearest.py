"""What somebody may have meant by a word that is not known."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

from .roles import folded

CLOSE = 0.7  # the share of letters that match; at difflib’s own 0.6 colour is like columns
LONGEST = 80  # letters of a word that anyone would mistype
MOST = 500  # words among which it is looked for


def nearest(word: str, allowed: Iterable[str], close: float = CLOSE) -> str | None:
    """Return the one of the `allowed` words that is most like `word`, if any is `close` to it."""
    if len(word) > LONGEST:
        return None
    plain = {folded(each): each for each in reversed(list(allowed)[:MOST]) if len(each) <= LONGEST}
    found = get_close_matches(folded(word), [each for each in plain if each], n=1, cutoff=close)
    return plain[found[0]] if found else None


def likeness(word: str, other: str) -> float:
    """Return how much of two words is the same, from 0 to 1."""
    return SequenceMatcher(None, folded(word), folded(other)).ratio()


def did_you_mean(word: object, allowed: Iterable[str]) -> str:
    """Return what follows on "is not known": the nearest of the `allowed` words, or nothing."""
    found = nearest(word, allowed) if isinstance(word, str) else None
    return f"; did you mean {found}?" if found else ""
