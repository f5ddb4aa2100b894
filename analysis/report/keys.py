"""Names of outcomes, studies, columns and categories within names of values."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256

LONGEST = 60  # letters
DIGEST = 6  # letters that tell long names apart; a running number would hang on the order of rows
# Names below a model that no column may have.
TAKEN = ("analysed", "cumulative", "filled", "study", "wider", "without")


def slug(text: str, taken: set[str]) -> str:
    """Return a name for `text` of letters, digits and underscores, and add it to those `taken`.

    A long one keeps its first words, and ends with a digest of the whole `text`; so does one of which no
    letter is left, as of a name in another script.
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^0-9a-z]+", "_", plain).strip("_")
    stem = words if words[:1].isalpha() else f"x_{words}".strip("_")
    if not words or len(stem) > LONGEST:
        stem = f"{_cut(stem)}_{sha256(text.encode()).hexdigest()[:DIGEST]}"
    name, n = stem, 1
    while name in taken:
        n += 1
        name = f"{stem[: LONGEST - len(f'_{n}')]}_{n}"
    taken.add(name)
    return name


def column_keys(columns: Iterable[str]) -> dict[str, str]:
    """Return what each of the `columns` is called within names of values, in their order."""
    taken = set(TAKEN)
    return {column: slug(column, taken) for column in columns}


def _cut(stem: str) -> str:
    """The whole words at the beginning of `stem` for which there is room."""
    room = LONGEST - DIGEST - 1
    whole = stem[: room + 1].rpartition("_")[0]
    return whole or stem[:room]
