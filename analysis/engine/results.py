"""What every result of the engine can do: print itself, become a dict, a frame, a sentence.

A result is a frozen dataclass that derives from `Result` and writes its own `report`:

    @dataclass(frozen=True, repr=False)
    class Pooled(Result):
        estimate: float
        weights: np.ndarray = field(compare=False)   # stored through read_only(...)

        def report(self) -> str: ...
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import ClassVar

import numpy as np
import pandas as pd


class Result:
    """A frozen result of an analysis.

    `held` names the fields that it was computed from, such as the model: its methods need them, but
    they are neither shown nor handed on.
    """

    held: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict:
        """Return the fields by name: arrays as lists, results within as dicts."""
        return {name: _plain(value) for name, value in self._found().items()}

    def to_frame(self) -> pd.DataFrame:
        """Return the fields that hold a single number or word as a frame of one row."""
        return pd.DataFrame([{name: v for name, v in self._found().items() if _is_single(v)}])

    def report(self) -> str:
        """Return the result in one plain sentence."""
        raise NotImplementedError(f"{type(self).__name__} has no sentence of its own")

    def __repr__(self) -> str:
        shown = self._found()
        width = max(map(len, shown))
        lines = (f"  {name:{width}}  {_shown(value)}" for name, value in shown.items())
        return "\n".join([type(self).__name__, *lines])

    def _found(self) -> dict:
        """Return the fields but those `held`."""
        names = (f.name for f in fields(self))
        return {name: getattr(self, name) for name in names if name not in self.held}


def interval(level: float, low: float, high: float) -> str:
    """Return a confidence interval as it stands in a sentence, two decimals."""
    return f"{100 * level:g}% CI {low:.2f} to {high:.2f}"


def read_only(array: np.ndarray) -> np.ndarray:
    """Return a copy of `array` over immutable memory, so that even `setflags` cannot unlock it."""
    return np.frombuffer(array.tobytes(), dtype=array.dtype).reshape(array.shape)


def _is_single(value) -> bool:
    return value is None or isinstance(value, (str, bool, int, float, np.generic))


def _plain(value):
    if isinstance(value, Result):
        return value.to_dict()
    if is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    if isinstance(value, pd.DataFrame):
        return value.to_dict("index")
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _shown(value) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, np.ndarray):
        return np.array2string(value, precision=4, threshold=8, edgeitems=3)
    if isinstance(value, (Result, pd.DataFrame)):
        return "\n" + "\n".join("    " + line for line in str(value).split("\n"))
    if isinstance(value, dict):
        return "".join(f"\n    {key}: {_shown(item)}" for key, item in value.items())
    return str(value)
