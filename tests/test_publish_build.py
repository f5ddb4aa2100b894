"""A small project through the embedded engine: what it renders, how it fails, what it leaves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from publish.build import build
from publish.errors import PublishError
from publish.jobs import Chapter, run_jobs
from publish.qmd import parse

from conftest import append, quiet, run_build


def page(root: Path, name: str) -> BeautifulSoup:
    return BeautifulSoup((root / "_site" / name).read_text(encoding="utf-8"), "html.parser")


def failure(root: Path) -> str:
    """The message with which a build of `root` fails."""
    with pytest.raises(PublishError) as raised:
        build(root, "embedded", quiet)
    return str(raised.value)


def test_pages_carry_quarto_s_ids_and_classes_and_book_wide_references(toy):
    build(toy, "embedded", quiet)
    index, one = page(toy, "index.html"), page(toy, "chapters/one.html")
    text = index.select_one("main").get_text(" ", strip=True)
    assert "Plain 2 of it" in text
    links = {a.get_text(): a["href"] for a in index.select("main a.quarto-xref")}
    assert links == {
        "Figure\u00a01.1": "chapters/one.html#fig-x",
        "Section\u00a01.1": "chapters/one.html#sec-sub",
    }
    assert one.select_one("#fig-x figure.quarto-float-fig figcaption").get_text().strip() == (
        "Figure\u00a01.1: The figure’s caption."
    )
    assert one.select_one("#tbl-y figure.quarto-float-tbl figcaption").get_text().strip() == (
        "Table\u00a01.1: The table’s caption."
    )
    assert one.select_one("#fig-x img")["alt"] == 'What the "picture" shows'
    assert one.select_one("#fig-x img")["src"] == "../x.svg"
    assert one.select_one("h1.title .chapter-number").get_text() == "1"
    assert one.select_one("h2 .header-section-number").get_text() == "1.1"
    assert one.select_one(".footnotes").get_text(strip=True).startswith("The footnote.")
    cited = index.select_one("main .citation a")
    assert cited["href"] == "chapters/refs.html#ref-one2001"
    assert page(toy, "chapters/refs.html").select_one("#ref-one2001") is not None


def test_a_title_may_hold_more_than_words(toy):
    chapter = toy / "chapters/one.qmd"
    words = chapter.read_text().replace(
        "# Chapter title",
        '# A **strong**, *fine* "[way](https://example.org)" to `x` and $y$^[A note.]',
    )
    chapter.write_text(words)
    build(toy, "embedded", quiet)
    title = page(toy, "chapters/one.html").title.get_text()
    assert title.startswith("A strong, fine “way” to x and y – ")


def test_every_link_leads_somewhere_and_nothing_is_fetched(toy):
    build(toy, "embedded", quiet)
    site = toy / "_site"
    for file in site.rglob("*.html"):
        soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
        for element in soup.select("[href], [src]"):
            target = element.get("href") or element.get("src")
            if target.startswith("data:"):
                continue
            assert not re.match(r"[a-z]+:|//", target), target
            path, _, fragment = target.partition("#")
            other = (file.parent / path).resolve() if path else file
            if path.endswith("values.json"):  # written by a post-render step, which toy has not
                continue
            assert other.is_file(), f"{file.name} links to {target}"
            if fragment:
                assert f'id="{fragment}"' in other.read_text(encoding="utf-8"), target


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("\n```{python}\n#| label: bad\na = 1\na / 0\n```\n", "index.qmd:5",
         ("'bad'", "ZeroDivisionError", ">    8 | a / 0")),
        ("\n`{python} missing`\n", "index.qmd:5", ("`missing`", "NameError")),
        ("\n```{python}\n1 +\n```\n", "index.qmd:5", ("SyntaxError",)),
        ("\nSee @fig-none.\n", "index.qmd:5", ("fig-none",)),
        ("\nSee @nobody2001.\n", "index.qmd:5", ("@nobody2001", "chapters/refs.bib")),
        ("\n```{python}\nimport pandas\npandas.DataFrame({'a': [1]})\n```\n",
         "index.qmd:5", ("text/html",)),
        ("\n# Second title\n", "index.qmd:5", ("level-one",)),
        ("\n![](/nowhere.svg){fig-alt=a}\n", "index.qmd:5", ("nowhere.svg",)),
        ("\n![](/x.svg)\n", "index.qmd:5", ("/x.svg", "fig-alt")),
        ("\n### Deep\n", "index.qmd:5", ("level 3", "level 1")),
        ("\nA $\\frac{a$.\n", "index.qmd:5", (r"'\\frac{a'", "TeX")),
        ("\nx\n\n$$\nx\n$$ {#eq-x}\n", "index.qmd:9", ("unnumbered chapter",)),
    ],
)  # fmt: skip
def test_a_failure_says_where_and_why_and_leaves_the_last_site(toy, text, where, words):
    build(toy, "embedded", quiet)
    before = {f: f.read_bytes() for f in (toy / "_site").rglob("*") if f.is_file()}
    append(toy / "index.qmd", text)
    message = failure(toy)
    assert where in message
    for word in words:
        assert word in message
    assert {f: f.read_bytes() for f in (toy / "_site").rglob("*") if f.is_file()} == before
    assert list((toy / ".build").glob("tmp-*")) == []


def test_failures_in_different_chapters_are_reported_together(toy):
    append(toy / "index.qmd", "\n`{python} missing_a`\n")
    append(toy / "chapters/one.qmd", "\n`{python} missing_b`\n")
    message = failure(toy)
    assert "missing_a" in message and "missing_b" in message


def test_a_label_used_twice_is_an_error(toy):
    append(toy / "chapters/one.qmd", "\n::: {#fig-x}\n![](/x.svg){fig-alt=a}\n\nAgain.\n:::\n")
    assert "fig-x is used twice" in failure(toy)


def test_a_chapter_whose_process_dies_or_hangs_is_named_and_the_others_run(toy):
    sources = {
        "dies.qmd": "import os\nos.kill(os.getpid(), 9)",
        "hangs.qmd": "import time\ntime.sleep(60)",
        "runs.qmd": "1 + 1",
    }
    jobs = [
        Chapter(Path(name), tuple(parse(f"```{{python}}\n{source}\n```\n", name)), False)
        for name, source in sources.items()
    ]
    results = {result.name: result for result in run_jobs(toy, jobs, time_limit=2)}
    assert results["dies.qmd"].problems == (
        "dies.qmd: its process died (signal SIGKILL) before it was done",
    )
    assert results["hangs.qmd"].problems == ("hangs.qmd: still running after 2 s; stopped",)
    assert "2" in results["runs.qmd"].outputs[0]


def test_a_printed_line_is_shown_as_it_is_and_plain_results_are_escaped(toy):
    append(
        toy / "index.qmd",
        '\n```{python}\nprint("*stars* and <tags>")\n```\n\n`{python} "a *b* <i>c</i>"`\n',
    )
    build(toy, "embedded", quiet)
    index = page(toy, "index.html")
    assert index.select_one(".cell-output-stdout pre").get_text().strip() == "*stars* and <tags>"
    assert "a *b* <i>c</i>" in index.select_one("main").get_text()


def test_the_exit_status_and_the_message_of_the_command(toy):
    append(toy / "index.qmd", "\n`{python} missing`\n")
    run = run_build(toy, PYTHONPATH=str(Path(__file__).parent.parent))
    assert run.returncode == 1
    assert "index.qmd:5" in run.stderr and "Traceback" not in run.stderr
    assert "last good site" in run.stderr


def test_the_post_render_command_knows_the_output_and_its_failure_stops_the_build(toy):
    config = toy / "_quarto.yml"
    text = config.read_text()
    step = "python -c \"import os,pathlib; pathlib.Path(os.environ['QUARTO_PROJECT_OUTPUT_DIR'],'x.txt').write_text('x')\""  # noqa: E501
    config.write_text(
        text.replace("book:\n", f"  post-render: '{step.replace(chr(39), chr(39) * 2)}'\nbook:\n")
    )
    build(toy, "embedded", quiet)
    assert (toy / "_site/x.txt").read_text() == "x"
    config.write_text(
        text.replace("book:\n", "  post-render: python -c 'raise SystemExit(3)'\nbook:\n")
    )
    assert "post-render" in failure(toy)
    assert (toy / "_site/x.txt").is_file()
