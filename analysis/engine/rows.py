"""Results that hold one element a study, a subset or an analysis."""

from typing import ClassVar

import numpy as np
import pandas as pd

from .results import Result


class Rows(Result):
    """A frozen result of arrays of one length; its frame has a row an element.

    `derived` names the properties that belong into the dict and the frame beside the fields.
    """

    derived: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict:
        """Return fields and derived statistics by name, arrays as lists."""
        more = {name: getattr(self, name) for name in self.derived}
        return super().to_dict() | {
            name: None if values is None else values.tolist() for name, values in more.items()
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the arrays as the columns of a frame, an element a row."""
        columns = self._found() | {name: getattr(self, name) for name in self.derived}
        return pd.DataFrame(
            {n: v for n, v in columns.items() if isinstance(v, np.ndarray) and v.ndim == 1}
        )


def locked(arrays: dict[str, np.ndarray | None]) -> dict[str, np.ndarray | None]:
    """Return the new `arrays` made read-only in place: they may be too large to copy."""
    for values in arrays.values():
        if values is not None:
            values.setflags(write=False)
    return arrays
