"""Contradictions among printed numbers, whatever the data were, and what might resolve them.

    set         the numbers printed of one analysis: their ids share all but the last word
    suspect     the number that is wrong, where replacing it alone can make all relations hold
    touches     what hangs on a contradiction: a `conclusion`, where the numbers stand on both sides of
                the level of significance or of nought, or else a `result`

A contradiction says nothing of how it came about. Where a single number can be replaced so that all
fits, what it might have been is offered as a conjecture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from scipy.special import chdtri, ndtri, stdtrit

from .printed import is_number, limits, number
from .relations import LABELS, NORMAL, TESTS, Relation, Span, Texts, one_estimate
from .schema import FRACTIONS, TOUCHES

# A test with p at 1 or 0 belongs to a statistic of 0 or without limit.
TINY = 1e-300
FAR = 1000  # units of the last decimal; what is bound no closer is not worth a conjecture


@dataclass(frozen=True)
class Contradiction:
    """Rows `ids` that cannot all be right, which are `suspects`, and why: the `arithmetic`.

    `conjecture` is what would resolve it, or nothing; `touches`, what hangs on it.
    """

    ids: tuple[str, ...]
    suspects: tuple[str, ...]
    arithmetic: str
    conjecture: str = ""
    touches: str = "result"


@dataclass(frozen=True)
class _Set:
    """The numbers of one analysis: their `texts` and the `ids` of their rows by their last word."""

    prefix: str
    texts: dict[str, str]
    ids: dict[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        return self.prefix.rpartition(".")[2]


def contradictions(
    published: Iterable[Mapping[str, str]], flow: Sequence[Mapping[str, str]], alpha: float
) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in the rows of published.csv and of flow.csv.

    `alpha` is the level of significance. The most consequential come first.
    """
    rows = list(published)
    sets = _sets(rows)
    found = [
        *(one for own in sets for one in _of_set(own, alpha)),
        *_twins(sets),
        *_flow(flow, {row["quantity"]: row["id"] for row in reversed(rows)}),
    ]
    # A set that is read again with another row may hold the same contradiction elsewhere.
    return tuple(sorted(dict.fromkeys(found), key=lambda one: TOUCHES.index(one.touches)))


def _sets(rows: Sequence[Mapping[str, str]]) -> list[_Set]:
    """The sets of `rows`; where a number is printed again and otherwise, the set again with that."""
    found: dict[str, _Set] = {}
    again: list[tuple[_Set, str, Mapping[str, str]]] = []
    for row in rows:
        if row["printed"] in FRACTIONS:
            continue
        prefix = row["id"].rpartition(".")[0]
        name = (row["quantity"] or row["id"]).rpartition(".")[2]
        own = found.setdefault(prefix, _Set(prefix, {}, {}))
        if own.texts.setdefault(name, row["printed"]) == row["printed"]:
            own.ids[name] = (*own.ids.get(name, ()), row["id"])
        else:
            again.append((own, name, row))
    for own in found.values():
        # A test of small-study effects is of the trials of what it is printed under.
        whole = found.get(own.prefix.rpartition(".")[0])
        if own.name in TESTS and whole and "k" in whole.texts:
            own.texts.setdefault("k", whole.texts["k"])
            own.ids.setdefault("k", whole.ids["k"])
    others = [
        _Set(own.prefix, own.texts | {name: row["printed"]}, own.ids | {name: (row["id"],)})
        for own, name, row in again
    ]
    return [*found.values(), *others]


def _of_set(own: _Set, alpha: float) -> Iterator[Contradiction]:
    texts, relations = own.texts, TESTS.get(own.name, NORMAL)
    broken = [relation for relation in relations if not relation.holds(texts)]
    if not broken:
        return
    involved = sorted({name for relation in broken for name in relation.names})
    fits = {name: ends for name in involved if (ends := _replacements(name, texts, relations))}
    suspects, conjecture = involved, ""
    if len(fits) == 1:
        ((name, (low, high)),) = fits.items()
        suspects, ends = [name], low if low == high else f"{low} to {high}"
        if low and high:
            conjecture = f"With {LABELS[name]} {ends} in place of {texts[name]} all would fit."
    plainest: dict[str, Relation] = {}
    for relation in broken:
        plainest.setdefault(relation.names[0], relation)
    yield Contradiction(
        tuple(row for name in involved for row in own.ids[name]),
        tuple(row for name in suspects for row in own.ids[name]),
        " ".join(relation.told(texts) for relation in plainest.values()),
        conjecture,
        "conclusion" if _two_conclusions(texts, relations, alpha) else "result",
    )


def _two_conclusions(texts: Texts, relations: Sequence[Relation], alpha: float) -> bool:
    """Tell whether by `texts` one effect is significant at `alpha` and not, or has two directions."""

    def below(name: str, bound: float) -> bool | None:
        return _below(limits(texts[name]), bound) if name in texts else None

    directions = {below("estimate", 0), below("statistic", 0)}
    significant = {name: {below(name, alpha)} for name in texts if name.endswith("pvalue")}
    for relation in relations:
        if left := relation.leaves(texts):
            significant.setdefault(relation.names[0], set()).add(_below(left, alpha))
    low, high = below("ci_low", 0), below("ci_high", 0)
    if low is not None and high is not None:
        significant.setdefault("pvalue", set()).add(low == high)
        directions |= {low} if low == high else set()
    tests = [told for name, told in significant.items() if name.endswith("pvalue")]
    return any({True, False} <= told for told in [directions, *tests])


def _below(ends: Span, bound: float) -> bool | None:
    """Tell whether what lies between the `ends` is below `bound`; None if it may be on either side."""
    low, high = ends
    return True if high <= bound else False if low >= bound else None


def _replacements(name: str, texts: Texts, relations: Sequence[Relation]) -> tuple[str, str] | None:
    """Return the least and the most that `name` could be, in its own decimals, so that all holds.

    An end is empty where none is found.
    """
    if not is_number(texts[name]):
        return None
    places = max(0, -number(texts[name]).as_tuple().exponent)
    unit = 10.0**-places

    def shown(step: int) -> str:
        return f"{step * unit:.{places}f}"

    def fits(step: int) -> bool:
        replaced = {**texts, name: shown(step)}
        if relations is NORMAL and not one_estimate(replaced):
            return False
        return all(relation.holds(replaced) for relation in relations)

    def end(start: int, way: int) -> str:
        steps = range(start, start + way * FAR, way)
        return next((shown(step) for step in steps if not fits(step + way)), "")

    direct = [r.leaves(texts) for r in relations if r.names[0] == name]
    seeds = [sum(ends) / 2 for ends in direct if ends] + _solved(name, texts)
    for seed in filter(isfinite, seeds):
        middle = round(seed / unit)
        near = [step for step in range(middle - 2, middle + 3) if fits(step)]
        if near:
            return end(near[0], -1), end(near[0], 1)
    return None


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
    if name == "statistic" and {"tau", "k"} <= set(value):
        pairs = value["k"] * (value["k"] - 1) / 2
        found += [value["tau"] * pairs + step for step in (-1, 1)]
    for q in ("q", "q_e", "q_between"):
        df = value.get(f"{q}_df")
        if name == f"{q}_df" and q in value and "i2" in value:
            found.append(value[q] * (1 - value["i2"] / 100))
        if name == q and df and f"{q}_pvalue" in value:
            found.append(float(chdtri(df, max(value[f"{q}_pvalue"], TINY))))
        if name == q and df is not None and "i2" in value and value["i2"] < 100:
            found.append(df / (1 - value["i2"] / 100))
    if name == "k":
        found += [
            value[df] + less for df, less in (("q_df", 1), ("q_e_df", 2), ("df", 2)) if df in value
        ]
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
            f"{_moderator(other).capitalize()} and {_moderator(own)} have the same five numbers, "
            + ", ".join(digits)
            + ", although they are different properties of the trials.",
            "The numbers of one of them were printed twice.",
        )


def _moderator(own: _Set) -> str:
    return own.name.replace("_", " ")


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
                f"{row['label']}: {row['count']} of {total['count']} ({total['label']}).",
                f"{_count(total) - sum(map(_count, rest))} would add up with the other parts.",
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
