"""No number is typed: not in prose, captions or alternative text, nor in the wording of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from publish.qmd import Cell, Text, parse

ROOT = Path(__file__).parent.parent
CHAPTERS = [
    ROOT / "index.qmd", *sorted((ROOT / "chapters").glob("*.qmd")),
    *sorted((ROOT / "analysis/report/template").glob("*.qmd")),
]  # fmt: skip
WORDING = sorted((ROOT / "analysis/content").glob("*.py"))

# Reviewed: names in which a digit is part of the name, never a quantity of ours.
NAMES = (
    "HAM-D 17", "three-level model", "values.json", "Third wave", "third-wave",
    "tau2", "TAU2", "CR2",
    # Parts of the publication, as it numbers them.
    "Table 2", "Figure 2",
)  # fmt: skip
WORDS = re.compile(
    r"\b(zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|"
    r"fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|"
    r"ninety|hundred|thousand|million|dozen|half|third|thirds|quarter|twice|thrice)\b",
    re.IGNORECASE,
)
# What is a formula's letters and constants; one that is a number alone is typed.
FORMULA = re.compile(r"\$(?=[^$]*[A-Za-z])[^$\n]*(?:\n[^$\n]+)*\$")


def typed_numbers(text: str) -> list[str]:
    """The digits and number words in `text`, outside names."""
    for name in NAMES:
        text = text.replace(name, "")
    return re.findall(r"\d+", text) + [found[0] for found in WORDS.finditer(text)]


def prose(path: Path) -> str:
    """A chapter's own words: no cells, expressions, formulas, labels, attributes or citation keys.

    Lines keep their numbers, so that a finding can be told with its place.
    """
    parts = parse(path.read_text(encoding="utf-8"), path.name)
    text = "".join(
        part.markdown if isinstance(part, Text) else "\n" * source_lines(part) for part in parts
    )
    text = FORMULA.sub("", text)
    text = re.sub(r"\{[^}]*\}", "", text)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    text = re.sub(r"\[\^[\w-]+\]", "", text)
    return re.sub(r"-?@[\w:.-]*\w", "", text)


def source_lines(part) -> int:
    """The line ends that a cell, with its fences and options, takes up; an expression has none."""
    if not isinstance(part, Cell):
        return 0
    return part.first_line - part.line + part.source.count("\n") + 2


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.name)
def test_no_number_is_typed_in_a_chapter(path):
    typed = {
        f"{path.name}:{line}: {text.strip()}": found
        for line, text in enumerate(prose(path).split("\n"), start=1)
        if (found := typed_numbers(text))
    }
    assert typed == {}, "write v(...) in place of the number"


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda p: p.name)
def test_no_cell_of_a_chapter_holds_a_number_or_computes(path):
    for part in parse(path.read_text(encoding="utf-8"), path.name):
        if isinstance(part, Cell):
            tree = ast.parse(part.source)
            assert not [n for n in ast.walk(tree) if isinstance(n, ast.BinOp)]
            numbers = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)]
            assert not [n for n in numbers if isinstance(n, int | float)]


@pytest.mark.parametrize("path", WORDING, ids=lambda p: p.name)
def test_no_number_is_typed_in_the_wording_of_the_code(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = (ast.Module, ast.FunctionDef, ast.ClassDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        # A text without a space is a name of a value or a field.
        and " " in node.value
    ]
    assert {text: found for text in texts if (found := typed_numbers(text))} == {}


@pytest.mark.parametrize(
    "text", ["was 0.82 there", "eighteen trials", "Half of them", "in 18 of", "p < .001", "95%"]
)
def test_the_check_bites(text):
    assert typed_numbers(text)


def test_a_formula_is_not_typed_and_a_number_between_its_signs_is():
    assert not typed_numbers(FORMULA.sub("", "the variance $1/n_1 +\n1/n_2$ of it"))
    assert typed_numbers(FORMULA.sub("", "the mean of $0.82$ there"))


def test_names_and_citations_are_not_numbers():
    assert typed_numbers("the HAM-D 17 and someone often") == []
