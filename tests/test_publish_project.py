"""_quarto.yml is honoured or refused, never ignored."""

import pytest

from publish.errors import PublishError
from publish.project import read_project


def edit(root, old, new):
    path = root / "_quarto.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def problems(root) -> list[str]:
    with pytest.raises(PublishError) as raised:
        read_project(root)
    return list(raised.value.problems)


def test_a_good_file_is_read(toy):
    project = read_project(toy)
    assert project.title == "Values & <signs> #in a title"
    assert [chapter.page for chapter in project.chapters] == [
        "index.html", "chapters/one.html", "chapters/refs.html",
    ]  # fmt: skip
    assert [chapter.up for chapter in project.chapters] == ["", "../", "../"]


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("type: book", "type: website", 2, "'book'"),
        ("execute-dir: project", "execute-dir: file", 4, "'project'"),
        ("citeproc: true", "citeproc: false", 22, "must be true"),
        ("citeproc: true", "mainfont: Arial", 22, "format.typst.mainfont is not supported"),
        ("  date:", "  cover-image: a.png\n  date:", 8, "book.cover-image"),
        ("toc: true", "toc: maybe", 20, "it must be true or false"),
        ("- chapters/one.qmd", "- chapters/two.qmd", 10, "chapters/two.qmd is not found"),
        ("- chapters/one.qmd", "- ../one.qmd", 10, "../one.qmd is outside the project"),
        ("chapters/refs.bib", "chapters/no.bib", 14, "chapters/no.bib is not found"),
        ("    - index.qmd\n", "", 10, "index.qmd first"),
        ("output-dir: _site", "output-dir: ../_site", 3, "inside the project"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(toy, old, new, line, words):
    edit(toy, old, new)
    found = problems(toy)
    assert any(p.startswith(f"_quarto.yml:{line}: ") and words in p for p in found), found


def test_broken_yaml_and_a_missing_file_are_told(toy):
    (toy / "_quarto.yml").write_text("a: [1\nb: 2\n")
    assert problems(toy)[0].startswith("_quarto.yml:2: not valid YAML")
    (toy / "_quarto.yml").unlink()
    assert "not found" in problems(toy)[0]
