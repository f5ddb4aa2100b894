"""Becker (2005), Failsafe N or file-drawer number, and the trim and fill of passive smoking.

Becker's chapter 7 of Rothstein, Sutton & Borenstein, Publication Bias in Meta-Analysis, works three
data sets, here at full precision: teacher expectancy (raudenbush1985), passive smoking
(hackshaw1998) and interviews (mcdaniel1994_zcor). She rounds down where we, as R, round up, so that
her 103 and 64 are 104 and 65. Her Rosenthal numbers (23, 398, 51226) rest on rounded or on t tests'
p-values and are not those of z; the test of the z ones is R's, in the reference.
"""

import json
from math import exp
from pathlib import Path

import pytest

from analysis.engine.failsafe_n import failsafe_n
from analysis.engine.trim_fill import trim_fill

REFERENCE = Path(__file__).parent / "reference" / "metafor"


def studies(name):
    content = json.loads((REFERENCE / f"{name}.json").read_text(encoding="utf-8"))["input"]
    return content["yi"], content["vi"]


@pytest.mark.parametrize(
    ("name", "target", "weights", "missing"),
    [
        ("raudenbush1985", 0.05, "equal", 44),
        ("raudenbush1985", 0.05, "inverse-variance", 4),
        ("hackshaw1998", 0.049, "equal", 186),
        ("hackshaw1998", 0.049, "inverse-variance", 103 + 1),
        ("mcdaniel1994_zcor", 0.15, "equal", 129),
        ("mcdaniel1994_zcor", 0.15, "inverse-variance", 64 + 1),
    ],
)
def test_orwin(name, target, weights, missing):
    yi, vi = studies(name)
    result = failsafe_n(yi, vi=vi, method="Orwin", target=target, weights=weights)
    assert result.n == missing


def test_trim_and_fill_of_passive_smoking():
    """Lung Cancer 51 (2006), 245-246: seven studies filled in, relative risk 1.19 (1.08 to 1.31),

    p = 0.0004, where the 37 studies alone have an excess risk of 24 %.
    """
    yi, vi = studies("hackshaw1998")
    result = trim_fill(yi, vi=vi, method="DL", find="EE")
    assert (result.side, result.k0, result.adjusted.k) == ("left", 7, 44)
    adjusted = result.adjusted
    ratios = [exp(x) for x in (adjusted.estimate, adjusted.ci_low, adjusted.ci_high)]
    assert ratios == pytest.approx([1.19, 1.08, 1.31], abs=0.005, rel=0)
    assert adjusted.pvalue == pytest.approx(0.0004, abs=0.00005)
    assert exp(result.observed.estimate) == pytest.approx(1.24, abs=0.005)
