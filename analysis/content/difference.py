"""Completers against everybody: the test of their two means.

Value names are `<completers>.difference.<statistic>`.
"""

from __future__ import annotations

from math import hypot

from scipy.special import ndtr

from ..display.numbers import pvalue
from ..display.registry import Registry
from ..display.value import Value
from .pooled import decimals


def add_difference(registry: Registry, everybody: str, completers: str) -> None:
    """Register the test of two pooled means as if their trials were others.

    They share most participants, so that the true error of the difference is smaller; the test is
    the one that a comparison of two printed means allows.
    """
    names = tuple(
        f"{key}.random.{part}" for key in (completers, everybody) for part in ("estimate", "se")
    )
    mean, se, other, other_se = (registry.get(Value, name).raw for name in names)
    known = mean is not None and other is not None
    estimate = mean - other if known else None
    error = hypot(se, other_se) if known else None
    z = estimate / error if known else None
    prefix = f"{completers}.difference"
    how = "completers against everybody, as if independent"
    registry.value(
        f"{prefix}.estimate", estimate, decimals(2), f"difference of means; {how}", names
    )
    registry.value(f"{prefix}.se", error, decimals(3), f"standard error; {how}", names)
    registry.value(
        f"{prefix}.statistic", z, decimals(2), f"test statistic z; {how}",
        (f"{prefix}.estimate", f"{prefix}.se"),
    )  # fmt: skip
    p = 2 * float(ndtr(-abs(z))) if known else None
    registry.value(
        f"{prefix}.pvalue", p, pvalue, f"significance (p); {how}", (f"{prefix}.statistic",)
    )
