"""Printed numbers that contradict each other, whatever the data were.

    set        the numbers printed of one analysis: their ids share all but the last word
    relation   what must hold between them, checked with every number free within its rounding
    suspect    the number that is wrong, where replacing it alone can make all relations hold

A contradiction says nothing of how it came about. Where a single number can be replaced so that all
fits, what it might have been is offered as a conjecture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite

from scipy.special import chdtrc, chdtri, ndtr, ndtri, stdtr, stdtrit

from .formulas import Z95
from .printed import agrees, interval, is_number, number

Texts = Mapping[str, str]
Span = tuple[float, float]
# A test with p at 1 or 0 belongs to a statistic of 0 or without limit.
TINY = 1e-300


@dataclass(frozen=True)
class Contradiction:
    """Rows `ids` that cannot all be right, which are `suspects`, and why: `kind`, `arithmetic`.

    `conjecture` is what would resolve it, or nothing. `weight` orders contradictions: 0 where a test
    or a direction hangs on it, 1 for a number, 2 for a count or a word.
    """

    ids: tuple[str, ...]
    suspects: tuple[str, ...]
    kind: str
    arithmetic: str
    conjecture: str = ""
    weight: int = 1


@dataclass(frozen=True)
class Relation:
    """`names` that belong together: `implied` gives the span of the first from those of the others."""

    kind: str
    names: tuple[str, ...]
    implied: Callable[..., Span]
    says: str

    def holds(self, texts: Texts) -> bool:
        """Tell whether the printed `texts` can stand together; those that are not all there can."""
        if not all(name in texts for name in self.names):
            return True
        first, *others = (texts[name] for name in self.names)
        if not all(map(is_number, others)):
            return True  # a bound such as <.001 implies too little
        low, high = self.implied(*(_span(n, texts[n]) for n in self.names[1:]))
        if not is_number(first):
            return agrees(low, first) or agrees(high, first)
        printed_low, printed_high = _span(self.names[0], first)
        slack = 1e-9 * max(1.0, abs(printed_low), abs(printed_high))
        return low <= printed_high + slack and printed_low - slack <= high

    def told(self, texts: Texts) -> str:
        """Return what is implied, in words."""
        low, high = self.implied(*(_span(name, texts[name]) for name in self.names[1:]))
        ends = f"{low:.4g}" if f"{low:.4g}" == f"{high:.4g}" else f"{low:.4g} to {high:.4g}"
        others = [f"{LABELS.get(name, name)} {texts[name]}" for name in self.names[1:]]
        first = self.names[0]
        verb = "gives" if len(others) == 1 else "give"
        return (
            f"{self.says}: {' and '.join(others)} {verb} {LABELS.get(first, first)} {ends}, "
            f"printed is {texts[first]}"
        )


LABELS = {
    "estimate": "an estimate of", "se": "a standard error of", "variance": "a variance of",
    "ci_low": "a lower limit of", "ci_high": "an upper limit of",
    "statistic": "a statistic of", "pvalue": "a p of", "df": "degrees of freedom of",
    "q": "Q of", "q_df": "degrees of freedom of",
    "q_pvalue": "a p of", "i2": "an I² of", "q_e": "Q of", "q_e_df": "degrees of freedom of",
    "q_e_pvalue": "a p of", "q_between": "Q of", "q_between_df": "degrees of freedom of",
    "q_between_pvalue": "a p of", "k": "a number of trials of", "n": "a sum of",
}  # fmt: skip


COUNTS = ("k", "df", "q_df", "q_e_df", "q_between_df")


def _span(name: str, text: str) -> Span:
    """The values that print as `text`; a count is no other than it is printed."""
    return (float(number(text)),) * 2 if name in COUNTS else interval(text)


def _middle(low: Span, high: Span) -> Span:
    return (low[0] + high[0]) / 2, (low[1] + high[1]) / 2


def _z(estimate: Span, low: Span, high: Span) -> Span:
    return _z_of_se(estimate, _se(low, high))


def _se(low: Span, high: Span) -> Span:
    return max(0.0, (high[0] - low[1]) / (2 * Z95)), max(0.0, (high[1] - low[0]) / (2 * Z95))


def _z_of_se(estimate: Span, se: Span) -> Span:
    if se[0] <= 0:
        return -inf, inf
    ratios = [e / error for e in estimate for error in se]
    return min(ratios), max(ratios)


def _square(x: Span) -> Span:
    return max(x[0], 0.0) ** 2, x[1] ** 2


def _p_of_z(z: Span) -> Span:
    ends = sorted(2 * float(ndtr(-abs(x))) for x in z)
    return (ends[0], 1.0) if z[0] <= 0 <= z[1] else (ends[0], ends[1])


def _p_of_t(t: Span, df: Span) -> Span:
    ends = sorted(2 * float(stdtr(df[0], -abs(x))) for x in t)
    return (ends[0], 1.0) if t[0] <= 0 <= t[1] else (ends[0], ends[1])


def _p_of_q(q: Span, df: Span) -> Span:
    whole = round(sum(df) / 2)
    if whole < 1:
        return 0.0, 1.0
    return float(chdtrc(whole, q[1])), float(chdtrc(whole, max(q[0], 0.0)))


def _i2(q: Span, df: Span) -> Span:
    whole = round(sum(df) / 2)
    return tuple(max(0.0, 100 * (x - whole) / x) if x > 0 else 0.0 for x in q)


def _one_less(k: Span) -> Span:
    return k[0] - 1, k[1] - 1


def _two_less(k: Span) -> Span:
    return k[0] - 2, k[1] - 2


RELATIONS = (
    Relation(
        "interval", ("estimate", "ci_low", "ci_high"), _middle,
        "an interval from the normal distribution is centred on its estimate",
    ),
    Relation(
        "statistic", ("statistic", "estimate", "ci_low", "ci_high"), _z,
        "z is the estimate over its error, which the interval tells",
    ),
    Relation(
        "se", ("se", "ci_low", "ci_high"), _se,
        "an interval from the normal distribution is as wide as its standard error tells",
    ),
    Relation("statistic", ("statistic", "estimate", "se"), _z_of_se, "z is the estimate over its error"),
    Relation("variance", ("variance", "se"), _square, "the variance is the square of the error"),
    Relation("p", ("pvalue", "statistic"), _p_of_z, "p is both tails of z"),
    *(
        relation
        for q in ("q", "q_e", "q_between")
        for relation in (
            Relation("p", (f"{q}_pvalue", q, f"{q}_df"), _p_of_q, "p is the tail of chi-squared"),
            Relation("i2", ("i2", q, f"{q}_df"), _i2, "I² is (Q - df) / Q"),
        )
    ),
    Relation("df", ("q_df", "k"), _one_less, "Q has a degree of freedom less than trials"),
    Relation(
        "df", ("q_e_df", "k"), _two_less, "Q around a line has degrees of freedom for all trials less 2"
    ),
)  # fmt: skip
# Of a test that is not of z: Egger's t has its own degrees of freedom, Kendall's S its number of trials.
OF_TESTS = {
    "egger": (Relation("p", ("pvalue", "statistic", "df"), _p_of_t, "p is both tails of t"),),
    "kendall": (),
}


def contradictions(
    published: Iterable[Mapping[str, str]], k: Mapping[str, int], flow: Sequence[Mapping[str, str]]
) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in the rows of published.csv and of flow.csv.

    `k` is the number of trials of each outcome. The most consequential come first.
    """
    rows = list(published)
    sets = _sets(rows)
    found = [
        *(c for own in sets for c in _of_set(own, k)),
        *_twins(sets),
        *_flow(flow, {row["quantity"]: row["id"] for row in reversed(rows)}),
    ]
    # A set that is read again with another row may hold the same contradiction elsewhere.
    return tuple(sorted(dict.fromkeys(found), key=lambda c: c.weight))


@dataclass(frozen=True)
class _Set:
    """The numbers of one analysis: their `texts` and the `ids` of their rows by their last word."""

    prefix: str
    texts: dict[str, str]
    ids: dict[str, tuple[str, ...]]
    outcome: str


def _sets(rows: Sequence[Mapping[str, str]]) -> list[_Set]:
    """The sets of `rows`; where a number is printed again and otherwise, the set again with that."""
    found: dict[str, _Set] = {}
    again: list[tuple[str, str, Mapping[str, str]]] = []
    for row in rows:
        prefix, _, name = row["id"].rpartition(".")
        if row["quantity"]:
            name = row["quantity"].rpartition(".")[2]
        own = found.setdefault(prefix, _Set(prefix, {}, {}, row["quantity"].split(".")[0]))
        if own.texts.setdefault(name, row["printed"]) == row["printed"]:
            own.ids[name] = (*own.ids.get(name, ()), row["id"])
        else:
            again.append((prefix, name, row))
    others = (
        replace(
            found[prefix],
            texts=found[prefix].texts | {name: row["printed"]},
            ids=found[prefix].ids | {name: (row["id"],)},
        )
        for prefix, name, row in again
    )
    return [*found.values(), *others]


def _of_set(own: _Set, k: Mapping[str, int]) -> Iterator[Contradiction]:
    if ".study." in own.prefix:
        return
    relations = OF_TESTS.get(own.prefix.rpartition(".")[2], RELATIONS)
    texts, ids = dict(own.texts), dict(own.ids)
    # An outcome's own Q has the degrees of freedom of its trials.
    if own.prefix == f"results.{own.outcome}" and "q_df" in texts and own.outcome in k:
        texts.setdefault("k", str(k[own.outcome]))
    broken = [relation for relation in relations if not relation.holds(texts)]
    if not broken:
        return
    involved = {name for relation in broken for name in relation.names if name in ids}
    fits = {
        name: values
        for name in involved
        if (values := _replacements(name, texts, relations)) and name in ids
    }
    suspects = list(fits) if len(fits) == 1 else sorted(involved)
    conjecture = ""
    if len(fits) == 1:
        (name, (low, high)) = next(iter(fits.items()))
        ends = low if low == high else f"{low} to {high}"
        conjecture = f"with {LABELS.get(name, name)} {ends} in place of {texts[name]} all would fit"
    yield Contradiction(
        tuple(row for name in sorted(involved) for row in ids[name]),
        tuple(row for name in suspects for row in ids[name]),
        broken[0].kind,
        "; ".join(relation.told(texts) for relation in broken),
        conjecture,
        0 if any("pvalue" in name for name in suspects) else 1,
    )


def _replacements(name: str, texts: Texts, relations: Sequence[Relation]) -> tuple[str, str] | None:
    """Return the least and the most that `name` could be, in its own decimals, so that all holds."""
    if not is_number(texts[name]):
        return None
    places = max(0, -number(texts[name]).as_tuple().exponent)
    unit = 10.0**-places
    candidates = []
    for relation in relations:
        others = relation.names[1:]
        if relation.names[0] == name and all(is_number(texts.get(n, "")) for n in others):
            low, high = relation.implied(*(_span(n, texts[n]) for n in others))
            candidates += [low, high] if isfinite(low) and isfinite(high) else []
    candidates += _solved(name, texts)
    if not candidates:
        return None
    low, high = min(candidates) - 2 * unit, max(candidates) + 2 * unit
    if (high - low) / unit > 2000:
        return None
    steps = range(round(low / unit), round(high / unit) + 1)
    good = [
        text
        for text in (f"{step * unit:.{places}f}" for step in steps)
        if all(relation.holds({**texts, name: text}) for relation in relations)
    ]
    return (good[0], good[-1]) if good else None


def _solved(name: str, texts: Texts) -> list[float]:
    """Roughly what `name` would have to be, from the relations in which others are computed from it."""
    value = {n: float(number(t)) for n, t in texts.items() if is_number(t)}
    found = []
    if {"estimate", "ci_low", "ci_high"} <= set(value):
        e, low, high = value["estimate"], value["ci_low"], value["ci_high"]
        if name in ("ci_low", "ci_high"):
            found.append(2 * e - (high if name == "ci_low" else low))
    if name == "statistic" and "pvalue" in value:
        tail = max(value["pvalue"], TINY) / 2
        size = -float(stdtrit(value["df"], tail) if "df" in value else ndtri(tail))
        found += [size, -size]
    for q in ("q", "q_e", "q_between"):
        df = value.get(f"{q}_df")
        if name == f"{q}_df" and q in value and "i2" in value:
            found.append(value[q] * (1 - value["i2"] / 100))
        if name == q and df and f"{q}_pvalue" in value:
            found.append(float(chdtri(df, max(value[f"{q}_pvalue"], TINY))))
        if name == q and df is not None and "i2" in value and value["i2"] < 100:
            found.append(df / (1 - value["i2"] / 100))
    if name == "df":
        found.append(value[name])  # a slip in a count is to the next one
    if name == "k":
        found += [value[df] + less for df, less in (("q_df", 1), ("q_e_df", 2)) if df in value]
    return found


def _twins(sets: Sequence[_Set]) -> Iterator[Contradiction]:
    """Different analyses with identical digits in every number."""
    names = ("estimate", "ci_low", "ci_high", "statistic", "pvalue")
    seen: dict[tuple, _Set] = {}
    for own in sets:
        if ".regression." not in own.prefix or not set(names) <= set(own.texts):
            continue
        digits = tuple(own.texts[name] for name in names)
        if digits not in seen:
            seen[digits] = own
            continue
        other = seen[digits]
        ids = tuple(row for each in (other, own) for name in names for row in each.ids[name])
        yield Contradiction(
            ids,
            ids,
            "twins",
            f"{_moderator(other)} and {_moderator(own)} have the same five numbers, "
            + ", ".join(digits)
            + ", although they are different properties of the trials",
            "the numbers of one of them were printed twice",
            0,
        )


def _moderator(own: _Set) -> str:
    return own.prefix.rpartition(".")[2].replace("_", " ")


def _flow(flow: Sequence[Mapping[str, str]], ids: Mapping[str, str]) -> Iterator[Contradiction]:
    """Parts of a count that are larger than the count."""
    total: Mapping[str, str] | None = None
    for row in flow:
        if row["kind"] in ("left", "out"):
            total = row
        elif row["kind"] in ("part", "reason") and total and _count(row) > _count(total):
            rest = [r for r in flow if r is not row and _belongs(r, total, flow)]
            own = (ids.get(f"flow.{row['id']}", f"flow.{row['id']}"),)
            yield Contradiction(
                own + tuple(f"flow.{r['id']}" for r in (*rest, total)),
                own,
                "count",
                f"{row['label']}: {row['count']} of {total['count']} ({total['label']})",
                f"{_count(total) - sum(map(_count, rest))} would add up with the other parts",
            )


def _count(row: Mapping[str, str]) -> int:
    return int(number(row["count"]))


def _belongs(part: Mapping[str, str], total: Mapping[str, str], flow) -> bool:
    """Tell whether `part` stands behind `total`, before the next count that others belong to."""
    after = flow[flow.index(total) + 1 :]
    for row in after:
        if row["kind"] not in ("part", "reason"):
            return False
        if row is part:
            return True
    return False
