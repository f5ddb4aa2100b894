"""What a number that contradicts others might have been, from what they leave to it: conjectures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite

from scipy.special import chdtri, ndtri, stdtrit

from .printed import is_number, number
from .relations import NORMAL, Relation, Span, Texts, one_estimate

# A test with p at 1 or 0 belongs to a statistic of 0 or without limit.
TINY = 1e-300
FAR = 1000  # units of the last decimal; what is bound no closer is not worth a conjecture


def replacements(name: str, texts: Texts, relations: Sequence[Relation]) -> tuple[str, str] | None:
    """Return the least and the most that `name` could be, in its own decimals, so that all holds.

    An end is empty where none is found.
    """
    if not is_number(texts[name]):
        return None
    # Of a p a place more, since with its own it may stand on the level of significance.
    places = max(0, -number(texts[name]).as_tuple().exponent) + name.endswith("pvalue")
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


def otherwise(texts: Texts, broken: Sequence[Relation]) -> Iterator[str]:
    """Yield other ways in which the `broken` relations may have come about."""
    for relation in broken:
        left, first = relation.leaves(texts), texts[relation.names[0]]
        if without_a_line(relation, texts):
            yield "Or Q and its degrees of freedom are those of the trials, without a line through them."
        if left and is_number(first) and (once := _rounded_twice(left, first)):
            yield f"Rounded to {once}, and then again, it would be {first}."


def without_a_line(relation: Relation, texts: Texts) -> bool:
    """Tell whether the degrees of freedom around a line are those without it: then k may be right."""
    if relation.names != ("q_e_df", "k"):
        return False
    return number(texts["q_e_df"]) == number(texts["k"]) - 1


def _rounded_twice(span: Span, printed: str) -> str | None:
    """Return what a number within `span` is rounded to a place more, if from that `printed` follows."""
    place = Decimal(1).scaleb(number(printed).as_tuple().exponent)
    for end in span:
        once = Decimal(end).quantize(place / 10, rounding=ROUND_HALF_UP)
        if once.quantize(place, rounding=ROUND_HALF_UP) == number(printed):
            return str(once)
    return None
