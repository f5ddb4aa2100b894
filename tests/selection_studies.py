"""Studies of the reference that tests of the selection models share."""

from __future__ import annotations

import numpy as np

from leaves import REFERENCE, document


def reference(name: str) -> dict:
    """What R says of the studies `name`."""
    return document(REFERENCE / "metafor" / f"{name}.json")


def studies(name: str) -> tuple[np.ndarray, np.ndarray]:
    """The effects and variances of the studies `name`."""
    given = reference(name)["input"]
    return np.array(given["yi"], dtype=float), np.array(given["vi"], dtype=float)


BASKERVILLE, HACKSHAW = studies("baskerville2012"), studies("hackshaw1998")
