"""van Houwelingen, Arends & Stijnen (2002), Table I: thirteen BCG trials as log odds ratios.

The Q-profile interval of tau2 is printed on the metafor project's page on that article: 0.1302 to
1.1812. The counts of the first three trials are those of Table I, as are the effects and variances.
"""

import pytest
from leaves import FILES, document

from analysis.engine.pool import pool
from analysis.review.printed import agrees

(PATH,) = (path for path in FILES if path.stem == "colditz1994_or")
GIVEN = document(PATH)["input"]


@pytest.mark.parametrize(
    ("trial", "counts", "yi", "vi"),
    [
        (0, (4, 119, 11, 128), "-0.9387", "0.3571"),
        (1, (6, 300, 29, 274), "-1.6662", "0.2081"),
        (2, (3, 228, 11, 209), "-1.3863", "0.4334"),
    ],
)
def test_the_data_are_those_of_table_1(trial, counts, yi, vi):
    names = ("ai", "bi", "ci", "di") if "ai" in GIVEN["raw"] else ("tpos", "tneg", "cpos", "cneg")
    assert tuple(GIVEN["raw"][name][trial] for name in names) == counts
    assert agrees(GIVEN["yi"][trial], yi) and agrees(GIVEN["vi"][trial], vi)


def test_the_q_profile_interval():
    found = pool(GIVEN["yi"], vi=GIVEN["vi"], method="ML").confint().tau2
    assert agrees(found.low, "0.1302") and agrees(found.high, "1.1812")
