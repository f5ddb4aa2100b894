"""The mutants of a module's source, made by cosmic-ray, and a sample of them.

Left out: what a type annotation would become, which nothing runs, and replacements that only raise
errors, such as a shift of a float, which any test would notice.
"""

from __future__ import annotations

import ast
import random
import re
from collections import defaultdict
from dataclasses import dataclass

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

OPERATORS = re.compile(
    r"core/(ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|Pow_Mul|Mod_Mul|FloorDiv_Div"
    r"|BitAnd_BitOr|BitOr_BitAnd)"
    r"|ReplaceComparisonOperator_(Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|GtE_Lt|Gt_LtE|LtE_Gt"
    r"|Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is)"
    r"|ReplaceUnaryOperator_Delete_(USub|Invert|Not)"
    r"|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd|AddNot"
    r"|ReplaceBreakWithContinue|ReplaceContinueWithBreak|NumberReplacer|ZeroIterationForLoop)"
)


@dataclass(frozen=True)
class Mutant:
    """One change of a module: the line where it is, and how cosmic-ray makes it."""

    line: int
    operator: str
    occurrence: int

    def apply(self, source: str) -> str:
        """Return `source` with this change."""
        return mutate_code(source, plugins.get_operator(self.operator)(), self.occurrence)

    def shown(self, source: str) -> dict[str, str]:
        """Return the function of `source` that this changes, and its text before and after."""
        before, after = differing(source.splitlines(), self.apply(source).splitlines())
        return {"function": function_at(source, self.line), "before": before, "after": after}


def mutants(source: str) -> list[Mutant]:
    """Return every mutant of a module's `source` by OPERATORS, outside annotations."""
    unused = annotations(source)
    nodes = list(ast_nodes(get_ast(source)))
    found = []
    for name in filter(OPERATORS.fullmatch, plugins.operator_names()):
        operator = plugins.get_operator(name)()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        found += [
            Mutant(place[0], name, occurrence)
            for occurrence, place in enumerate(places)
            if not any(start <= place < end for start, end in unused)
        ]
    return found


def differing(old: list[str], new: list[str]) -> tuple[str, str]:
    """Return the lines between the first and the last in which `old` and `new` differ."""
    first = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    last = next(
        (i for i, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b), 0
    )
    return tuple(" ".join(" ".join(text[first : len(text) - last]).split()) for text in (old, new))


def annotations(source: str) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    """Return where the type annotations of `source` begin and end."""
    nodes = [
        note
        for node in ast.walk(ast.parse(source))
        for note in (getattr(node, "annotation", None), getattr(node, "returns", None))
        if note is not None
    ]
    return [((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset)) for n in nodes]


def function_at(source: str, line: int) -> str:
    """Return the function or class around `line` of `source`, the innermost; empty outside."""
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and node.lineno <= line <= node.end_lineno
    ]
    return ".".join(node.name for node in sorted(around, key=lambda node: node.lineno))


def sample(possible: list[Mutant], size: int, seed: str) -> list[Mutant]:
    """Return `size` of the `possible` mutants, drawn so that every line has its turn."""
    shuffled = random.Random(seed).sample(possible, len(possible))
    turns: dict[int, int] = defaultdict(int)
    ranked = []
    for one in shuffled:
        ranked.append((turns[one.line], len(ranked), one))
        turns[one.line] += 1
    return [one for *_, one in sorted(ranked, key=lambda item: item[:2])][:size]
