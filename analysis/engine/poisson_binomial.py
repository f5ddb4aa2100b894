"""How many of several independent events of different probabilities happen.

The events are significant studies here, and the probabilities their powers.
"""

import numpy as np


def poisson_binomial(shares: np.ndarray) -> np.ndarray:
    """Return the probability of 0, 1, ..., k events out of those with probabilities `shares`.

    Shape (k + 1,). The events join one by one, in sums of positive terms, which lose no digits.
    """
    chances = np.ones(1)
    for share in shares:
        joined = np.zeros(len(chances) + 1)
        joined[:-1] += chances * (1 - share)
        joined[1:] += chances * share
        chances = joined
    return chances
