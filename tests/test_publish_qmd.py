"""Chapters are split where they must be, and what is not supported is refused with its line."""

import pytest

from publish.errors import PublishError
from publish.qmd import Cell, Inline, Text, parse


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
