"""How numbers that are printed together bind each other, whatever the data were.

    texts     the printed numbers of one analysis, by statistic; `k`, the trials it is of
    span      the least and the most that a number can be
    relation  gives the span of one number from those of others, each free within its rounding

Kendall's S, tau and p are bound with the continuity correction, |S| - 1, and without ties.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import copysign, inf, sqrt

from scipy.special import chdtrc, ndtr, stdtr, stdtrit

from .formulas import Z95
from .printed import agrees, interval, is_number, number
from .reconstruct import half_planes
from .region import polygon

Texts = Mapping[str, str]
Span = tuple[float, float]

# Too little is there to tell anything.
ANY: Span = (-inf, inf)
COUNTS = ("k", "df", "q_df", "q_e_df", "q_between_df")
LABELS = {
    "estimate": "an estimate of", "se": "a standard error of", "variance": "a variance of",
    "ci_low": "a lower limit of", "ci_high": "an upper limit of",
    "statistic": "a statistic of", "z": "a z of",
    "pvalue": "a p of", "df": "degrees of freedom of", "tau": "a tau of", "q": "Q of",
    "q_df": "degrees of freedom of", "q_pvalue": "a p of", "i2": "an I² of", "q_e": "Q of",
    "q_e_df": "degrees of freedom of", "q_e_pvalue": "a p of", "q_between": "Q of",
    "q_between_df": "degrees of freedom of", "q_between_pvalue": "a p of",
    "k": "a number of trials of",
}  # fmt: skip
# The numbers of an estimate, as the rows of effects are called.
AS_EFFECT = {
    "estimate": "smd", "statistic": "z", "pvalue": "p",
    **{name: name for name in ("se", "variance", "ci_low", "ci_high")},
}  # fmt: skip


def span(name: str, text: str) -> Span:
    """Return the values that print as `text`; a count, by its `name`, is no other than it is printed."""
    return (float(number(text)),) * 2 if name in COUNTS else interval(text)


@dataclass(frozen=True)
class Relation:
    """`names` that belong together: `implied` gives the span of the first from those of the others."""

    names: tuple[str, ...]
    implied: Callable[..., Span]
    says: str

    def leaves(self, texts: Texts) -> Span | None:
        """Return what the others leave to the first; None unless `texts` has them all as numbers."""
        # A bound such as <.001 implies too little.
        if not all(is_number(texts.get(name, "")) for name in self.names[1:]):
            return None
        return self.implied(*(span(name, texts[name]) for name in self.names[1:]))

    def holds(self, texts: Texts) -> bool:
        """Tell whether the printed `texts` can stand together; those that are not all there can."""
        left, first = self.leaves(texts), texts.get(self.names[0])
        if left is None or first is None:
            return True
        low, high = left
        if not is_number(first):
            return agrees(low, first) or agrees(high, first)
        printed_low, printed_high = span(self.names[0], first)
        slack = 1e-9 * max(1.0, abs(printed_low), abs(printed_high))
        return low <= printed_high + slack and printed_low - slack <= high

    def told(self, texts: Texts) -> str:
        """Return in a sentence what the others leave to the first."""
        low, high = self.leaves(texts)
        ends = f"{low:.4g}" if f"{low:.4g}" == f"{high:.4g}" else f"{low:.4g} to {high:.4g}"
        others = [f"{LABELS[name]} {texts[name]}" for name in self.names[1:]]
        verb = "give" if len(others) > 1 else "gives"
        first = self.names[0]
        return (
            f"{self.says}: {' and '.join(others)} {verb} {LABELS[first]} {ends}, "
            f"but {texts[first]} is printed."
        )


def one_estimate(texts: Texts) -> bool:
    """Tell whether a single estimate and error, tested by z, print as all of `texts` together.

    Relations bind numbers by twos and threes; that each of them holds is not enough. Without an
    interval nothing more is told.
    """
    row = {new: texts[old] for old, new in AS_EFFECT.items() if is_number(texts.get(old, ""))}
    return not {"smd", "ci_low", "ci_high"} <= set(row) or bool(polygon(half_planes(row)))


def _middle(low: Span, high: Span) -> Span:
    return (low[0] + high[0]) / 2, (low[1] + high[1]) / 2


def _ratio(estimate: Span, se: Span) -> Span:
    if se[0] <= 0:
        return ANY
    ratios = [e / error for e in estimate for error in se]
    return min(ratios), max(ratios)


def _error(low: Span, high: Span, quantile: float = Z95) -> Span:
    return tuple(max(0.0, high[i] - low[1 - i]) / (2 * quantile) for i in (0, 1))


def _square(se: Span) -> Span:
    return max(se[0], 0.0) ** 2, se[1] ** 2


def _z_of_limits(estimate: Span, low: Span, high: Span, quantile: float = Z95) -> Span:
    return _ratio(estimate, _error(low, high, quantile))


def _t_of_limits(estimate: Span, low: Span, high: Span, df: Span) -> Span:
    if df[0] < 1:
        return ANY
    return _z_of_limits(estimate, low, high, float(stdtrit(df[0], 0.975)))


def _both_tails(statistic: Span, lower: Callable[[float], float]) -> Span:
    ends = sorted(2 * float(lower(-abs(x))) for x in statistic)
    return (ends[0], 1.0) if statistic[0] <= 0 <= statistic[1] else (ends[0], ends[1])


def _p_of_z(z: Span) -> Span:
    return _both_tails(z, ndtr)


def _p_of_limits(estimate: Span, low: Span, high: Span) -> Span:
    return _p_of_z(_z_of_limits(estimate, low, high))


def _p_of_t(t: Span, df: Span) -> Span:
    return _both_tails(t, lambda x: stdtr(df[0], x)) if df[0] >= 1 else ANY


def _p_of_q(q: Span, df: Span) -> Span:
    if df[0] < 1:
        return ANY
    return float(chdtrc(df[0], q[1])), float(chdtrc(df[0], max(q[0], 0.0)))


def _i2(q: Span, df: Span) -> Span:
    return tuple(max(0.0, 100 * (x - df[0]) / x) if x > 0 else 0.0 for x in q)


def _one_less(k: Span) -> Span:
    return k[0] - 1, k[1] - 1


def _two_less(k: Span) -> Span:
    return k[0] - 2, k[1] - 2


def _corrected(s: Span) -> float:
    """S, a whole number, a step nearer to 0: the continuity correction."""
    whole = round(sum(s) / 2)
    return copysign(max(abs(whole) - 1, 0), whole)


def _tau(s: Span, k: Span) -> Span:
    return (_corrected(s) / (k[0] * (k[0] - 1) / 2),) * 2 if k[0] > 1 else ANY


def _z_of_s(s: Span, k: Span) -> Span:
    if k[0] < 2:
        return ANY
    # Kendall (1970), eq. 4.3, without ties.
    return (_corrected(s) / sqrt(k[0] * (k[0] - 1) * (2 * k[0] + 5) / 18),) * 2


def _p_of_s(s: Span, k: Span) -> Span:
    return _p_of_z(_z_of_s(s, k))


_LIMITS = ("estimate", "ci_low", "ci_high")
_ESTIMATE = (
    Relation(_LIMITS, _middle, "An interval is centred on its estimate"),
    Relation(
        ("statistic", "estimate", "se"), _ratio, "A test statistic is the estimate over its error"
    ),
)
# An effect or a slope, tested by the normal distribution, and the Q printed with it.
NORMAL = (
    *_ESTIMATE,
    Relation(
        ("statistic", *_LIMITS), _z_of_limits,
        "z is the estimate over its error, which the interval tells",
    ),
    Relation(("se", "ci_low", "ci_high"), _error, "An interval is as wide as its standard error tells"),
    Relation(("variance", "se"), _square, "The variance is the square of the error"),
    Relation(("pvalue", "statistic"), _p_of_z, "p is both tails of z"),
    Relation(
        ("pvalue", *_LIMITS), _p_of_limits,
        "p is both tails of the estimate over its error, which the interval tells",
    ),
    *(
        Relation((f"{q}_pvalue", q, f"{q}_df"), _p_of_q, "p is the tail of chi-squared")
        for q in ("q", "q_e", "q_between")
    ),
    *(
        Relation(
            ("i2", q, f"{q}_df"), _i2, "I² is the share of Q that its degrees of freedom leave"
        )
        for q in ("q", "q_e")
    ),
    Relation(("q_df", "k"), _one_less, "Q has one degree of freedom fewer than there are trials"),
    Relation(
        ("q_e_df", "k"), _two_less, "Q around a line has two degrees of freedom fewer than trials",
    ),
)  # fmt: skip
# Egger's intercept: of a line through the trials, so a t.
EGGER = (
    *_ESTIMATE,
    Relation(
        ("statistic", *_LIMITS, "df"), _t_of_limits,
        "t is the intercept over its error, which the interval tells",
    ),
    Relation(("pvalue", "statistic", "df"), _p_of_t, "p is both tails of t"),
    Relation(("df", "k"), _two_less, "A line leaves two degrees of freedom fewer than there are trials"),
)  # fmt: skip
KENDALL = (
    Relation(
        ("tau", "statistic", "k"), _tau, "Tau is the share of S, less 1, in all pairs of trials"
    ),
    Relation(("z", "statistic", "k"), _z_of_s, "z is S, less 1, over its error"),
    Relation(("pvalue", "z"), _p_of_z, "p is both tails of z"),
    Relation(("pvalue", "statistic", "k"), _p_of_s, "p is both tails of S, less 1, over its error"),
)
# Tests of small-study effects, by the last word of what they are printed under.
TESTS = {"egger": EGGER, "kendall": KENDALL}
