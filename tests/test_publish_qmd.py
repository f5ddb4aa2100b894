"""Chapters are split where they must be, and what is not supported is refused with its line."""

from pathlib import Path

import pytest

from publish.errors import PublishError
from publish.qmd import Cell, Inline, Text, parse, read_chapter


def problems(source: str) -> list[str]:
    with pytest.raises(PublishError) as raised:
        parse(source, "c.qmd")
    return list(raised.value.problems)


def test_text_cells_and_expressions_come_in_reading_order_with_their_lines():
    source = "# T\n\na `{python} x` b\n\n```{python}\n#| label: l\n#| echo: true\ny = 1\n```\nend"
    parts = parse(source, "c.qmd")
    assert [type(p) for p in parts] == [Text, Inline, Text, Cell, Text]
    assert parts[1] == Inline("x", 3)
    assert parts[3] == Cell("y = 1", 5, 8, label="l", echo=True)
    assert "".join(p.markdown for p in parts if isinstance(p, Text)) == "# T\n\na  b\n\nend\n"


def test_an_expression_may_span_lines_and_a_code_block_is_left_alone():
    parts = parse("`{python} f(\n  1)`\n\n```\n`{python} not_run`\n```\n", "c.qmd")
    assert [p for p in parts if isinstance(p, Inline)] == [Inline("f(\n  1)", 1)]


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("---\ntitle: x\n---\n", 1, "front matter"),
        ("a\n\n{{< include x.qmd >}}\n", 3, "{{< include x.qmd >}}"),
        ("![c](a.png){#fig-a}\n", 1, "::: {#fig-…}"),
        ("a `{r} x` b\n", 1, "inline r code"),
        ("```{r}\nx\n```\n", 1, "{r}"),
        ("```{python}\n#| fig-cap: x\n1\n```\n", 2, "'fig-cap'"),
        ("```{python}\n#| echo: maybe\n1\n```\n", 2, "true or false"),
        ("```{python}\n#| nonsense\n1\n```\n", 2, "key: value"),
        ("```{python}\n#| label: tbl-x\n1\n```\n", 2, "::: {#tbl-x}"),
        ("text\n```{python}\n1\n", 2, "never ends"),
    ],
)
def test_what_is_not_supported_is_refused_with_file_line_and_advice(source, line, words):
    (problem,) = problems(source)
    assert problem.startswith(f"c.qmd:{line}: ")
    assert words in problem


def test_all_problems_of_a_chapter_come_at_once():
    assert len(problems("{{< a >}}\n\n```{r}\n```\n\n![](a.png){#fig-a}\n")) == 3


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("label: [a, b]", "label is a list; it must be text"),
        ("label: &a [*a]", "label is a list; it must be text"),
        ('label: "\\ud800"', "without control characters"),
        ("echo: 1", "echo is '1'; it must be true or false"),
        ("output: html", "output is 'html'; it must be true or false, or asis"),
        ("? [a]\\n: b", "is not a cell option"),
        ("x: " + "[" * 3000, "is not a cell option"),
        ("x" * 10_000 + ": 1", "is not a cell option"),
        ("x" * 900 + ": 1", "is not supported by the embedded engine"),
        ("label: fig-" + "x" * 10_000, "the label 'fig-"),
    ],
)
def test_an_option_that_no_cell_has_is_refused_in_short(option, words):
    (problem,) = problems(f"```{{python}}\n#| {option}\n1\n```\n")
    assert problem.startswith("c.qmd:2: ") and words in problem
    assert len(problem) < 400


@pytest.mark.parametrize("label", ["2020-02-30", "0000-00-00", "1.10", "9" * 5000])
def test_a_label_is_text_as_it_is_written(label):
    (cell, _) = (p for p in parse(f"```{{python}}\n#| label: {label}\n1\n```\n", "c.qmd"))
    assert cell.label == label


@pytest.mark.parametrize(
    "source",
    [
        "{{< " + "x" * 10_000 + " >}}\n",
        "a `{" + "r" * 10_000 + "} x`\n",
        "```{r " + "x" * 10_000 + "}\n```\n",
        "`" * 10_000 + "\n",
        "```{pyt\u202ehon}\n```\n",
    ],
)
def test_what_is_long_or_not_printable_is_not_echoed(source):
    (problem,) = problems(source)
    assert len(problem) < 400 and problem.isprintable()


def test_a_chapter_that_is_no_text_is_refused_with_its_line(tmp_path):
    (tmp_path / "c.qmd").write_bytes(b"# A\n\nb\xff")
    with pytest.raises(PublishError, match=r"c\.qmd:3: is not UTF-8"):
        read_chapter(tmp_path, Path("c.qmd"))
