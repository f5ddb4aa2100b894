"""_quarto.yml is honoured or refused, never ignored."""

import pytest

from publish.errors import PublishError
from publish.project import output_dir, read_project


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
        ("output-dir: _site", "output-dir: chapters", 3, "chapters exists and is no site"),
        ("output-dir: _site", "output-dir: x.svg", 3, "x.svg exists and is no site"),
        ("output-file: manuscript", "output-file: ../out", 9, "../out must be the name of a file"),
        ("output-file: manuscript", "output-file: .out", 9, ".out must be the name of a file"),
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


LAUGHS = "[&a0 [x, x], " + ", ".join(f"&a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 60)) + "]"


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("2020-02-30", "2020-02-30"), ("0000-00-00", "0000-00-00"), ("1.10", "1.10"), ("2020", "2020"),
        ("9" * 5000, "9" * 5000), ("!!int x", "x"), ("!!timestamp x", "x"), ("", ""), ("~", ""),
    ],
)  # fmt: skip
def test_text_stays_as_it_is_written(toy, title, read):
    edit(toy, '"Values & <signs> #in a title"', title)
    assert read_project(toy).title == read


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("A. Author", LAUGHS, 7, "a list in which one is a list; it must be text"),
        ("A. Author", "[1, {a: b}]", 7, "a list in which one is a mapping; it must be text"),
        ("A. Author", "&a [*a]", 7, "a list in which one is a list"),
        ("A. Author", "[" * 5000, 7, "nested too deeply"),
        ("A. Author", '"\\ud800"', 7, "without control characters"),
        ("A. Author", '"a\\e[31m"', 7, "without control characters"),
        ("A. Author", '"\\UFFFFFFFF"', 7, "a character that does not exist"),
        ("A. Author", "A.\x01Author", 7, "it holds 0x1, which is no character of a text"),
        ("toc: true", "toc-depth: 7", 20, "'7'; it must be a number from 1 to 6"),
        ("toc: true", "toc-depth: " + "9" * 5000, 20, "it must be a number from 1 to 6"),
        ("toc: true", "? [a]\n    : b", 20, "a list or a mapping as a key is not supported"),
        ("  author:", "  title: B\n  author:", 7, "book.title is set in line 6 as well"),
        ("output-dir: _site", 'output-dir: "a\\0"', 3, "without control characters"),
        ("output-dir: _site", "output-dir: " + "a" * 5000, 3, "cannot be the folder of a site"),
        ("- chapters/one.qmd", "- a" + "/a" * 5000, 10, "is not found"),
        ("- chapters/one.qmd", "- part: x", 10, "one is a mapping; it must be text"),
        ("execute:\n  echo: false", "execute: default", 16, "must hold keys with values: echo"),
    ],
)
def test_what_no_book_holds_is_refused_in_short(toy, old, new, line, words):
    edit(toy, old, new)
    found = problems(toy)
    assert any(p.startswith(f"_quarto.yml:{line}: ") and words in p for p in found), found
    assert all(len(p) < 400 and p.replace("\n", "").isprintable() for p in found)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a: b\nb: \xff", "_quarto.yml:2: is not UTF-8"),
        (b"a: b\n" * 30_000, "_quarto.yml: is larger than 100000 bytes"),
        (b"", "_quarto.yml: the file must hold keys with values"),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_all_that_read_it(toy, content, problem):
    (toy / "_quarto.yml").write_bytes(content)
    assert problems(toy)[0].startswith(problem)
    if content:
        with pytest.raises(PublishError, match=problem):
            output_dir(toy)


def test_the_output_folder_is_known_whatever_else_is_wrong(toy):
    edit(toy, "type: book", "type: [")
    with pytest.raises(PublishError, match="not valid YAML"):
        output_dir(toy)
    edit(toy, "type: [", "type: website")
    assert output_dir(toy).name == "_site"


def test_an_output_that_no_folder_can_be_called_is_refused_with_its_line(toy):
    edit(toy, "output-dir: _site", 'output-dir: "\\ud800"')
    with pytest.raises(PublishError, match=r"_quarto.yml:3: project.output-dir is '\\ud800'"):
        output_dir(toy)


def test_no_folder_of_the_author_is_taken_for_the_output(toy):
    edit(toy, "output-dir: _site", "output-dir: chapters")
    with pytest.raises(PublishError, match="chapters exists and is no site"):
        output_dir(toy)
