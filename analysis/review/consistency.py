"""Contradictions among printed numbers, whatever the data were, and what might resolve them.

    set         the numbers printed of one analysis (`printed_sets`)
    suspect     the number that is wrong, where replacing it alone, and nothing else, can make all
                relations hold. Of R² and τ², either of which could be, it is R²: computed from τ²,
                it would follow one that is wrong (`_share`)
    touches     what hangs on a contradiction: a `conclusion`, where the numbers stand on both sides of
                the level of significance or of nought, or else a `result`

A contradiction says nothing of how it came about. Where a single number can be replaced so that all
fits, what it might have been is offered as a conjecture.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from .conjecture import otherwise, replacements, without_a_line
from .printed import interval, is_number, limits, number
from .printed_sets import PrintedSet, printed_sets
from .relations import LABELS, NORMAL, TESTS, Relation, Span, Texts
from .schema import TOUCHES

TOLD = 2  # broken relations that are told of an analysis; more say the same again


@dataclass(frozen=True)
class Contradiction:
    """Rows `ids` that cannot all be right, which are `suspects`, and why: the `arithmetic`.

    `conjecture` is what would resolve it, or nothing; `touches`, what hangs on it. Where the numbers of
    another analysis are repeated, digit for digit, nothing is contradicted: `repeats`.
    """

    ids: tuple[str, ...]
    suspects: tuple[str, ...]
    arithmetic: str
    conjecture: str = ""
    touches: str = "result"
    repeats: bool = False


def contradictions(
    published: Iterable[Mapping[str, str]],
    flow: Sequence[Mapping[str, str]],
    alpha: float,
    tau2: Mapping[str, Span] = MappingProxyType({}),
) -> tuple[Contradiction, ...]:
    """Return what contradicts itself in the rows of published.csv and of flow.csv.

    `alpha` is the level of significance, `tau2` by analysis the range of tau2 without its moderator that
    the printed trials leave. The most consequential come first.
    """
    rows = list(published)
    sets = printed_sets(rows)
    found = [
        *(one for own in sets for one in _of_set(own, alpha)),
        *(one for own in sets for one in _share(own, tau2.get(own.analysis))),
        *_twins(sets),
        *_flow(flow, {row["quantity"]: row["id"] for row in reversed(rows)}),
    ]
    # A set that is read again with another row may hold the same contradiction elsewhere.
    return tuple(sorted(dict.fromkeys(found), key=lambda one: TOUCHES.index(one.touches)))


def _of_set(own: PrintedSet, alpha: float) -> Iterator[Contradiction]:
    texts, relations = own.texts, TESTS.get(own.name, NORMAL)
    broken = [relation for relation in relations if not relation.holds(texts)]
    if not broken:
        return
    involved = sorted({name for relation in broken for name in relation.names})
    fits = {name: ends for name in involved if (ends := replacements(name, texts, relations))}
    suspects, conjecture = involved, ""
    if len(fits) == 1:
        ((name, (low, high)),) = fits.items()
        suspects, ends = [name], low if low == high else f"{low} to {high}"
        if low and high:
            conjecture = f"With {LABELS[name]} {ends} in place of {texts[name]} all would fit."
    if any(without_a_line(relation, texts) for relation in broken):
        suspects = involved
    conjecture = " ".join(filter(None, (conjecture, *otherwise(texts, broken))))
    plainest: dict[str, Relation] = {}
    for relation in broken:
        plainest.setdefault(relation.names[0], relation)
    yield Contradiction(
        tuple(row for name in involved for row in own.ids[name]),
        tuple(row for name in suspects for row in own.ids[name]),
        " ".join(relation.told(texts) for relation in list(plainest.values())[:TOLD]),
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


def _share(own: PrintedSet, alone: Span | None) -> Iterator[Contradiction]:
    """R² that the tau2 printed around the line does not leave of the tau2 `alone`, without the line.

    R² = 1 - tau2/alone, not below 0 (Raudenbush, 2009). Another tau2 would resolve it as well, but R² is
    the suspect, since it would follow a tau2 that is wrong; only one that is misprinted leaves R² right.
    """
    r2, left = own.texts.get("r2", ""), own.texts.get("tau2", "")
    if alone is None or alone[0] <= 0 or not (is_number(r2) and is_number(left)):
        return
    least, most = interval(left)
    shares = [
        max(0.0, 100 * (1 - x / y)) for x, y in ((most, alone[0]), (max(least, 0.0), alone[1]))
    ]
    printed_low, printed_high = interval(r2)
    if shares[0] <= printed_high and printed_low <= shares[1]:
        return
    fits = _ends(shares, r2)
    yield Contradiction(
        (*own.ids["r2"], *own.ids["tau2"]),
        own.ids["r2"],
        f"R² is the share of τ² that the moderator takes away, and not below 0: a τ² of {left} around "
        f"the line, and of {alone[0]:.4f} to {alone[1]:.4f} without it, give an R² of {fits}, but {r2} "
        "is printed.",
        f"With an R² of {fits} in place of {r2} all would fit.{_other_tau2(r2, left, alone)}",
    )


def _other_tau2(r2: str, left: str, alone: Span) -> str:
    """Return in a sentence of which tau2 in place of `left` the printed `r2` would be the share."""
    low, high = interval(r2)
    if low > 100:
        return ""
    least, most = max(0.0, alone[0] * (1 - high / 100)), alone[1] * (1 - low / 100)
    # An R² of 0 is that of any tau2 that is larger than without the line.
    fits = _ends((least, most), left) if low > 0 else f"{_ends((least,), left)} or more"
    return f" Of a τ² of {fits} in place of {left} an R² of {r2} would be the share."


def _ends(ends: Sequence[float], printed: str) -> str:
    """Return the `ends` with the decimals of what is `printed`, one where they are the same."""
    places = max(0, -number(printed).as_tuple().exponent)
    return " to ".join(dict.fromkeys(f"{end:.{places}f}" for end in ends))


def _twins(sets: Sequence[PrintedSet]) -> Iterator[Contradiction]:
    """Regressions on different moderators with identical digits in every number."""
    names = ("estimate", "ci_low", "ci_high", "statistic", "pvalue")
    seen: dict[tuple, PrintedSet] = {}
    for own in sets:
        if ".regression." not in own.prefix or not set(names) <= set(own.texts):
            continue
        digits = tuple(own.texts[name] for name in names)
        other = seen.setdefault(digits, own)
        if other.analysis == own.analysis:
            continue
        ids = tuple(row for each in (other, own) for name in names for row in each.ids[name])
        yield Contradiction(
            ids,
            ids,
            f"{_moderator(other).capitalize()} and {_moderator(own)}, different properties of the "
            f"trials, have the same {len(names)} numbers: {', '.join(digits)}.",
            "Both can be right if, in the trials analysed, the two are equal or lie apart by the same "
            "amount everywhere, which only their values could show. Otherwise the numbers of one of "
            "them are printed twice.",
            repeats=True,
        )


def _moderator(own: PrintedSet) -> str:
    return own.name.replace("_", " ")


def _flow(flow: Sequence[Mapping[str, str]], ids: Mapping[str, str]) -> Iterator[Contradiction]:
    """Parts of a count that are larger than the count, one alone or all together."""
    for total, parts in _parted(flow):

        def named(row: Mapping[str, str]) -> str:
            return ids.get(f"flow.{row['id']}", f"flow.{row['id']}")

        whole = _count(total)
        large = [part for part in parts if _count(part) > whole]
        for part in large:
            rest = whole - sum(_count(other) for other in parts if other is not part)
            conjecture = f"{rest} would add up with the other parts." if rest >= 0 else ""
            yield Contradiction(
                tuple(map(named, (*parts, total))),
                (named(part),),
                f"{part['label']}: {part['count']} of {total['count']} ({total['label']}).",
                _sentence(part["note"]) or conjecture,
            )
        if not large and sum(map(_count, parts)) > whole:
            yield Contradiction(
                tuple(map(named, (*parts, total))),
                tuple(map(named, (*parts, total))),
                f"The parts of {total['count']} ({total['label']}) add up to "
                f"{sum(map(_count, parts))}.",
            )


def _parted(
    flow: Sequence[Mapping[str, str]],
) -> list[tuple[Mapping[str, str], list[Mapping[str, str]]]]:
    """Return each count of the `flow` with the rows behind it that are parts of it."""
    found: list[tuple[Mapping[str, str], list[Mapping[str, str]]]] = []
    for row in flow:
        if row["kind"] in ("left", "out"):
            found.append((row, []))
        elif row["kind"] in ("part", "reason") and found:
            found[-1][1].append(row)
    return found


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _count(row: Mapping[str, str]) -> int:
    return int(number(row["count"]))
